package pipecat

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	defaultRegion = "us-west"
	defaultMax    = 50
	unchangedText = "The configuration is the same as the one that is deployed; no new deployment was made. Use forceRedeploy to roll anyway."
)

var agentNames = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])$`)

// deployRequest is the body of a create and of an update; nil is "not said". Keys that the API does not know are
// tolerated, as they are there.
type deployRequest struct {
	ServiceName        string  `json:"serviceName"`
	Region             string  `json:"region"`
	Image              *string `json:"image"`
	BuildID            *string `json:"buildId"`
	ImagePullSecretSet *string `json:"imagePullSecretSet"`
	SecretSet          *string `json:"secretSet"`
	AutoScaling        struct {
		MinAgents *int `json:"minAgents"`
		MaxAgents *int `json:"maxAgents"`
	} `json:"autoScaling"`
	KrispViva *struct {
		AudioFilter *string `json:"audioFilter"`
	} `json:"krispViva"`
	AgentProfile       *string `json:"agentProfile"`
	MaxSessionDuration *int    `json:"maxSessionDuration"`
	WebsocketAuth      *string `json:"websocketAuth"`
	ForceRedeploy      bool    `json:"forceRedeploy"`
}

func (e *Emulator) listAgents(r *http.Request, now time.Time) answer {
	list := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(e.state.Agents)) {
		a := e.state.Agents[name]
		if region := r.URL.Query().Get("region"); region != "" && region != a.Region {
			continue
		}
		v := a.at(now, e.cfg.Pace).json()
		item := map[string]any{"id": a.ID, "organizationId": organization, "deletedAt": nil}
		for _, key := range []string{"name", "region", "desiredDeploymentId", "activeDeploymentId", "createdAt", "updatedAt"} {
			item[key] = v[key]
		}
		if v["reconciledDeploymentId"] != nil {
			item["reconciledDeploymentId"] = v["reconciledDeploymentId"]
		}
		if r.URL.Query().Get("includeActiveDeployment") == "true" {
			item["deployment"] = v["deployment"]
		}
		list = append(list, item)
	}
	return ok(map[string]any{"services": list})
}

// organization is the one that both keys belong to.
const organization = "cc71b52d-4271-46c9-87be-cac600fd821a"

func (e *Emulator) getAgent(r *http.Request, now time.Time) answer {
	a := e.state.Agents[r.PathValue("agent")]
	if a == nil {
		return notFound("Not found")
	}
	return ok(a.at(now, e.cfg.Pace).json())
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
	return e.deploy(a, next, now, "")
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
	if next == a.desired().Spec && !req.ForceRedeploy {
		m := a.at(now, e.cfg.Pace).json()
		m["warning"] = unchangedText
		return ok(m)
	}
	return e.deploy(a, next, now, "")
}

func (e *Emulator) deploy(a *agent, next spec, now time.Time, fate string) answer {
	d := &deployment{ID: uuid.NewString(), Created: now.Truncate(time.Millisecond), Spec: next, Fate: fate, Slow: 1}
	if fate == "" {
		d.Fate, d.Slow = fateOf(next.Image)
	}
	if e.hitLocked(FaultOperatorStuck, a.Name) {
		d.Fate = fateStuck
	}
	if e.hitLocked(FaultSlowRollout, a.Name) {
		d.Slow = 10
	}
	a.add(d, now, e.cfg.Pace)
	return ok(a.at(now, e.cfg.Pace).json())
}

func decode(r *http.Request) (deployRequest, *answer) {
	var req deployRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		bad := badRequest("Invalid request format")
		return req, &bad
	}
	return req, nil
}

// apply checks the request and carries what it says into the agent's scaling and the next spec. Nothing is changed
// when it is refused.
func (e *Emulator) apply(a *agent, req deployRequest, next *spec, isIn string, now time.Time) *answer {
	switch {
	case req.Image != nil && req.BuildID != nil:
		return new(badRequest("Cannot specify both image and buildId. Use one or the other."))
	case req.BuildID != nil:
		return new(badRequest("Build not found"))
	case req.Image != nil && !strings.Contains(*req.Image, ":"):
		return new(badRequest("Invalid parameters"))
	}
	if bad := e.bind(req.SecretSet, "Secret set", setRegular, a.Region, isIn, now); bad != nil {
		return bad
	}
	if bad := e.bind(req.ImagePullSecretSet, "Image pull secret set", setPull, a.Region, isIn, now); bad != nil {
		return bad
	}
	s := scaling{Min: said(req.AutoScaling.MinAgents, a.Scaling.Min), Max: said(req.AutoScaling.MaxAgents, a.Scaling.Max)}
	n := *next
	n.Image, n.SecretSet = said(req.Image, n.Image), said(req.SecretSet, n.SecretSet)
	n.PullSet, n.Websocket = said(req.ImagePullSecretSet, n.PullSet), said(req.WebsocketAuth, n.Websocket)
	n.Profile, n.MaxSession = said(req.AgentProfile, n.Profile), said(req.MaxSessionDuration, n.MaxSession)
	if req.KrispViva != nil {
		n.Krisp = said(req.KrispViva.AudioFilter, "")
	}
	if s.Min < 0 || s.Max < max(1, s.Min) || s.Max > defaultMax || n.MaxSession < 60 || n.MaxSession > 14400 ||
		!slices.Contains([]string{"agent-1x", "agent-2x", "agent-3x"}, n.Profile) ||
		!slices.Contains([]string{"", "tel", "pro"}, n.Krisp) || !slices.Contains([]string{"", "none", "token"}, n.Websocket) {
		return new(badRequest("Invalid parameters"))
	}
	a.Scaling, *next = s, n
	return nil
}

// bind checks a secret set that a deployment is to use.
func (e *Emulator) bind(name *string, what, kind, region, isIn string, now time.Time) *answer {
	if name == nil || *name == "" {
		return nil
	}
	s := e.state.Sets[*name]
	switch {
	case s == nil || s.Kind != kind:
		return new(notFound("Secret set not found"))
	case s.Region != region:
		return new(badRequest(fmt.Sprintf("%s '%s' is in region '%s' but service %s region '%s'. %ss must be in the same region as the service.",
			what, *name, s.Region, isIn, region, strings.TrimSuffix(what, " set"))))
	case s.status(now) != "ready":
		return new(refuse(http.StatusConflict, "CONFLICT", fmt.Sprintf("%s '%s' is not yet ready. Retry once it has been provisioned.", what, *name)))
	}
	return nil
}

func said[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

func (d *deployment) manifest(a *agent) map[string]any {
	size := map[string][2]string{"agent-1x": {"500m", "1Gi"}, "agent-2x": {"1", "2Gi"}, "agent-3x": {"1500m", "3Gi"}}[d.Spec.Profile]
	m := map[string]any{
		"dailyNodeType": "arm", "image": d.Spec.Image, "arch": "arm64",
		"autoScaling":               map[string]any{"minReplicas": a.Scaling.Min, "maxReplicas": a.Scaling.Max},
		"resources":                 map[string]any{"cpu": size[0], "memory": size[1]},
		"krispViva":                 map[string]any{"audioFilters": d.Spec.Krisp != ""},
		"maxSessionDurationSeconds": d.Spec.MaxSession, "envFromSecretNames": []string{},
	}
	if d.Spec.PullSet != "" {
		m["imagePullSecretName"] = d.Spec.PullSet
	}
	if d.Spec.SecretSet != "" {
		m["envFromSecretNames"] = []string{d.Spec.SecretSet}
	}
	return map[string]any{
		"apiVersion": "pipecatcloud.daily.co/v1", "kind": "PCService",
		"metadata": map[string]any{"name": a.Name, "namespace": "the-box"}, "spec": m,
	}
}

func regionCodes() []string { return []string{"us-west", "us-east", "eu-central", "ap-south"} }

func regions(*http.Request, time.Time) answer {
	names := []string{"US West (Oregon)", "US East (Virginia)", "Europe (Frankfurt)", "Asia Pacific (Mumbai)"}
	var list []map[string]any
	for i, code := range regionCodes() {
		list = append(list, map[string]any{"code": code, "display_name": names[i]})
	}
	return ok(map[string]any{"regions": list})
}

func properties(*http.Request, time.Time) answer {
	return ok(map[string]any{"properties": map[string]any{"defaultRegion": defaultRegion}})
}
