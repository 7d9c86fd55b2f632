package app

import (
	"context"
	"fmt"
	"strings"

	"readme/cli/migrate/lint"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/source"
	"readme/cli/spec"
	"readme/cli/view"
)

// offline shows what the repository alone says of a release: for a change from a fork, which gets to see no key of
// anything. It reads no values file, no vendor and no database, and ends badly where the files contradict themselves.
func (a *app) offline(ctx context.Context, base string) error {
	p, err := a.project()
	if err != nil {
		return err
	}
	env, err := a.environment(p)
	if err != nil {
		return err
	}
	if err := a.parity(ctx, p); err != nil {
		return err
	}
	tree, err := a.tree(ctx, p, base)
	if err != nil {
		return err
	}
	made, err := plan.Offline(p.rel, env, tree)
	if err != nil {
		return err
	}
	made.Notes, made.Gates = a.looked(p, tree), required(env.Requires)
	a.outcome.Plan = &made
	if a.view == "json" {
		return a.document(made)
	}
	_, err = fmt.Fprint(a.sys.Out, view.Offline(made, a.outStyle()))
	return err
}

// looked says what an offline plan has read.
func (a *app) looked(p *project, t plan.Tree) []string {
	read := []string{fmt.Sprintf("release.yaml and envmatrix.yaml: %d variables, as in the env.example files and in the code", len(p.matrix.Variables))}
	if dir := p.rel.Migrations.Dir; dir != "" {
		read = append(read, fmt.Sprintf("%s: %d in order, each cut into its statements (what they mean, only Postgres knows)", dir, len(t.Migrations)))
	}
	return read
}

// tree reads the work tree, and compares it with the base if one is named or CI names one.
func (a *app) tree(ctx context.Context, p *project, base string) (plan.Tree, error) {
	src, err := a.source(ctx, p)
	if err != nil {
		return plan.Tree{}, err
	}
	t := plan.Tree{Commit: src.Commit}
	if base == "" { // of a pull request, where it is run for one
		base = a.sys.Get("GITHUB_BASE_REF")
	}
	var against source.Base
	if base != "" {
		if against, err = src.Base(ctx, base); err != nil {
			return t, err
		}
		t.Base = against.Name
	}
	if err := a.treeOfMigrations(ctx, p, src, against, &t); err != nil {
		return t, err
	}
	if base != "" {
		t.Touched, err = touched(ctx, src, p.rel, against.Fork)
	}
	return t, err
}

// treeOfMigrations reads the files, and lets the rules look at those that the base does not have: an older one may be applied
// already, and stays as it is.
func (a *app) treeOfMigrations(ctx context.Context, p *project, src *source.Source, against source.Base, t *plan.Tree) error {
	if p.rel.Migrations.Dir == "" {
		return nil
	}
	_, files, err := a.migrations(p)
	if err != nil {
		return err
	}
	for _, m := range files {
		t.Migrations = append(t.Migrations, plan.Migration{Name: m.Name, SHA256: m.SHA256})
	}
	if against.Name == "" {
		return nil
	}
	fresh, err := newSince(ctx, p, src, files, against)
	if err != nil {
		return err
	}
	for _, m := range fresh {
		t.New = append(t.New, m.Name)
	}
	found := lint.Of(lint.Check(files, lint.Project{Supabase: p.rel.OnSupabase(), New: among(fresh)}), among(fresh))
	t.Lint = lint.Lines(found)
	return lint.Refused(found)
}

// touched says of each service whether the files that make it differ from a commit's.
func touched(ctx context.Context, src *source.Source, rel *spec.Release, commit string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, d := range rel.Deploy {
		if len(d.Watch) == 0 {
			continue // an image
		}
		then, err := src.TreeAt(ctx, commit, d.Watch)
		if err != nil {
			return nil, err
		}
		now, err := src.Tree(ctx, d.Watch)
		if err != nil {
			return nil, err
		}
		out[d.Name] = then != now
	}
	return out, nil
}

// required puts the gates of an environment into words.
func required(r spec.Requires) []release.Gate {
	var out []release.Gate
	add := func(name string) {
		out = append(out, release.Gate{Name: name, Status: release.GateMissing, Text: "nobody has looked: this plan is an offline one"})
	}
	if r.Passed != "" {
		add("a green release of the same commit to " + r.Passed)
	}
	if r.Clean {
		add("a clean work tree")
	}
	var any []string
	for _, g := range r.Any {
		if g.Approval {
			any = append(any, "an approval of the plan")
		} else {
			any = append(any, "a tag like "+g.Tag)
		}
	}
	if len(any) > 0 {
		add(strings.Join(any, ", or "))
	}
	return out
}

// offlineOnly refuses what makes no sense with --offline, or without it.
func offlineOnly(offline, exitCode bool, base string) error {
	switch {
	case offline && exitCode:
		return usage("--offline reads nothing that is live, so there is nothing to save or to decide by", "readme-ops plan --help")
	case !offline && base != "":
		return usage("--base is for --offline: a plan compares with what is live", "readme-ops plan --help")
	}
	return nil
}
