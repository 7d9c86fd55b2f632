package app

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/box"
	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/spec"
)

// given reads the values that this process was given: all of them, or only those of some variables, and then no secret store is
// opened for another. Those that only a vendor has are asked for there, by the facts.
func (a *app) given(ctx context.Context, p *project, e spec.Environment, only ...string) (map[string]release.Secret, error) {
	path := ""
	if e.Values != "" {
		path = filepath.Join(p.values, e.Values)
	}
	matrix := p.withOwn()
	if len(only) > 0 {
		matrix.Variables = slices.DeleteFunc(matrix.Variables, func(v spec.Variable) bool { return !slices.Contains(only, v.Name) })
	}
	values, faults := env.Given(ctx, e, env.Sources{Path: path, Process: a.sys.Lookup, Open: a.opener(p)}, matrix)
	a.veil.learn(matrix, values)
	vendorsHave := func(string, string) bool { return true }
	missing := env.Missing(e, path, matrix, told(values, faults), vendorsHave)
	if _, err := os.Stat(path); path != "" && errors.Is(err, fs.ErrNotExist) && len(missing) > few {
		return values, append(faults, noValues(p, e, path, missing))
	}
	for _, f := range missing {
		faults = append(faults, f.Fault())
	}
	if len(faults) > 0 {
		return values, faults
	}
	return values, nil
}

// told are the values, and those that somebody gave and that could not be known: that is said already.
func told(values map[string]release.Secret, faults release.Faults) map[string]release.Secret {
	out := maps.Clone(values)
	for _, f := range faults {
		if u, ok := errors.AsType[*env.Unsettled](f); ok {
			for _, name := range u.Variables {
				out[name] = release.Secret{}
			}
		}
	}
	return out
}

// few variables that are missing are told one by one, also where there is no file that could hold them.
const few = 2

// noValues says at once that an environment has no values file, what belongs into it, and how to have one without any
// account.
func noValues(p *project, e spec.Environment, path string, missing []env.Finding) *release.Fault {
	lines, each := make([]string, len(missing)), make(release.Faults, len(missing))
	for i, f := range missing {
		lines[i], each[i] = f.Fix, f.Fault()
	}
	f := &release.Fault{
		Title:    path + " does not exist, and nothing else gives the values of " + e.Name,
		Detail:   "Without any account, the box can stand in for the vendors: `readme-ops box up` in one terminal, and in another `readme-ops box env " + e.Name + " >" + path + "`.",
		Evidence: []release.Evidence{{Label: "what belongs into it", Lines: lines}},
		Try:      "touch " + release.ShellWord(path) + " && chmod 600 " + release.ShellWord(path),
		Exit:     release.ExitDrift, Cause: each,
	}
	if i := slices.IndexFunc(p.matrix.Services, func(s spec.Service) bool { return s.Name == "ops" }); i >= 0 && p.matrix.Services[i].Example != "" {
		f.Try = "cp " + release.ShellWord(filepath.Join(p.near, p.matrix.Services[i].Example)) + " " + release.ShellWord(path)
	}
	if _, up := box.Running(p.home); up {
		f.Try = "readme-ops box env " + e.Name + " >" + release.ShellWord(path)
	}
	return f
}

// shared refuses a database or a queue that is another environment's too, as far as the values files tell: a release to
// one would change the other. Of another environment no secret store is opened: there the references are compared.
func (p *project) shared(e spec.Environment, values map[string]release.Secret) error {
	own, _, _ := env.ReadFile(filepath.Join(p.values, e.Values))
	for _, other := range p.rel.Environments {
		if other.Name == e.Name || other.Box || other.Values == "" {
			continue
		}
		path := filepath.Join(p.values, other.Values)
		file, _, err := env.ReadFile(path)
		if err != nil { // not here, as in CI
			continue
		}
		for _, v := range [][2]string{{"DATABASE_URL", "database"}, {"REDIS_URL", "queue"}} {
			name, what := v[0], v[1]
			theirs, _ := file.Get(name)
			mine, _ := own.Get(name)
			_, referred, _ := env.ParseReference(mine.Value.Reveal())
			ours := placeOf(values[name])
			if one := referred && mine.Value.Reveal() == theirs.Value.Reveal(); !one && (ours == "" || ours != placeOf(theirs.Value)) {
				continue
			}
			return &release.Fault{
				Title:    e.Name + " and " + other.Name + " have the same " + what,
				Detail:   name + " of " + e.Name + " leads to the same place as that in " + path + ": a release to one would change the other.",
				Evidence: []release.Evidence{{Label: "both", Lines: []string{databaseName(values[name])}}},
				Where:    &theirs.At, Try: "readme-ops doctor", Exit: release.ExitInvalid,
			}
		}
	}
	return nil
}

// placeOf is a database's or a queue's address without anything that two roles of one place differ in: Supabase's pooler
// has one host for many projects, and tells them apart by what follows the role's name.
func placeOf(s release.Secret) string {
	u, err := url.Parse(s.Reveal())
	if err != nil || u.Hostname() == "" {
		return ""
	}
	_, project, _ := strings.Cut(u.User.Username(), ".")
	return strings.ToLower(project + "@" + u.Host + strings.TrimSuffix(u.Path, "/"))
}
