package steps

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"readme/cli/engine"
	"readme/cli/provider"
	"readme/cli/release"
)

// deployed is what is on record of a deploy, a promote or a way back: what served before, and the new deployment once it has
// an id.
type deployed struct {
	Before provider.Deployment `json:"before"`
	ID     string              `json:"id,omitempty"`
	Staged bool                `json:"staged,omitempty"`
	Had    []string            `json:"had,omitempty"` // the deployments that existed before, none of which is ours

	After provider.Deployment `json:"after,omitzero"` // what serves since, once it does: a later rollback goes back to that

	Ending string     `json:"ending,omitempty"` // of an undo: the deployment that is cancelled or removed
	Back   *returning `json:"back,omitempty"`   // of an undo: how far the way back has come
}

// returning is a way back to an earlier deployment that has begun.
type returning struct {
	Had []string `json:"had,omitempty"` // the deployments that existed before it
	ID  string   `json:"id,omitempty"`  // the deployment to wait for, once it is known
}

// recorded reads what is on record: what served before the first intent, and the rest by the last one. A deploy that was
// done again is about another deployment than before. ok is false where there is no intent.
func recorded(intents []json.RawMessage) (rec deployed, ok bool, err error) {
	var first deployed
	for i, raw := range intents {
		rec = deployed{}
		if err := json.Unmarshal(raw, &rec); err != nil {
			return rec, false, fmt.Errorf("read the record of the step: %w", err)
		}
		if i == 0 {
			first = rec
		}
		rec.Before = first.Before
	}
	return rec, len(intents) > 0, nil
}

// undone reads how far an undo had come that was cut off: which deployments it was ending, and the way back.
func undone(was engine.Was) (ending map[string]bool, back returning, begun bool) {
	ending = map[string]bool{}
	for _, raw := range was.Undone {
		var rec deployed
		if json.Unmarshal(raw, &rec) != nil {
			continue
		}
		if rec.Ending != "" {
			ending[rec.Ending] = true
		}
		if rec.Back != nil {
			back, begun = *rec.Back, true
		}
	}
	return ending, back, begun
}

// Brought is the deployment that a run's step has made, "" if it made none. It may be gone again.
func Brought(s *release.StepState) string {
	if s == nil {
		return ""
	}
	for _, raw := range slices.Backward(s.Intents) {
		var rec deployed
		if json.Unmarshal(raw, &rec) == nil && rec.ID != "" {
			return rec.ID
		}
	}
	return s.Outputs["deployment"]
}

// unsent remembers, in this process, the steps of which the vendor surely has nothing: either nothing was sent yet, or the
// client has looked and found nothing. Of a step that another process has begun nobody knows.
type unsent struct {
	mu    sync.Mutex
	steps map[string]bool
}

func (u *unsent) set(step string, sure bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.steps == nil {
		u.steps = map[string]bool{}
	}
	u.steps[step] = sure
}

func (u *unsent) is(step string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.steps[step]
}
