package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"readme/cli/release"
	"readme/cli/source"
	"readme/cli/spec"
)

// project is what every command reads first: the two files, and where they lie.
type project struct {
	dir    string // absolute: where the files lie that are released
	near   string // the same as a person would write it, for messages
	home   string // absolute: whose .readme-ops and values files count; dir, unless another commit was checked out beside it
	values string // home as a person would write it
	rel    *spec.Release
	matrix *spec.Matrix
}

func (a *app) project() (*project, error) {
	dir := a.dir
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(a.sys.Dir, dir)
	}
	near := dir
	if r, err := filepath.Rel(a.sys.Dir, dir); err == nil && filepath.IsLocal(r) {
		near = r
	}
	rel, matrix, err := spec.Load(near)
	if top := above(dir); err != nil && top != "" {
		if r, err := filepath.Rel(a.sys.Dir, top); err == nil {
			top = r
		}
		return nil, usage("release.yaml is not in "+near+", but above it", a.again("--dir", top))
	}
	if err != nil {
		return nil, err
	}
	p := &project{dir: dir, near: near, home: dir, values: near, rel: rel, matrix: matrix}
	a.know(p)
	return p, nil
}

// above finds the project that a folder without a release.yaml lies in, "" if there is none.
func above(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "release.yaml")); err == nil {
			if at == dir {
				return ""
			}
			return at
		}
		if at == filepath.Dir(at) {
			return ""
		}
	}
}

// environment finds the one that --env names. Without the flag it is the only one, or an error that lists them.
func (a *app) environment(p *project) (spec.Environment, error) {
	name := a.named()
	var names []string
	for _, e := range p.rel.Environments {
		names = append(names, e.Name)
	}
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	if name == "" {
		return spec.Environment{}, usage("which environment? release.yaml has "+strings.Join(names, ", "), a.again("--env", names[0]))
	}
	env, ok := p.rel.Environment(name)
	if !ok {
		return spec.Environment{}, usage(fmt.Sprintf("release.yaml has no environment %q, only %s", name, strings.Join(names, ", ")), a.again("--env", names[0]))
	}
	return env, nil
}

// boxEnvironment is the environment that is the box: the named one, or the first.
func (a *app) boxEnvironment(p *project) (spec.Environment, error) {
	if a.env != "" {
		env, err := a.environment(p)
		if err == nil && !env.Box {
			err = usage("environment "+env.Name+" is no box", "add `box: true` to it in release.yaml, or choose another")
		}
		return env, err
	}
	for _, e := range p.rel.Environments {
		if e.Box {
			return e, nil
		}
	}
	return spec.Environment{}, &release.Fault{
		Title: "release.yaml has no environment that is a box", Exit: release.ExitInvalid,
		Try: "add to its environments:  local: {box: true}",
	}
}

// source reads what would be released: the commit and the work tree.
func (a *app) source(ctx context.Context, p *project) (*source.Source, error) {
	return source.Read(ctx, p.dir, a.sys.Environ)
}

// runs is where the journals of a project lie.
func (p *project) runs() string { return filepath.Join(p.home, ".readme-ops", "runs") }

// archives is where what is sent lies, by its sha256.
func (p *project) archives() string { return filepath.Join(p.home, ".readme-ops", "archives") }

// environmentOrBox is the named environment, or the box where none is named: looking around in it harms nobody.
func (a *app) environmentOrBox(p *project) (spec.Environment, error) {
	if a.named() != "" {
		return a.environment(p)
	}
	if env, err := a.boxEnvironment(p); err == nil {
		return env, nil
	}
	return a.environment(p)
}

// environments are all of them, or the named one.
func (a *app) environments(p *project) ([]spec.Environment, error) {
	if a.named() == "" {
		return p.rel.Environments, nil
	}
	env, err := a.environment(p)
	return []spec.Environment{env}, err
}
