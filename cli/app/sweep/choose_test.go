package sweep_test

import (
	"cmp"
	"slices"
	"strings"
)

// essential are the points at which a release is killed in any case: there is one for every moment of every kind of step.
func essential(broken bool) []point {
	if broken {
		return []point{
			{"undo api: step_intent", 1, true},
			{"DeploymentRollback", 1, true},
			{"POST /v1/projects/ID/rollback/ID", 1, true},
			{"undo promote client: step_done", 1, false},
		}
	}
	return []point{
		{"api: step_intent", 1, false},
		{"client: step_intent", 2, true},
		{"POST /project/ID/environment/ID/up", 1, true},
		{"POST /v13/deployments", 1, true},
		{"migrations: step_intent", 1, true},
		{"migrations: step_done", 1, false},
		{"POST /v10/projects/ID/promote/ID", 1, true},
		{"promote client: step_done", 1, true},
	}
}

// moments are all that matter about each kind of step: what has come about by then, and who knows of it.
var moments = []string{"before intent", "after intent", "before result", "after result", "answer"}

// subjects are the kinds of steps that must not happen twice. A migration asks no vendor.
var subjects = []string{"deploy", "migration", "promote", "undo"}

// cell is which moment of which kind of step a point is, "" if it is none that must be met.
func (p point) cell() string {
	moment, subject := p.moment(), p.subject()
	if moment == "" || subject == "" {
		return ""
	}
	return moment + " of " + subject
}

func (p point) moment() string {
	before, after := "before ", "after "
	when := before
	if p.After {
		when = after
	}
	switch {
	case strings.HasSuffix(p.What, ": step_intent"):
		return when + "intent"
	case strings.Contains(p.What, ": step_"):
		return when + "result"
	case p.After && !repeatable(p.What):
		return "answer"
	}
	return ""
}

func (p point) subject() string {
	step, _, _ := strings.Cut(p.What, ":")
	switch {
	case strings.HasPrefix(p.What, "undo "), p.What == "DeploymentRollback", strings.Contains(p.What, "/rollback/"):
		return "undo"
	case step == "migrations":
		return "migration"
	case step == "promote client", strings.Contains(p.What, "/promote/"):
		return "promote"
	case slices.Contains([]string{"api", "worker", "bot", "client"}, step),
		p.What == "DeployCommit", strings.HasSuffix(p.What, "/up"), strings.HasPrefix(p.What, "POST /v1/agents/"), strings.HasSuffix(p.What, "/deployments"):
		return "deploy"
	}
	return ""
}

// cells are those that a sweep must have met.
func cells() []string {
	var all []string
	for _, s := range subjects {
		for _, m := range moments {
			if s != "migration" || m != "answer" {
				all = append(all, m+" of "+s)
			}
		}
	}
	return all
}

// common are the points that all have come by, in an order that does not depend on how their steps took turns.
func common(of [][]point) []point {
	var all []point
	for _, p := range of[0] {
		if !slices.ContainsFunc(of, func(other []point) bool { return !slices.Contains(other, p) }) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Nth, b.Nth), cmp.Compare(when(a), when(b)))
	})
	return all
}

func when(p point) int {
	if p.After {
		return 1
	}
	return 0
}

// choose takes the essential points, and where every is not 0 also the first of every cell and each every-th of the rest.
func choose(points []point, broken bool, every int) []point {
	chosen := essential(broken)
	if every == 0 {
		return chosen
	}
	met := map[string]bool{"": true}
	for i, p := range points {
		first := !met[p.cell()]
		met[p.cell()] = true
		if (first || i%every == every/2) && !slices.Contains(chosen, p) {
			chosen = append(chosen, p)
		}
	}
	return chosen
}
