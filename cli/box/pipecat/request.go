package pipecat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

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
	NodeType           string  `json:"nodeType"`
	AgentProfile       *string `json:"agentProfile"`
	MaxSessionDuration *int    `json:"maxSessionDuration"`
	WebsocketAuth      *string `json:"websocketAuth"`
	ForceRedeploy      bool    `json:"forceRedeploy"`
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
	case req.Image != nil && !strings.Contains(*req.Image, ":"), req.NodeType != "" && req.NodeType != "arm":
		return new(badRequest("Invalid parameters"))
	}
	for _, bad := range []*answer{
		e.built(req.BuildID, a.Region, now),
		e.bind(req.SecretSet, next.SecretSet, "Secret set", setRegular, a.Region, isIn, now),
		e.bind(req.ImagePullSecretSet, next.PullSet, "Image pull secret set", setPull, a.Region, isIn, now),
	} {
		if bad != nil {
			return bad
		}
	}
	s := scaling{Min: said(req.AutoScaling.MinAgents, a.Scaling.Min), Max: said(req.AutoScaling.MaxAgents, a.Scaling.Max)}
	n := *next
	if req.Image != nil || req.BuildID != nil { // the one takes the place of the other
		n.Image, n.BuildID = said(req.Image, ""), said(req.BuildID, "")
	}
	n.SecretSet = said(req.SecretSet, n.SecretSet)
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

// built checks a build that is to be deployed.
func (e *Emulator) built(id *string, region string, now time.Time) *answer {
	if id == nil {
		return nil
	}
	b := e.state.build(*id)
	switch {
	case b == nil:
		return new(badRequest("Build not found"))
	case b.status(now, e.cfg.Pace) != buildSuccess:
		return new(badRequest(fmt.Sprintf("Build is not ready (status: %s). Only successful builds can be deployed.", b.status(now, e.cfg.Pace))))
	case b.Region != region:
		return new(badRequest(fmt.Sprintf("Build is in region '%s' but service is in region '%s'. Builds must be in the same region as the service.", b.Region, region)))
	}
	return nil
}

// bind checks a secret set that a deployment is to use: the one that is named, or the one that it keeps, which can only
// be in the way while it is not ready.
func (e *Emulator) bind(named *string, kept, what, kind, region, isIn string, now time.Time) *answer {
	name := said(named, kept)
	s := e.state.Sets[name]
	switch {
	case name == "", named == nil && s == nil:
		return nil
	case s == nil || s.Kind != kind:
		return new(notFound("Secret set not found"))
	case s.Region != region:
		return new(badRequest(fmt.Sprintf("%s '%s' is in region '%s' but service %s region '%s'. %ss must be in the same region as the service.",
			what, name, s.Region, isIn, region, strings.TrimSuffix(what, " set"))))
	case s.status(now) != "ready":
		return new(refuse(http.StatusConflict, "CONFLICT", fmt.Sprintf("%s '%s' is not yet ready. Retry once it has been provisioned.", what, name)))
	}
	return nil
}

func said[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}
