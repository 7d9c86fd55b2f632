package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/spec"
)

// StillLive is the step at the end that asks the vendors once more.
const StillLive = "still live"

const (
	defaultWithin = 30 * time.Second
	onDomain      = " (on the domain)" // ends the name of a check that is repeated after the promote
)

// checks adds the smoke checks, the promotes that wait for them, the checks that are repeated on the domain, and the
// cleanups at the end.
func (b *builder) checks() {
	var deploys []string
	for _, s := range b.steps {
		deploys = append(deploys, s.ID)
	}
	checks := sorted(b.rel.Smoke, func(c spec.Check) (string, []string) { return c.Name, c.After })
	var ids []string
	for _, c := range checks {
		b.check(c, append(slices.Clone(deploys), b.present(c.After)...), "")
		ids = append(ids, c.Name)
	}
	promotes := b.promotes(append(deploys, ids...))
	for _, p := range promotes {
		for _, c := range checks {
			if p.why == "" && slices.Contains(ServicesOf(c.Check), p.service) {
				b.check(c, []string{p.id}, p.id)
			}
		}
	}
	b.confirm(promotes)
	b.cleanups()
}

// confirm adds the last look: a deployment that was good when it was checked may have crashed since.
func (b *builder) confirm(promotes []promote) {
	in, needs := ConfirmInputs{}, []string{}
	for _, s := range b.steps {
		needs = append(needs, s.ID)
		if !brings(s.Kind) || s.Change == release.ChangeSkip {
			continue
		}
		d, _ := b.rel.Service(s.ID)
		serving := Serving{Name: s.ID, To: d.To, By: s.ID}
		if i := slices.IndexFunc(promotes, func(p promote) bool { return p.service == s.ID }); i >= 0 {
			serving.By = promotes[i].id
		}
		in.Services = append(in.Services, serving)
	}
	if len(in.Services) == 0 {
		return
	}
	b.add(release.Step{
		ID: StillLive, Kind: release.KindConfirm, Title: StillLive, Change: release.ChangeRun,
		Needs: needs, Inputs: encode(in), Deadline: time.Duration(len(in.Services)) * confirmDeadline,
	})
}

type promote struct{ id, service, why string }

// promotes adds a step for each staged deployment that this plan brings.
func (b *builder) promotes(needs []string) []promote {
	var out []promote
	for _, d := range b.rel.Deploy {
		deploy, _ := release.Plan{Steps: b.steps}.Step(d.Name)
		if !staged(d) || deploy.Change == release.ChangeNone {
			continue
		}
		p := promote{id: "promote " + d.Name, service: d.Name}
		s := release.Step{
			ID: p.id, Kind: release.KindPromote, Title: "put " + d.Name + " on its domain",
			Change: release.ChangeUpdate, Why: "after the smoke checks",
			From: deploy.From, To: deploy.To, Undo: deploy.Undo,
			Needs: needs, Inputs: encode(PromoteInputs{d.Name, d.To}),
			Precondition: deploy.Precondition, Deadline: promoteDeadline,
		}
		if deploy.Change == release.ChangeSkip {
			s.Change, s.Why, p.why = release.ChangeSkip, deploy.Why, deploy.Why
		}
		b.add(s)
		out = append(out, p)
	}
	return out
}

// check adds one check. With promoted it is the repetition on the domain, after that step.
func (b *builder) check(c spec.Check, needs []string, promoted string) {
	in := CheckInputs{Check: c.Check, Household: b.rel.Household, Captures: b.capturesFor(c), Promoted: promoted}
	s := release.Step{
		ID: c.Name, Kind: release.KindCheck, Title: c.Name, Change: release.ChangeRun,
		Needs: needs, Deadline: 2*Within(c.Check) + 2*time.Minute, // for two tries, each with a last look at what is wrong
	}
	if promoted != "" {
		s.ID = c.Name + onDomain
		s.Title = s.ID
	}
	for _, name := range ServicesOf(c.Check) {
		if deploy, ok := (release.Plan{Steps: b.steps}).Step(name); ok && deploy.Change == release.ChangeSkip {
			s.Change, s.Why = release.ChangeSkip, deploy.Why
		}
	}
	s.Inputs = encode(in)
	b.add(s)
}

// Within is how long a check has to succeed.
func Within(c smoke.Check) time.Duration {
	if c.Within > 0 {
		return c.Within
	}
	return defaultWithin
}

// capturesFor names the checks whose captures c refers to.
func (b *builder) capturesFor(c spec.Check) []string {
	refs := references(c.Check)
	var out []string
	for _, other := range b.rel.Smoke {
		if other.Name != c.Name && slices.ContainsFunc(other.Capture, func(k smoke.Capture) bool {
			return slices.Contains(refs, k.Name)
		}) {
			out = append(out, other.Name)
		}
	}
	return out
}

// cleanups adds, for every check step that makes something, the step that removes it. They come last.
func (b *builder) cleanups() {
	for _, s := range slices.Clone(b.steps) {
		if s.Kind != release.KindCheck {
			continue
		}
		in, ok := checkInputs(s)
		if !ok || in.Check.Cleanup == nil {
			continue
		}
		b.add(release.Step{
			ID: "clean up: " + s.ID, Kind: release.KindCleanup, Title: "clean up: " + s.ID,
			Change: s.Change, Why: s.Why, Needs: []string{s.ID},
			Inputs: encode(CleanupInputs{CheckInputs: in, Step: s.ID}), Deadline: cleanupDeadline,
		})
	}
}

// ServicesOf names the services that a check speaks to: those whose outputs it refers to, whose log it reads, and at
// whose provider it looks for a session.
func ServicesOf(c smoke.Check) []string {
	var out []string
	add := func(name string) {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, ref := range references(c) {
		if service, _, found := strings.Cut(ref, "."); found && service != "release" {
			add(service)
		}
	}
	if c.Log != nil {
		add(c.Log.Service)
	}
	add(c.Session)
	return out
}

// references lists the names in the check's "${name}"s, cleanup included.
func references(c smoke.Check) []string {
	var out []string
	for _, text := range texts(c) {
		for _, ref := range smoke.References(text) {
			out = append(out, ref.Name)
		}
	}
	return out
}

// texts lists every text of a check that may hold a reference.
func texts(c smoke.Check) []string {
	var out []string
	for _, h := range []*smoke.HTTP{c.HTTP, c.Cleanup} {
		if h == nil {
			continue
		}
		out = append(out, h.URL)
		for _, f := range h.Form {
			out = append(out, f.Value)
		}
		for _, v := range h.Headers {
			out = append(out, v)
		}
		out = append(out, fmt.Sprint(h.JSON))
	}
	if c.Log != nil {
		out = append(out, c.Log.Contains...)
		if late := c.Log.LateIf; late != nil {
			out = append(out, late.Query, late.Equal)
		}
	}
	if c.SQL != nil {
		out = append(out, c.SQL.Query, c.SQL.Equal)
	}
	for _, m := range c.Expect.JSON {
		out = append(out, m.Want)
	}
	return append(out, c.Expect.Body...)
}
