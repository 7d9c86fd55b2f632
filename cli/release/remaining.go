package release

import (
	"fmt"
	"strings"
	"time"
)

// Remaining is how long the run goes on, by the estimates of its steps: the longest path over those that have not ended.
// all is false where some of them have no estimate, so that it is at least that long. It tells nothing of a run that is
// over, or on its way back.
func (s *State) Remaining(now time.Time) (left time.Duration, all bool) {
	if s.Over || s.Stopping != "" || s.Rollback || s.Paused != "" {
		return 0, false
	}
	all = true
	ends := map[string]time.Duration{} // when a step ends, from now
	var cleanups time.Duration         // they begin when everything else has ended
	for _, st := range s.Steps {
		own, known := st.remaining(now)
		all = all && known
		if st.Step.Kind == KindCleanup {
			cleanups = max(cleanups, own)
			continue
		}
		var from time.Duration
		for _, need := range st.Step.Needs {
			from = max(from, ends[need])
		}
		ends[st.Step.ID] = from + own
		left = max(left, from+own)
	}
	return left + cleanups, all
}

// remaining is how long the step itself goes on. One that has taken longer than usual may end any moment.
func (st *StepState) remaining(now time.Time) (left time.Duration, known bool) {
	switch {
	case st.Status != Pending && st.Status != Running:
		return 0, true
	case st.Step.Estimate <= 0:
		return 0, false
	case st.Status == Running:
		return max(0, st.Step.Estimate-now.Sub(st.Started)), true
	}
	return st.Step.Estimate, true
}

// Expected says how long the step usually takes and how long it may: "usually 40.0s, at most 20m00s"; "" where neither is known.
func (s Step) Expected() string {
	var parts []string
	if s.Estimate > 0 {
		parts = append(parts, "usually "+Took(s.Estimate.Milliseconds()))
	}
	if s.Deadline > 0 {
		parts = append(parts, "at most "+Took(s.Deadline.Milliseconds()))
	}
	return strings.Join(parts, ", ")
}

// Progress is the whole run in a line: "3 of 9 steps over, about 1m20s left".
func (s *State) Progress(now time.Time) string {
	over, total := s.Counts()
	text := fmt.Sprintf("%d of %d steps over", over, total)
	if left := s.Left(now); left != "" {
		text += ", " + left
	}
	return text
}

// Left is Remaining in words: "about 1m20s left"; "" where nothing is known.
func (s *State) Left(now time.Time) string {
	left, all := s.Remaining(now)
	switch {
	case left <= 0:
		return ""
	case all:
		return "about " + Took(left.Round(time.Second).Milliseconds()) + " left"
	}
	return "at least " + Took(left.Round(time.Second).Milliseconds()) + " left"
}

// Counts counts the steps that run, and those of them that have ended.
func (s *State) Counts() (over, total int) {
	for _, st := range s.Steps {
		if !st.Step.Runs() {
			continue
		}
		total++
		if st.Status != Pending && st.Status != Running {
			over++
		}
	}
	return over, total
}
