package pipecat

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
)

const (
	defaultMax    = 50
	unchangedText = "The configuration is the same as the one that is deployed; no new deployment was made. Use forceRedeploy to roll anyway."
)

var agentNames = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])$`)

func (e *Emulator) listAgents(r *http.Request, now time.Time) answer {
	list := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(e.state.Agents)) {
		a := e.state.Agents[name]
		if region := r.URL.Query().Get("region"); region != "" && region != a.Region {
			continue
		}
		v := e.tell(a, now)
		if v == nil {
			continue
		}
		item := map[string]any{"id": a.ID, "organizationId": organization, "deletedAt": nil}
		for _, key := range []string{"name", "region", "desiredDeploymentId", "activeDeploymentId", "reconciledDeploymentId", "createdAt", "updatedAt"} {
			if v[key] != nil {
				item[key] = v[key]
			}
		}
		if r.URL.Query().Get("includeActiveDeployment") == "true" {
			item["deployment"] = v["deployment"]
		}
		list = append(list, item)
	}
	return ok(map[string]any{"services": list})
}

func (e *Emulator) getAgent(r *http.Request, now time.Time) answer {
	a := e.state.Agents[r.PathValue("agent")]
	if a == nil {
		return notFound("Not found")
	}
	m := e.tell(a, now)
	if m == nil { // a read that has not seen its creation
		return notFound("Not found")
	}
	return ok(m)
}

func (e *Emulator) deleteAgent(r *http.Request, _ time.Time) answer {
	name := r.PathValue("agent")
	if e.state.Agents[name] == nil {
		return notFound("Not found")
	}
	delete(e.state.Agents, name)
	return ok(map[string]any{"status": "OK"})
}

func (e *Emulator) createAgent(r *http.Request, now time.Time) answer {
	req, bad := decode(r)
	if bad != nil {
		return *bad
	}
	if len(req.ServiceName) > 54 || !agentNames.MatchString(req.ServiceName) {
		return badRequest("Invalid parameters")
	}
	if e.state.Agents[req.ServiceName] != nil {
		return badRequest("Service already exists")
	}
	if req.Image == nil && req.BuildID == nil {
		return badRequest("Either image or buildId is required for service creation")
	}
	region := req.Region
	if region == "" {
		region = defaultRegion
	}
	if !slices.Contains(regionCodes(), region) {
		return badRequest("Invalid region or organization does not have access")
	}
	a := &agent{
		ID: uuid.NewString(), Name: req.ServiceName, Region: region, Created: now, Updated: now,
		Scaling: scaling{Max: defaultMax},
	}
	next := spec{Profile: "agent-1x", MaxSession: 7200}
	if bad := e.apply(a, req, &next, "will be created in", now); bad != nil {
		return *bad
	}
	e.state.Agents[a.Name] = a
	return e.deploy(a, next, now)
}

func (e *Emulator) updateAgent(r *http.Request, now time.Time) answer {
	a := e.state.Agents[r.PathValue("agent")]
	if a == nil {
		return notFound("Service not found")
	}
	req, bad := decode(r)
	if bad != nil {
		return *bad
	}
	next := a.desired().Spec
	if bad := e.apply(a, req, &next, "is in", now); bad != nil {
		return *bad
	}
	a.Updated = now
	same := next == a.desired().Spec && !req.ForceRedeploy
	if !same {
		_, same = e.board.Strike(FaultNoopDeploy, a.Name)
	}
	if same {
		m := a.at(now, e.cfg.Pace).json()
		m["warning"] = unchangedText
		return ok(m)
	}
	return e.deploy(a, next, now)
}

func (e *Emulator) deploy(a *agent, next spec, now time.Time) answer {
	d := &deployment{ID: uuid.NewString(), Created: now.Truncate(time.Millisecond), Spec: next}
	e.doom(d, a.Name)
	a.add(d, now, e.cfg.Pace)
	if f, hit := e.board.Strike(FaultSuperseded, a.Name); hit {
		theirs := next
		theirs.Image, theirs.BuildID = "somebody-else/bot:1", ""
		a.Rival = &deployment{ID: uuid.NewString(), Created: d.Created.Add(max(f.For, e.cfg.Pace)), Spec: theirs}
	}
	return ok(a.at(now, e.cfg.Pace).json())
}
