package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"readme/cli/release"
)

// validate finds what would make a run of the plan go astray. package plan has refused all of it before, with a line of
// release.yaml; what arrives here is a mistake of ours, or a plan from a file.
func validate(p release.Plan, actions map[string]Action) error {
	steps := map[string]release.Step{}
	for _, s := range p.Steps {
		if _, twice := steps[s.ID]; twice || s.ID == "" {
			return fmt.Errorf("the id %q of a step is empty or not the only one", s.ID)
		}
		steps[s.ID] = s
	}
	if ring := cycle(p.Steps, steps); ring != nil {
		return fmt.Errorf("steps need each other: %s", strings.Join(ring, " -> "))
	}
	seen := map[string]bool{}
	for _, s := range p.Steps {
		if err := validateStep(s, steps, seen, actions); err != nil {
			return fmt.Errorf("step %q: %w", s.ID, err)
		}
		seen[s.ID] = true
	}
	return nil
}

func validateStep(s release.Step, steps map[string]release.Step, seen map[string]bool, actions map[string]Action) error {
	for _, id := range s.Needs {
		need, known := steps[id]
		switch {
		case !known:
			return fmt.Errorf("it needs %q, which is not in the plan", id)
		case !seen[id]:
			return fmt.Errorf("it stands before %q, which it needs", id)
		case need.Kind == release.KindCleanup && s.Kind != release.KindCleanup:
			return fmt.Errorf("it needs the cleanup %q, and cleanups run last", id)
		}
	}
	if s.Kind == release.KindCleanup && len(s.Needs) == 0 {
		return errors.New("a cleanup needs the step that it cleans up after")
	}
	if s.Runs() && actions[s.ID] == nil {
		return fmt.Errorf("there is no action for it (kind %q)", s.Kind)
	}
	return nil
}

// cycle gives the first ring of needs that it finds, its first step also last; nil if there is none.
func cycle(plan []release.Step, steps map[string]release.Step) []string {
	over := map[string]bool{}
	var path []string
	var visit func(id string) []string
	visit = func(id string) []string {
		if i := slices.Index(path, id); i >= 0 {
			return append(slices.Clone(path[i:]), id)
		}
		if over[id] {
			return nil
		}
		path = append(path, id)
		for _, need := range steps[id].Needs {
			if ring := visit(need); ring != nil {
				return ring
			}
		}
		path = path[:len(path)-1]
		over[id] = true
		return nil
	}
	for _, s := range plan {
		if ring := visit(s.ID); ring != nil {
			return ring
		}
	}
	return nil
}
