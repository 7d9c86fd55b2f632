package pipecat

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"time"
)

const (
	setRegular = "secret"
	setPull    = "imagePullSecret"
)

// set is a secret set: the names of its keys. Values are taken and forgotten: nothing here needs them, and they never
// come back from the API.
type set struct {
	Kind    string
	Region  string
	Keys    []string // sorted
	ReadyAt time.Time
	Failed  string // the reason, from ReadyAt on
	Never   bool   // stays pending
}

var (
	setNames = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	keyNames = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
)

func (s *set) status(now time.Time) string {
	switch {
	case s.Never || now.Before(s.ReadyAt):
		return "pending"
	case s.Failed != "":
		return "failed"
	}
	return "ready"
}

func (s *set) add(key string) {
	if i, found := slices.BinarySearch(s.Keys, key); !found {
		s.Keys = slices.Insert(s.Keys, i, key)
	}
}

// seed makes a set that is ready, or adds the keys that it lacks.
func (st *state) seed(name string, values map[string]string) {
	s := st.Sets[name]
	if s == nil {
		s = &set{Kind: setRegular, Region: defaultRegion}
		st.Sets[name] = s
	}
	for key := range values {
		s.add(key)
	}
}

func (e *Emulator) listSets(r *http.Request, now time.Time) answer {
	list := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(e.state.Sets)) {
		s := e.state.Sets[name]
		if region := r.URL.Query().Get("region"); region != "" && region != s.Region {
			continue
		}
		m := map[string]any{"name": name, "type": s.Kind, "region": s.Region, "status": s.status(now)}
		if m["status"] == "failed" {
			m["errorMessage"] = s.Failed
		}
		list = append(list, m)
	}
	return ok(map[string]any{"sets": list})
}

func (e *Emulator) getSet(r *http.Request, now time.Time) answer {
	s := e.state.Sets[r.PathValue("set")]
	if s == nil {
		return notFound("Set not found")
	}
	if s.Kind == setPull {
		return badRequest("Cannot retrieve image pull secrets by name")
	}
	fields := []map[string]any{}
	for _, k := range s.Keys {
		fields = append(fields, map[string]any{"fieldName": k})
	}
	m := map[string]any{"region": s.Region, "status": s.status(now), "secrets": fields}
	if m["status"] == "failed" {
		m["errorMessage"] = s.Failed
	}
	return ok(m)
}

type setRequest struct {
	Secrets []struct {
		Key   string  `json:"secretKey"`
		Value *string `json:"secretValue"`
	} `json:"secrets"`
	Region string `json:"region"`
	Pull   bool   `json:"isImagePullSecret"`
	Host   string `json:"host"`
	Value  string `json:"secretValue"`
}

func (q setRequest) valid() bool {
	if q.Pull {
		return q.Host != "" && q.Value != "" && len(q.Secrets) == 0
	}
	for _, s := range q.Secrets {
		if !keyNames.MatchString(s.Key) || s.Value == nil {
			return false
		}
	}
	return len(q.Secrets) > 0
}

func (e *Emulator) putSet(r *http.Request, now time.Time) answer {
	name := r.PathValue("set")
	var q setRequest
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || !q.valid() || len(name) < 3 || len(name) > 63 || !setNames.MatchString(name) {
		return badRequest("Invalid request format")
	}
	if q.Region != "" && !slices.Contains(regionCodes(), q.Region) {
		return badRequest("Invalid region or organization does not have access")
	}
	kind := setRegular
	if q.Pull {
		kind = setPull
	}
	s := e.state.Sets[name]
	switch {
	case s == nil:
		s = &set{Kind: kind, Region: q.Region}
		if s.Region == "" {
			s.Region = defaultRegion
		}
		e.state.Sets[name] = s
	case q.Region != "" && q.Region != s.Region:
		return badRequest(fmt.Sprintf("Secret already exists in region '%s'. Cannot change region to '%s'.", s.Region, q.Region))
	case s.Kind == setRegular && kind == setPull:
		return badRequest("Cannot update existing regular secrets to image pull secrets")
	case s.Kind == setPull && kind == setRegular:
		return badRequest("Must provide isImagePullSecret, host, and secretValue to update an image pull secret")
	default:
		if _, hit := e.board.Strike(FaultSecretsConflict, name); hit {
			return refuse(http.StatusConflict, "CONFLICT", fmt.Sprintf("Secret set '%s' was modified concurrently. Please retry.", name))
		}
	}
	if _, hit := e.board.Strike(FaultSecretsLost, name); !hit {
		for _, k := range q.Secrets {
			s.add(k.Key)
		}
	}
	s.ReadyAt, s.Failed = now.Add(e.cfg.Pace), ""
	if f, hit := e.board.Strike(FaultSecretsSlow, name); hit {
		s.ReadyAt = now.Add(f.For)
	}
	_, s.Never = e.board.Strike(FaultSecretsPending, name)
	if _, hit := e.board.Strike(FaultSecretsFailed, name); hit {
		s.Failed = "The secret could not be written to the region"
	}
	return answer{http.StatusAccepted, map[string]any{"status": "OK", "region": s.Region}}
}

func (e *Emulator) deleteSet(r *http.Request, _ time.Time) answer {
	name := r.PathValue("set")
	if e.state.Sets[name] == nil {
		return notFound("Set not found")
	}
	delete(e.state.Sets, name)
	return ok(map[string]any{"status": "OK"})
}

func (e *Emulator) deleteKey(r *http.Request, now time.Time) answer {
	s := e.state.Sets[r.PathValue("set")]
	if s == nil {
		return notFound("Set not found")
	}
	i := slices.Index(s.Keys, r.PathValue("key"))
	if i < 0 {
		return notFound("Secret not found")
	}
	s.Keys = slices.Delete(s.Keys, i, i+1)
	s.ReadyAt = now.Add(e.cfg.Pace)
	return ok(map[string]any{"status": "OK"})
}
