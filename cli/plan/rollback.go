package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Past is what a rollback is planned from: an earlier run as it is on record, and what serves now.
type Past struct {
	Box      bool
	Targets  []release.Target
	Notes    []string
	Run      string            // the run whose end is gone back to
	Plan     release.Plan      // what it carried out: its commit, and the checks that its code has passed
	Services map[string]Return // by the name in release.yaml
	Barred   []string          // migrations that have taken away what the code of Run needs, and are applied since
	Since    int               // how many migrations were applied since; -1 if nobody can be asked
	Away     string            // why the database cannot be asked; "" if it was, or there is none
}

// Return is one service on its way back.
type Return struct {
	Was     Earlier // what Run had left live; the zero value: nothing
	Live    Live    // what serves now
	Same    bool    // what serves now is Was, or a copy of it
	Without string  // why the service cannot be looked at here, such as "Node.js is not installed"
	Stuck   string  // why its host cannot go back to Was; "" if it can

	Outputs map[string]string // what is known without any deploy, such as a bot's start_url
}

// Rollback makes the plan of going back to what a run had left live. It refuses where an applied migration forbids that,
// and where no service could go back. The checks are those of the earlier run: those of now are made for newer code.
func Rollback(rel *spec.Release, env spec.Environment, past Past) (release.Plan, error) {
	if len(past.Barred) > 0 {
		return release.Plan{}, barred(env, past)
	}
	b := &builder{rel: asThen(rel, past.Plan), facts: Facts{Commit: past.Plan.Commit}}
	b.notes = append(b.notes, fmt.Sprintf("this goes back to what run %s had left live; migrations, variables and the bucket stay as they are%s", past.Run, applied(past.Since)))
	var stuck []string
	for _, d := range rel.Deploy {
		s := b.restore(d, past, past.Services[d.Name])
		if r := past.Services[d.Name]; r.Stuck != "" && s.Change == release.ChangeNone {
			stuck = append(stuck, d.Name+": "+r.Stuck)
		}
		b.add(s)
	}
	for _, old := range past.Plan.Steps {
		if _, is := rel.Service(old.ID); !is && brings(old.Kind) && old.Change != release.ChangeSkip {
			b.notes = append(b.notes, old.ID+" was part of run "+past.Run+" and is not in release.yaml any more: it is left alone")
		}
	}
	back := func(s release.Step) bool { return s.Runs() }
	if len(stuck) > 0 && !slices.ContainsFunc(b.steps, back) {
		return release.Plan{}, &release.Fault{
			Title:    fmt.Sprintf("nothing of %s can go back to what run %s had left live", env.Name, past.Run),
			Detail:   "nothing was changed; a release of that commit builds it again",
			Evidence: []release.Evidence{{Label: "why", Lines: stuck}},
			Try:      "git checkout " + past.Plan.Commit.SHA + " && readme-ops release --env " + env.Name, Exit: release.ExitStepFailed,
		}
	}
	b.checks()
	p := release.Plan{
		Purpose: release.Rollback, Project: rel.Project, Env: env.Name, Box: past.Box, Targets: past.Targets, Commit: past.Plan.Commit,
		Steps: b.steps, Notes: append(slices.Clone(past.Notes), b.notes...), OnFailure: "leave",
	}
	p.Digest = Digest(p)
	return p, nil
}

func applied(since int) string {
	switch {
	case since < 0:
		return "; which migrations were applied since is only known from the runs on record here"
	case since == 0:
		return ""
	}
	return ", the older code has to do with " + plural(since, "newer migration")
}

func barred(env spec.Environment, past Past) error {
	return &release.Fault{
		Title:    fmt.Sprintf("%s cannot go back to run %s: a migration that was applied since forbids it", env.Name, past.Run),
		Detail:   "it is marked after-deploy, because it takes away what older code needs; nothing was changed. Mend what is wrong in a new release",
		Evidence: []release.Evidence{{Label: "applied since", Lines: past.Barred}},
		Try:      "readme-ops plan --env " + env.Name, Exit: release.ExitStepFailed,
	}
}

