package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"readme/cli/release"
)

// Plan shows what a release would do, in the shape of a terraform plan. Its digest and the next command are Next's.
func Plan(p release.Plan, s Style) string {
	g := &page{Style: s}
	g.planHead(p)
	g.legend(p)
	g.changes(p)
	g.checks(p)
	g.notes(p)
	g.undo(p)
	g.gates(p)
	g.gap()
	g.line(g.paint(Strong, counted(p)))
	return g.String()
}

// Next is for a plan that is only looked at: the digest that stands for it, and the command that carries it out.
func Next(p release.Plan, s Style) string { return NextBy(p, next(p), s) }

// NextBy is Next where the command is known to whoever made the plan.
func NextBy(p release.Plan, command string, s Style) string {
	g := &page{Style: s}
	if p.Digest != "" {
		g.line("Digest: " + p.Digest)
	}
	if slices.ContainsFunc(p.Steps, release.Step.Runs) {
		g.line("Next:   " + command)
	}
	return g.String()
}

func (g *page) planHead(p release.Plan) {
	g.para(Strong, "", title(p))
	if p.Commit.Subject != "" {
		g.para(Dim, "  ", p.Commit.Subject)
	}
	g.gap()
	wide := 0
	for _, t := range p.Targets {
		wide = max(wide, cells(release.Printable(t.Name)))
	}
	for _, t := range p.Targets {
		value := t.Value
		if t.URL != "" {
			value += " at " + t.URL
		}
		g.para(Normal, "  "+pad(release.Printable(t.Name), wide)+"  ", value)
	}
}

func title(p release.Plan) string {
	text := fmt.Sprintf("%s@%s to %s", p.Project, p.Commit.Short(), p.Env)
	switch p.Purpose {
	case release.Rollback:
		text = fmt.Sprintf("%s back to %s in %s", p.Project, p.Commit.Short(), p.Env)
	case release.Variables:
		text = fmt.Sprintf("variables of %s in %s", p.Project, p.Env)
	}
	if p.Box {
		text += " (box)"
	}
	return text
}

// legend explains the signs that are in use, and no others.
func (g *page) legend(p release.Plan) {
	var parts []string
	for _, c := range []release.Change{release.ChangeCreate, release.ChangeUpdate, release.ChangeRun, release.ChangeSkip} {
		for _, s := range p.Steps {
			if s.Change == c {
				sign, word, m := change(c)
				parts = append(parts, g.paint(m, sign)+" "+word)
				break
			}
		}
	}
	if len(parts) > 0 {
		g.gap()
		g.line("  " + strings.Join(parts, "   "))
	}
}

// changes shows one block a step, and in one dim line each what stays as it is.
func (g *page) changes(p release.Plan) {
	for _, s := range p.Steps {
		if s.Proves() || s.Change == release.ChangeNone {
			continue
		}
		g.gap()
		sign, _, m := change(s.Change)
		text := cmp.Or(s.Title, s.ID)
		if s.Change == release.ChangeSkip {
			text += ": skipped"
		}
		g.para(Strong, "  "+g.sign(m, sign), text)
		if s.From != "" || s.To != "" {
			g.para(Normal, "      ", cmp.Or(s.From, "(nothing)")+" -> "+cmp.Or(s.To, "(nothing)"))
		}
		for _, l := range s.Lines {
			g.para(Normal, "      ", l)
		}
		g.para(Dim, "      ", s.Why)
		if len(s.Needs) > 0 && s.Kind != release.KindPromote { // a promote waits for everything, and its Why says so
			g.para(Dim, "      ", "after "+strings.Join(s.Needs, ", "))
		}
	}
	g.gap()
	for _, s := range p.Steps {
		if s.Change == release.ChangeNone && !s.Proves() {
			g.para(Dim, "    ", strings.TrimSuffix(s.ID+": unchanged, "+s.Why, ", "))
		}
	}
}

// sign is one painted column and a space; para measures what it is given, so the escape codes must not count.
func (g *page) sign(m Mood, sign string) string { return g.paint(m, sign) + " " }

func (g *page) checks(p release.Plan) {
	headed := false
	for _, s := range p.Steps {
		if s.Kind != release.KindCheck {
			continue
		}
		if !headed {
			headed = true
			g.gap()
			g.line("Smoke checks:")
		}
		sign, _, m := change(s.Change)
		text := s.ID
		switch s.Change {
		case release.ChangeSkip:
			text = strings.TrimSuffix(s.ID+": skipped, "+s.Why, ", ")
		case release.ChangeNone:
			text = strings.TrimSuffix(s.ID+": unchanged, "+s.Why, ", ")
		case release.ChangeCreate, release.ChangeUpdate, release.ChangeRun:
		}
		g.para(Normal, "  "+g.sign(m, sign), text)
	}
}

func (g *page) notes(p release.Plan) {
	g.gap()
	for _, n := range p.Notes {
		g.para(Warn, g.sign(Warn, g.symbols().warning), n)
	}
}

// undo says beforehand what putting back would mean.
func (g *page) undo(p release.Plan) {
	wide := 0
	for _, s := range p.Steps {
		if s.Runs() && s.Undo != "" {
			wide = max(wide, cells(release.Printable(s.ID)))
		}
	}
	if wide == 0 {
		return
	}
	g.gap()
	if p.OnFailure == "leave" {
		g.line("If it fails, everything stays as it is then (on_failure: leave).")
		return
	}
	head := "If it fails:" // where there is nothing but variables, nothing is put back
	if slices.ContainsFunc(p.Steps, func(s release.Step) bool { return s.Runs() && s.Undo != "" && s.Kind != release.KindVariables }) {
		head = "If it fails, what it changed is put back:"
	}
	g.line(head)
	for _, s := range p.Steps {
		if s.Runs() && s.Undo != "" {
			g.para(Normal, "  "+pad(release.Printable(s.ID), wide)+"  ", s.Undo)
		}
	}
}

// counted is the plan in one line.
func counted(p release.Plan) string {
	changes := p.Count(release.ChangeCreate) + p.Count(release.ChangeUpdate) + p.Count(release.ChangeRun)
	checks := 0
	for _, s := range p.Steps {
		if s.Kind == release.KindCheck && s.Runs() {
			checks++
		}
	}
	var parts []string
	add := func(n int, words string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, words))
		}
	}
	add(p.Count(release.ChangeCreate), "to create")
	add(p.Count(release.ChangeUpdate), "to update")
	add(p.Count(release.ChangeRun), "to run")
	add(p.Count(release.ChangeNone), "unchanged")
	add(p.Count(release.ChangeSkip), "skipped")
	add(checks, plural(checks, "check"))
	switch {
	case changes == 0 && p.Purpose == release.Variables:
		return fmt.Sprintf("Nothing to write: every variable of %s that has a value here is as it is here.", release.Printable(p.Env))
	case changes == 0 && checks == 0:
		return fmt.Sprintf("Nothing to do: %s is as release.yaml says.", release.Printable(p.Env))
	case changes == 0:
		return fmt.Sprintf("Nothing to change: %s.", strings.Join(parts, ", "))
	}
	return "Plan: " + strings.Join(parts, ", ") + "."
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// next is the command that runs exactly this plan. It is never broken over lines, so that it can be copied.
func next(p release.Plan) string {
	command := "readme-ops release --env " + release.Printable(p.Env)
	if !p.Box && p.Digest != "" {
		command += " --approve " + p.Digest
	}
	return command
}
