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

// sources are Sources that have been read.
type sources struct {
	Sources
	file   File
	opened opened
}

func (s *sources) read(ctx context.Context) ([]Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if s.Path == "" {
		return nil, nil
	}
	file, findings, err := ReadFile(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	s.file = file
	return findings, err
}

const shell = "the environment of readme-ops"

// open reads what lies in secret stores.
func (s *sources) open(ctx context.Context, m *spec.Matrix) release.Faults {
	var mentions []mention
	var faults release.Faults
	look := func(v spec.Variable, text string, at release.Place, where string) {
		ref, is, err := ParseReference(text)
		switch {
		case err != nil:
			f := Finding{RuleReference, at, v.Name + " is no reference to a secret store" + where, err.Error(), ""}.Fault()
			f.Cause = &Unsettled{Variables: []string{v.Name}, Err: err}
			faults = append(faults, f)
		case is:
			mentions = append(mentions, mention{v.Name, text, ref, at})
		}
	}
	for _, v := range m.Variables {
		if e, ok := s.file.Get(v.Name); ok {
			look(v, e.Value.Reveal(), e.At, "")
		}
		if text, _ := s.Process(v.Name); IsOnePassword(text) {
			look(v, text, v.At, ", in "+shell)
		}
	}
	if s.Open == nil || len(mentions) == 0 {
		return faults
	}
	s.opened = resolve(ctx, mentions, s.Open)
	return append(faults, s.opened.faults(mentions)...)
}

// value is that of a text of a source: of a reference, what it leads to. A reference that led nowhere has none.
func (s *sources) value(text release.Secret, file bool) (value release.Secret, referred bool) {
	_, is, _ := ParseReference(text.Reveal())
	if !is || !file && !IsOnePassword(text.Reveal()) {
		return text, false
	}
	return s.opened[text.Reveal()].value, true
}

// given is a value that somebody gave, and from where.
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
// file and in the process, and a reference for what it leads to.
func (s *sources) pick(v spec.Variable) (given, *release.Fault) {
	all := s.all(v)
	for _, g := range all {
		if g.value.Reveal() != all[0].value.Reveal() {
			return given{}, &release.Fault{
				Title:  v.Name + " has two different values",
				Detail: fmt.Sprintf("one comes from %s, and another one from %s: remove one", all[0].from, g.from),
				Where:  all[0].at, Try: "unset " + v.Name, Exit: release.ExitInvalid,
				Cause: &Unsettled{Variables: []string{v.Name}, Err: errors.New("two sources differ")},
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

// all lists the values that somebody gave to a variable.
func (s *sources) all(v spec.Variable) []given {
	var all []given
	add := func(g given, referred bool) {
		if referred {
			g.from += " (a reference)"
		}
		if !g.value.Empty() {
			all = append(all, g)
		}
	}
	if e, ok := s.file.Get(v.Name); ok {
		value, referred := s.value(e.Value, true)
		add(given{value, e.At.String(), &e.At}, referred)
	}
	if text, _ := s.Process(v.Name); text != "" {
		value, referred := s.value(release.NewSecret(text), false)
		add(given{value, shell, nil}, referred)
	}
	if v.Value != "" {
		all = append(all, given{release.NewSecret(v.Value), v.At.String(), &v.At})
	}
	return all
}

// wrong finds what is wrong with a value that was given.
func wrong(v spec.Variable, g given) []Finding {
	where := v.At
	if g.at != nil {
		where = *g.at
	}
	text := g.value.Reveal()
	if Placeholder(text) {
		return []Finding{{RulePlaceholder, where, v.Name + " has a placeholder for its value" + g.source(), "whoever wrote it did not have, or hid, the value itself: write that", ""}}
	}
	if text != strings.TrimSpace(text) && !strings.ContainsAny(strings.TrimSpace(text), "\r\n") {
		return []Finding{{RuleSpace, where, v.Name + " begins or ends with a space or a line break" + g.source(), "it was most likely pasted with it: take it away", ""}}
	}
	if strings.ContainsAny(text, "\u200b\u200c\u2060\ufeff") { // no width: nobody sees them, and no key has them
		return []Finding{{RuleSpace, where, v.Name + " has an invisible character in its value" + g.source(), "it was most likely pasted with it: write the value anew", ""}}
	}
	if err := spec.CheckType(v.Type, text); err != nil {
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