// brings reports whether a step of this kind decides what serves of the service that it is named after.
func brings(k release.Kind) bool { return k == release.KindDeploy || k == release.KindRestore }

// restore is the step of one service.
func (b *builder) restore(d spec.Deploy, past Past, r Return) release.Step {
	s := release.Step{
		ID: d.Name, Kind: release.KindRestore, Title: fmt.Sprintf("take %s back at %s", d.Name, d.To),
		Precondition: "live=" + r.Live.ID, Deadline: deployDeadline, Outputs: map[string]string{},
		From: "nothing", To: r.Was.words(), Undo: "it stays as it is then",
		Inputs: encode(RestoreInputs{To: d.To, Name: d.Name, Run: past.Run}),
	}
	maps.Copy(s.Outputs, r.Outputs)
	if r.Live.ID != "" {
		s.From = Earlier{ID: r.Live.ID, Commit: r.Live.Commit, Image: r.Live.Image, Build: r.Live.Build}.words()
		s.Outputs["url"], s.Outputs["commit"], s.Outputs["deployment"] = r.Live.URL, r.Live.Commit, r.Live.ID
	}
	stays := func(why string) release.Step {
		s.Change, s.Why, s.From, s.To, s.Undo = release.ChangeNone, why, "", "", ""
		return s
	}
	switch {
	case r.Without != "":
		s.Change, s.Why = release.ChangeSkip, r.Without
	case r.Was.ID == "" && r.Live.ID == "":
		s.Change, s.Why = release.ChangeSkip, "nothing is live"
	case r.Was.ID == "":
		b.notes = append(b.notes, fmt.Sprintf("%s stays: nothing of it is on record as live after run %s", d.Name, past.Run))
		return stays("nothing of it is on record as live then")
	case r.Same:
		s.Outputs["commit"] = cmp.Or(r.Was.Says(), r.Live.Commit)
		return stays("it serves what it served then")
	case r.Stuck != "":
		b.notes = append(b.notes, fmt.Sprintf("%s stays at %s: %s", d.Name, s.From, r.Stuck))
		return stays("it cannot go back: " + r.Stuck)
	default:
		s.Change, s.Why = release.ChangeUpdate, "it served "+r.Was.ID+" then"
		if r.Live.ID == "" {
			s.Change = release.ChangeCreate
		}
		s.Lines = []string{"deployment " + cmp.Or(r.Live.ID, "none") + " -> one like " + r.Was.ID}
		s.Outputs["commit"] = r.Was.Says()
		s.Inputs = encode(RestoreInputs{To: d.To, Name: d.Name, Run: past.Run, Was: r.Was})
	}
	return s
}

// words is what a person calls a deployment.
func (e Earlier) words() string {
	switch {
	case e.Image != "" || e.Build != "":
		return named(e.Image, e.Build)
	case e.Says() == "":
		return e.ID
	}
	return shortCommit(e.Says())
}

// asThen is release.yaml with the checks that the earlier run had, and without promotes: going back moves the domain
// itself. Checks that were repeated on the domain are made once, there.
func asThen(rel *spec.Release, then release.Plan) *spec.Release {
	out := *rel
	out.Smoke, out.Deploy = nil, slices.Clone(rel.Deploy)
	for i := range out.Deploy {
		out.Deploy[i].Promote = ""
	}
	known := func(name string) bool {
		_, is := rel.Service(name)
		return is
	}
	for _, s := range then.Steps {
		in, ok := checkInputs(s)
		if s.Kind != release.KindCheck || !ok || in.Promoted != "" || slices.ContainsFunc(ServicesOf(in.Check), func(n string) bool { return !known(n) }) {
			continue
		}
		out.Household = in.Household
		check := spec.Check{Check: in.Check}
		for _, need := range s.Needs {
			if n, _ := then.Step(need); n.Kind == release.KindCheck && !strings.HasSuffix(need, onDomain) {
				check.After = append(check.After, need)
			}
		}
		out.Smoke = append(out.Smoke, check)
	}
	return &out
}
