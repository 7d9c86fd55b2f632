package railway

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// patch is a set of changes that wait in the dashboard to be deployed.
type patch struct {
	ID      string         `json:"id"`
	Created time.Time      `json:"created"`
	Updated time.Time      `json:"updated"`
	Config  map[string]any `json:"config"`
}

const (
	largestPatch = 1 << 20
	keptCommits  = 20
)

func (e *Emulator) stageChanges(c *call) (any, error) {
	config, ok := c.args["input"].(map[string]any)
	if !ok || c.env == nil {
		return nil, errProcessing
	}
	if raw, err := json.Marshal(config); err != nil || len(raw) > largestPatch {
		return nil, errProcessing
	}
	if !flag(c.args, "merge") {
		c.env.Staged = nil
	}
	c.stage(config)
	return c.env.patchView(c.env.Staged), e.accept()
}

// stage adds changes to those that wait.
func (c *call) stage(config map[string]any) {
	if c.env.Staged == nil {
		c.env.Staged = &patch{ID: uuid.NewString(), Created: now(), Config: map[string]any{}}
	}
	merge(c.env.Staged.Config, config)
	c.env.Staged.Updated = now()
}

// merge lays one object over another.
func merge(into, from map[string]any) {
	for name, v := range from {
		inner, ok := v.(map[string]any)
		have, isObject := into[name].(map[string]any)
		if ok && isObject {
			merge(have, inner)
			continue
		}
		into[name] = v
	}
}

func (e *Emulator) commitStaged(c *call) (any, error) {
	if c.env == nil || c.env.Staged == nil {
		return nil, refusal{"No patch to apply", codeInput}
	}
	config := c.env.Staged.Config
	c.env.Staged = nil
	return e.apply(c, config, flag(c.args, "skipDeploys"))
}

func (e *Emulator) commitPatch(c *call) (any, error) {
	config, ok := c.args["patch"].(map[string]any)
	if c.env == nil || !ok {
		return nil, errProcessing
	}
	return e.apply(c, config, false)
}

// apply changes the services that a patch names, and deploys those that are really changed by it.
func (e *Emulator) apply(c *call, config map[string]any, skipDeploys bool) (any, error) {
	env := c.env
	services, _ := config["services"].(map[string]any)
	var changed []*instance
	for id, v := range services {
		in := find(env.live(), func(in *instance) bool { return in.ServiceID == id })
		wanted, ok := v.(map[string]any)
		if in == nil || !ok {
			return nil, errNotAuthorized
		}
		before, _ := json.Marshal(in)
		if err := in.patch(wanted); err != nil {
			return nil, err
		}
		if after, _ := json.Marshal(in); string(before) != string(after) {
			changed = append(changed, in)
		}
	}
	shared, _ := config["sharedVariables"].(map[string]any)
	patchVariables(env.Shared, shared)
	id := uuid.NewString()
	if env.Commits = append(env.Commits, id); len(env.Commits) > keptCommits {
		env.Commits = env.Commits[1:]
	}
	if err := e.accept(); err != nil {
		return nil, err
	}
	for _, in := range changed {
		in.Updated = now()
		if skipDeploys {
			continue
		}
		from, err := e.current(c, in)
		if err != nil {
			continue // there is nothing yet that could be deployed
		}
		if _, err := e.make(in, e.fresh(in, from.origin, reasonDeploy).saying(from.Message)); err != nil {
			return nil, err
		}
	}
	return id, nil
}

// patch changes an instance as an environment's config writes it down.
func (in *instance) patch(wanted map[string]any) error {
	if from, ok := wanted["source"].(map[string]any); ok {
		in.Source.Repo, in.Source.Image = text(from, "repo"), text(from, "image")
	}
	set := in.Settings
	for _, part := range []string{"build", "deploy"} {
		values, _ := wanted[part].(map[string]any)
		for name, value := range values {
			if value == nil {
				continue
			}
			if err := set.set(name, value, values); err != nil {
				return err
			}
		}
	}
	in.Settings = set
	values, _ := wanted["variables"].(map[string]any)
	patchVariables(in.Variables, values)
	in.touch(slices.Collect(maps.Keys(values))...)
	return nil
}

// patchVariables sets those with a value, and deletes those that are null.
func patchVariables(have map[string]string, wanted map[string]any) {
	for name, v := range wanted {
		if o, ok := v.(map[string]any); ok {
			have[name] = text(o, "value")
		} else if v == nil {
			delete(have, name)
		}
	}
}

func (e *Emulator) queryStaged(c *call) (any, error) {
	if c.env == nil {
		return nil, errNotAuthorized
	}
	return c.env.patchView(e.staged(c.env)), nil
}

// staged is what waits in the dashboard, or seems to.
func (e *Emulator) staged(env *environment) *patch {
	if env.Staged != nil {
		return env.Staged
	}
	p := &patch{ID: env.ID, Created: env.Created, Updated: env.Created, Config: map[string]any{}}
	if _, ok := e.board.Is(FaultStaged, env.Name); ok && len(env.live()) > 0 {
		change := map[string]any{"deploy": map[string]any{"startCommand": "./something-else"}}
		p.Config["services"] = map[string]any{env.live()[0].ServiceID: change}
	}
	return p
}

// size is how many services and shared variables a patch changes.
func (p *patch) size() int {
	services, _ := p.Config["services"].(map[string]any)
	shared, _ := p.Config["sharedVariables"].(map[string]any)
	return len(services) + len(shared)
}

func (env *environment) patchView(p *patch) object {
	return object{
		"id": p.ID, "status": "STAGED", "message": nil, "createdAt": stamp(p.Created), "updatedAt": stamp(p.Updated), "appliedAt": nil,
		"lastAppliedError": nil, "environmentId": env.ID, "patch": maps.Clone(p.Config),
	}
}
