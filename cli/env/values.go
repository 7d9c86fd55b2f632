package env

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/spec"
)

// Given gives the values of the variables of an environment: from its file (path "" for none; a file that does not exist
// gives nothing), from the process, or the default or fixed value in the matrix. Variables whose value is a template, and
// those that nothing gives, are not in the map; Missing says which of the latter have to be. What is wrong comes all at
// once: exit 3 where two sources differ, 4 for the rest. The map holds what was found in any case.
func Given(
	ctx context.Context, env spec.Environment, path string, process func(string) (string, bool), m *spec.Matrix,
) (map[string]release.Secret, release.Faults) {
	s := sources{process: process, path: path}
	findings, err := s.read(ctx)
	if err != nil {
		return nil, release.Faults{{
			Title: "cannot read the values of " + env.Name, Detail: err.Error(), Where: &release.Place{File: path},
			Try: "ls -l " + path, Exit: release.ExitDrift, Cause: err,
		}}
	}
	values := map[string]release.Secret{}
	var faults release.Faults
	for _, v := range m.Variables {
		g, fault := s.pick(v)
		switch {
		case fault != nil:
			faults = append(faults, fault)
			continue
		case g.from != "":
			findings = append(findings, wrong(v, g)...)
		}
		if !g.value.Empty() {
			values[v.Name] = g.value
		}
	}
	findings = append(findings, s.misspelt(m, values)...)
	for _, f := range findings {
		faults = append(faults, f.Fault())
	}
	return values, faults
}

// sources are where values come from.
type sources struct {
	path    string
	file    File
	process func(string) (string, bool)
}

func (s *sources) read(ctx context.Context) ([]Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if s.path == "" {
		return nil, nil
	}
	file, findings, err := ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	s.file = file
	return findings, err
}

// given is a value that a person gave, and from where.
type given struct {
	value release.Secret
	from  string         // in words
	at    *release.Place // nil for the process
}

// source names the process; a line of a file stands where the finding says.
func (g given) source() string {
	if g.at != nil {
		return ""
	}
	return ", in " + g.from
}

// pick chooses the source of one variable; from is "" where it is the matrix. An empty value counts as none, in a
// file and in the process.
func (s *sources) pick(v spec.Variable) (given, *release.Fault) {
	const shell = "the environment of readme-ops"
	var all []given
	if e, ok := s.file.Get(v.Name); ok && !e.Value.Empty() {
		all = append(all, given{e.Value, e.At.String(), &e.At})
	}
	if text, _ := s.process(v.Name); text != "" {
		all = append(all, given{release.NewSecret(text), shell, nil})
	}
	if v.Value != "" {
		all = append(all, given{release.NewSecret(v.Value), v.At.String(), &v.At})
	}
	for _, g := range all {
		if g.value.Reveal() != all[0].value.Reveal() {
			return given{}, &release.Fault{
				Title:  v.Name + " has two different values",
				Detail: fmt.Sprintf("one comes from %s, and another one from %s: remove one", all[0].from, g.from),
				Where:  all[0].at, Try: "unset " + v.Name, Exit: release.ExitInvalid,
			}
		}
	}
	switch {
	case len(smoke.References(v.Value)) > 0:
		return given{}, nil
	case v.Value != "":
		return given{value: release.NewSecret(v.Value)}, nil
	case len(all) == 0:
		return given{value: release.NewSecret(v.Default)}, nil
	}
	return all[0], nil
}

// wrong finds what is wrong with a value that was given.
func wrong(v spec.Variable, g given) []Finding {
	where := v.At
	if g.at != nil {
		where = *g.at
	}
	if strings.HasPrefix(g.value.Reveal(), "op://") {
		return []Finding{{RuleReference, where, v.Name + " refers to a secret store", "readme-ops cannot read those yet: give the value itself", ""}}
	}
	if text := g.value.Reveal(); text != strings.TrimSpace(text) && !strings.ContainsAny(strings.TrimSpace(text), "\r\n") {
		return []Finding{{RuleSpace, where, v.Name + " begins or ends with a space or a line break" + g.source(), "it was most likely pasted with it: take it away", ""}}
	}
	if err := spec.CheckType(v.Type, g.value.Reveal()); err != nil {
		return []Finding{{RuleType, where, fmt.Sprintf("%s is no %s%s", v.Name, v.Type, g.source()), err.Error(), ""}}
	}
	return nil
}

// misspelt finds keys of the file that nobody reads and that look like a variable without a value.
func (s *sources) misspelt(m *spec.Matrix, values map[string]release.Secret) []Finding {
	known := func(key string) bool {
		return slices.ContainsFunc(m.Variables, func(v spec.Variable) bool { return v.Name == key })
	}
	var out []Finding
	for _, e := range s.file.Entries {
		if known(e.Key) {
			continue
		}
		for _, v := range m.Variables {
			if _, has := values[v.Name]; !has && levenshtein.ComputeDistance(e.Key, v.Name) <= 2 {
				out = append(out, Finding{RuleExtra, e.At, e.Key + " is read by nobody", fmt.Sprintf("did you mean %s?", v.Name), ""})
			}
		}
	}
	return out
}

// Missing finds the variables that an environment needs and whose value is not known. present, if it is not nil,
// tells whether a vendor already has the variable of a service: a value that this process was not given is left
// alone then, and not missing. What readme-ops itself needs (service ops) must always be given.
func Missing(
	env spec.Environment, path string, m *spec.Matrix, values map[string]release.Secret, present func(service, variable string) bool,
) []Finding {
	var out []Finding
	for _, v := range m.Variables {
		if _, has := values[v.Name]; has || v.Value != "" || !v.RequiredIn(env.Name) {
			continue
		}
		var needs []string
		for _, s := range v.Services {
			if present == nil || s == "ops" || !present(s, v.Name) {
				needs = append(needs, s)
			}
		}
		if len(needs) == 0 {
			continue
		}
		set := "export " + v.Name + "=…"
		if path != "" {
			set += ", or write " + v.Name + "=… into " + path
		}
		out = append(out, Finding{
			Rule: RuleUnset, Where: v.At, Title: fmt.Sprintf("%s has no value in %s", v.Name, env.Name),
			Fix: fmt.Sprintf("%s (%s) is needed by %s", v.Name, v.About, strings.Join(needs, ", ")), Try: set,
		})
	}
	return out
}
