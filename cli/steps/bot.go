package steps

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/spec"
)

// agents is what the facts about a bot are read from.
type agents interface {
	// Agent is the configuration of what was last asked for; found is false where there is no agent.
	Agent(ctx context.Context) (c pipecat.Config, found bool, err error)
	// BuiltFrom names the context of a cloud build; "" where the vendor does not tell.
	BuiltFrom(ctx context.Context, build string) (string, error)
}

// readBot compares what pcc-deploy.toml says with what the vendor tells: a key that the file leaves out is kept as it
// is, and one that the vendor never gives back counts as equal. With neither an image nor a build in the file, the
// vendor builds the bot from its files.
func (w *World) readBot(ctx context.Context, q Question, d spec.Deploy, live provider.Deployment, s *plan.Service) error {
	want, err := pipecat.ReadConfig(filepath.Join(w.Dir, d.Config))
	if err != nil {
		return err
	}
	want.Agent, want.SecretSet = "", cmp.Or(w.SecretSet, want.SecretSet)
	if s.Config, err = json.Marshal(want); err != nil {
		return err
	}
	s.Live.Build = live.Build
	s.Source, s.Image, s.Build = "image", want.Image, want.Build
	if want.Mutable() {
		s.Unsure = "its tag may have been pushed again"
	}
	a, ok := w.Hosts[d.Name].(agents)
	if !ok {
		return nil
	}
	if want.Builds() {
		if err := w.readBuild(ctx, q, d, want, a, s); err != nil {
			return err
		}
	}
	if s.Live.ID == "" {
		return nil
	}
	have, found, err := a.Agent(ctx)
	if err != nil || !found {
		return err
	}
	s.Live.Config, err = sameKeys(s.Config, have, want)
	return err
}

// readBuild packs what the vendor would build, and finds out whether what is live was built from the same.
func (w *World) readBuild(ctx context.Context, q Question, d spec.Deploy, want pipecat.Config, a agents, s *plan.Service) error {
	s.Source = "build"
	root, exclude, err := want.Files(w.Dir, d.Config)
	if err != nil {
		return err
	}
	if s.Archive, s.Files, err = q.Subject.Context(root, exclude); err != nil {
		return err
	}
	now, err := pipecat.ReadContext(filepath.Join(w.Archives, s.Archive+".tar.gz"), want.Dockerfile)
	if err != nil {
		return err
	}
	s.Tree = now.Hash
	if s.Live.Build == "" {
		return nil
	}
	if s.Live.Tree, err = a.BuiltFrom(ctx, s.Live.Build); err != nil {
		return cannotRead(plan.DeployInputs{Name: d.Name, To: d.To}, err)
	}
	if now.Is(s.Live.Tree) { // it has two names, depending on who has sent it
		s.Live.Tree = now.Hash
	}
	return nil
}

// sameKeys encodes have with the keys that want has.
func sameKeys(wantJSON []byte, have, want pipecat.Config) ([]byte, error) {
	have.WebsocketAuth, have.Dockerfile = want.WebsocketAuth, want.Dockerfile
	raw, err := json.Marshal(have)
	if err != nil {
		return nil, err
	}
	var is, keys map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(raw, &is), json.Unmarshal(wantJSON, &keys)); err != nil {
		return nil, err
	}
	out := pipecat.Config{}
	for k := range is {
		if _, asked := keys[k]; !asked {
			delete(is, k)
		}
	}
	if raw, err = json.Marshal(is); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &out); err != nil { // through the struct, so that the order of keys is the same
		return nil, err
	}
	return json.Marshal(out)
}
