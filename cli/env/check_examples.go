package env

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"readme/cli/release"
	"readme/cli/spec"
)

// examples holds every env.example against the matrix: which keys it has, in which order, and with which values.
func (c *checker) examples(ctx context.Context) {
	read := make([]example, len(c.Matrix.Services))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range c.Matrix.Services {
		group.Go(func() error {
			if ctx.Err() == nil {
				read[i] = c.alone(s)
			}
			return nil
		})
	}
	_ = group.Wait()
	var out []Finding
	seen := map[string]Entry{} // of same_everywhere, the first value
	for _, x := range read {
		out = append(out, x.findings...)
		if !x.ok {
			continue
		}
		c.report.Counts.Examples++
		for _, e := range x.file.Entries {
			if v, ok := c.known[e.Key]; ok && !e.Again() {
				out = append(out, everywhere(v, e, seen)...)
			}
		}
	}
	c.add("examples", out)
}

// example is an env.example, and what is wrong with it whatever the others say.
type example struct {
	file     File
	ok       bool // it could be read
	findings []Finding
}

// alone looks at one env.example, while others are looked at.
func (c *checker) alone(s spec.Service) example {
	file, findings, err := readExample(c.Matrix, s, c.Dir)
	if err != nil {
		return example{findings: findings}
	}
	findings = append(findings, Dialects(file, nil)...)
	findings = append(findings, inComments(file)...)
	for _, e := range file.Entries {
		if v, ok := c.known[e.Key]; ok && !e.Again() {
			findings = append(findings, c.example(v, e)...)
		}
	}
	return example{file, true, findings}
}

// readExample reads an env.example, and finds how its keys differ from the matrix; the error is only that nothing is known of it.
func readExample(m *spec.Matrix, s spec.Service, dir string) (File, []Finding, error) {
	path := filepath.Join(dir, filepath.FromSlash(s.Example))
	file, findings, err := ReadFile(path)
	if err != nil {
		return File{}, []Finding{unreadable(m, s, path, err)}, err
	}
	return file, append(findings, compare(m, s, file)...), nil
}

// example finds what is wrong with a value in an env.example, which is committed and copied by people.
func (c *checker) example(v spec.Variable, e Entry) []Finding {
	value := e.Value.Reveal()
	want := v.Default
	if v.Value != "" && !template(v) {
		want = v.Value
	}
	switch {
	case value == "" && v.Default != "":
		return []Finding{{RuleEmpty, e.At, v.Name + " is empty here, and has a default", "write the default of " + c.Matrix.File + " behind the =", ""}}
	case value == "", v.Secret: // told by compare
		return nil
	case spec.Credential(value):
		return []Finding{{
			RuleSecretValue, e.At, "the value of " + v.Name + " looks like a secret, and this file is committed",
			"leave it empty, and mark the variable with secret: true; if the value was real, replace it at its vendor, because git remembers it", "",
		}}
	case want != "" && value != want:
		return []Finding{{RuleDefault, e.At, v.Name + " has another value here than in " + c.Matrix.File, "write the same in both", ""}}
	}
	if err := spec.CheckType(v.Type, value); err != nil {
		return []Finding{{RuleType, e.At, fmt.Sprintf("%s is no %s", v.Name, v.Type), err.Error(), ""}}
	}
	return append(exposed(v.Name, e.Value, e.At), c.targets.stray(v, e)...)
}

// everywhere finds two values where all services are to have one.
func everywhere(v spec.Variable, e Entry, seen map[string]Entry) []Finding {
	if !v.SameEverywhere || e.Value.Empty() {
		return nil
	}
	first, ok := seen[e.Key]
	if !ok {
		seen[e.Key] = e
		return nil
	}
	if first.Value.Reveal() == e.Value.Reveal() {
		return nil
	}
	return []Finding{{
		RuleDiffers, e.At, v.Name + " has another value here than in " + first.At.String(),
		"every service has the same one (same_everywhere): write one value, or none", "",
	}}
}

// inComments finds secrets in what looks like no value at all: a line that was commented out.
func inComments(f File) []Finding {
	var out []Finding
	line := 0
	for text := range bytes.Lines(f.Bytes()) {
		line++
		bare := bytes.TrimLeft(text, " \t")
		if len(bare) == 0 || bare[0] != '#' || !mayHoldCredential(bare) || !spec.Credential(string(bare)) {
			continue
		}
		out = append(out, Finding{
			RuleSecretValue,
			release.Place{File: f.Path, Line: line, Column: len(text) - len(bare) + 1},
			"a secret stands in this comment, and this file is committed",
			"take it away, and replace it at its vendor, because git remembers it", "",
		})
	}
	return out
}

// mayHoldCredential is quick, and wrong in one direction only.
func mayHoldCredential(text []byte) bool {
	for _, sign := range []string{"_", "://", "eyJ", "AKIA", "xox", "PRIVATE KEY"} {
		if bytes.Contains(text, []byte(sign)) {
			return true
		}
	}
	return false
}

// template reports whether a variable's value is made of references.
func template(v spec.Variable) bool { return strings.Contains(v.Value, "${") }
