package steps

import (
	"encoding/json"
	"slices"
	"strings"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// History is what the runs of an environment have brought and left live, by their records.
type History struct {
	runs  []*release.State                          // releases and rollbacks, the newest first
	known map[string]map[string]provider.Deployment // by service and id: as whole as any run has recorded it
	backs map[string]bool                           // ids that a way back of ours has made, as the copy of another
}

// NewHistory reads the runs of one environment, given in any order that has the newest first.
func NewHistory(runs []*release.State) *History {
	h := &History{known: map[string]map[string]provider.Deployment{}, backs: map[string]bool{}}
	for _, r := range runs {
		if r == nil || r.Plan.Purpose == release.Smoke || r.Plan.Purpose == release.Variables {
			continue
		}
		h.runs = append(h.runs, r)
		for _, st := range r.Steps {
			h.learn(st)
		}
	}
	return h
}

// learn keeps every deployment that a step has on record.
func (h *History) learn(st *release.StepState) {
	service := strings.TrimPrefix(st.Step.ID, "promote ")
	switch st.Step.Kind {
	case release.KindDeploy, release.KindRestore, release.KindPromote:
	default:
		return
	}
	for _, raw := range slices.Concat(st.Intents, st.Undo.Intents, []json.RawMessage{st.Record}) {
		var rec deployed
		if len(raw) == 0 || json.Unmarshal(raw, &rec) != nil {
			continue
		}
		h.keep(service, rec.Before)
		h.keep(service, rec.After)
		if st.Step.Kind == release.KindRestore {
			h.backs[rec.ID] = true
		}
		if rec.Back != nil {
			h.backs[rec.Back.ID] = true
		}
	}
}

func (h *History) keep(service string, d provider.Deployment) {
	if d.ID == "" {
		return
	}
	if h.known[service] == nil {
		h.known[service] = map[string]provider.Deployment{}
	}
	if was, ok := h.known[service][d.ID]; !ok || was.Marker == (provider.Marker{}) && was.Settings == "" {
		h.known[service][d.ID] = d
	}
}

// Former is a deployment that was live, as whole as the records tell it.
type Former struct {
	provider.Deployment
	Reports string // the commit that it says of itself, where the vendor's record does not
}

// Left is what a run had left live of each service: what its step brought, or else what was live already when it was
// planned. A service that it does not know is not in it.
func (h *History) Left(r *release.State) map[string]Former {
	out := map[string]Former{}
	for _, st := range r.Steps {
		if st.Step.Kind != release.KindDeploy && st.Step.Kind != release.KindRestore {
			continue
		}
		id := strings.TrimPrefix(st.Step.Precondition, "live=")
		if st.Status == release.Done {
			id = st.Outputs["deployment"]
		}
		if id == "" {
			continue
		}
		f := Former{Deployment: provider.Deployment{ID: id}}
		if d, ok := h.known[st.Step.ID][id]; ok {
			f.Deployment = d
		}
		if st.Outputs["deployment"] == id {
			f.Reports = st.Outputs["commit"]
		}
		out[st.Step.ID] = f
	}
	return out
}

// Same reports whether what serves is the deployment that was, or a copy of it that a way back of ours has made. The same
// commit, deployed once more by somebody else, may run with other settings and variables.
func (h *History) Same(was, live provider.Deployment) bool {
	if was.ID == live.ID {
		return true
	}
	return was.ID != "" && h.backs[live.ID] && isBack(deployed{Before: was}, live)
}

// matches reports whether all that a run had left live serves now.
func (h *History) matches(r *release.State, live map[string]provider.Deployment) bool {
	left := h.Left(r)
	for name, is := range live {
		was, ok := left[name]
		if ok && !h.Same(was.Deployment, is) || !ok && is.ID != "" {
			return false
		}
	}
	return len(left) > 0
}

// Run finds a run by its name; nil if there is none.
func (h *History) Run(id string) *release.State {
	for _, r := range h.runs {
		if r.Run == id {
			return r
		}
	}
	return nil
}

// Back is the run that a rollback goes back to where nobody names one: the last released one before that which brought
// what is live. A rollback counts as the run that it went back to, so that two of them go back twice. Where what is live
// was brought by no released run (by a stranger, or by one that failed), it is the last released one. What was gone back to
// may be gone back to again: the run before a release can be a rollback, and what that one took away was wrong. Nil: there
// is none.
func (h *History) Back(live map[string]provider.Deployment) *release.State {
	after := -1
	for i, r := range h.runs {
		if r.Verdict() == release.Released && h.matches(r, live) {
			after = h.origin(i)
			break
		}
	}
	for i, r := range h.runs {
		if i > after && r.Verdict() == release.Released && !h.matches(r, live) {
			return r
		}
	}
	return nil
}

// origin follows the run at i, if it is a rollback, to the one that it went back to.
func (h *History) origin(i int) int {
	for h.runs[i].Plan.Purpose == release.Rollback {
		older := slices.IndexFunc(h.runs, func(r *release.State) bool { return r.Run == Goal(h.runs[i].Plan) })
		if older <= i {
			return i
		}
		i = older
	}
	return i
}

// since reports whether the run with this name came after another one: by the order of the record, else by their names,
// which begin with their times.
func (h *History) since(name string, run *release.State) bool {
	i := slices.IndexFunc(h.runs, func(r *release.State) bool { return r.Run == name })
	if j := slices.Index(h.runs, run); i >= 0 && j >= 0 {
		return i < j
	}
	return name > run.Run
}

// Goal is the run that the plan of a rollback goes back to.
func Goal(p release.Plan) string {
	for _, s := range p.Steps {
		var in plan.RestoreInputs
		if s.Kind == release.KindRestore && json.Unmarshal(s.Inputs, &in) == nil && in.Run != "" {
			return in.Run
		}
	}
	return ""
}
