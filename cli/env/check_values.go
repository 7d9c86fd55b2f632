package env

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"readme/cli/release"
	"readme/cli/spec"
)

// values holds the values file of each environment against the matrix, where it exists on this machine.
func (c *checker) values(ctx context.Context) {
	all := spec.Matrix{File: c.Matrix.File, Services: c.Matrix.Services, Variables: slices.Clone(c.Matrix.Variables)}
	for _, v := range c.Own {
		if _, has := c.known[v.Name]; !has {
			all.Variables = append(all.Variables, v)
		}
	}
	known := index(all.Variables)
	places := map[string]Entry{} // of databases and queues, in the files before
	for _, e := range c.Environments {
		if e.Values == "" || ctx.Err() != nil {
			continue
		}
		path := c.valuesPath(e)
		file, findings, err := ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			c.add("values of "+e.Name, []Finding{{RuleNoFile, release.Place{File: path}, "cannot read the values of " + e.Name, err.Error(), ""}})
			continue
		}
		c.report.Counts.Values++
		findings = append(findings, Dialects(file, nil)...)
		for _, entry := range file.Entries {
			v, ok := known[entry.Key]
			switch {
			case entry.Again():
			case !ok:
				findings = append(findings, unknown(entry, all.Variables))
			case !entry.Value.Empty():
				findings = append(findings, c.value(e, v, entry)...)
				findings = append(findings, shared(entry, places)...)
			}
		}
		findings = append(findings, c.missing(e, path, &all, file)...)
		c.add("values of "+e.Name, findings)
	}
}

// value finds what is wrong with one value. A reference to a secret store is only looked at, not opened.
func (c *checker) value(e spec.Environment, v spec.Variable, entry Entry) []Finding {
	_, reference, err := ParseReference(entry.Value.Reveal())
	switch {
	case err != nil:
		return []Finding{{RuleReference, entry.At, v.Name + " is no reference to a secret store", err.Error(), ""}}
	case v.Value != "" && (template(v) || v.Value != entry.Value.Reveal()):
		return []Finding{{
			RuleFixed, entry.At, v.Name + " is not given by hand: " + c.Matrix.File + " has its value",
			fmt.Sprintf("remove the line: what counts is %s (%s)", fixedText(v), v.At), "",
		}}
	case reference:
		return nil
	}
	out := exposed(v.Name, entry.Value, entry.At)
	if len(out) == 0 {
		out = wrong(v, given{value: entry.Value, at: &entry.At})
	}
	if len(out) > 0 {
		return out
	}
	if slices.Contains(v.Services, "ops") && c.Release.Migrations.Dir != "" && v.Name == "DATABASE_URL" {
		out = append(out, pooler(v, entry)...)
	}
	return append(out, c.targets.given(e.Name, v, entry)...)
}

// fixedText is the value of the matrix, which is committed. One that may be a secret is not repeated.
func fixedText(v spec.Variable) string {
	if template(v) || !v.Secret && !spec.Credential(v.Value) {
		return v.Value
	}
	return "the value there"
}

// pooler finds an address with which no migration can run: on port 6543 Supabase's poolers hand each transaction to another
// connection. The same host has sessions on 5432.
func pooler(v spec.Variable, e Entry) []Finding {
	u, err := url.Parse(e.Value.Reveal())
	if err != nil || u.Port() != "6543" && u.Query().Get("port") != "6543" && u.Query().Get("pgbouncer") != "true" {
		return nil
	}
	return []Finding{{
		RulePooler, e.At, v.Name + " leads to a transaction pooler, through which migrations cannot run",
		"write port 5432 in place of 6543, without pgbouncer=true: that is the same host's session pooler", "",
	}}
}

// unknown is a key that nobody reads.
func unknown(e Entry, variables []spec.Variable) Finding {
	f := Finding{RuleExtra, e.At, e.Key + " is read by nobody", "remove the line, or declare the variable in " + spec.MatrixFile, ""}
	for _, v := range variables {
		if levenshtein.ComputeDistance(e.Key, v.Name) <= 2 {
			f.Fix = "did you mean " + v.Name + "?"
			break
		}
	}
	return f
}

// shared finds a database or a queue that is another environment's too: a release to one would change the other.
func shared(e Entry, before map[string]Entry) []Finding {
	u, err := url.Parse(e.Value.Reveal())
	if err != nil || u.Hostname() == "" || e.Key != "DATABASE_URL" && e.Key != "REDIS_URL" {
		return nil
	}
	// Supabase's pooler has one host for many projects, and tells them apart by what follows the role's name.
	_, project, _ := strings.Cut(u.User.Username(), ".")
	place := e.Key + strings.ToLower(project+"@"+u.Host+strings.TrimSuffix(u.Path, "/"))
	other, taken := before[place]
	if !taken {
		before[place] = e
		return nil
	}
	return []Finding{{
		RuleShared, e.At, e.Key + " leads to the same place as in " + other.At.String(),
		"each environment has its own: a release to one would change the other", "",
	}}
}

// missing finds what readme-ops needs itself and nothing gives. What only a service needs may be at its vendor.
func (c *checker) missing(e spec.Environment, path string, all *spec.Matrix, file File) []Finding {
	has := map[string]release.Secret{}
	for _, entry := range file.Entries { // of a key that stands there twice the last one counts
		has[entry.Key] = entry.Value
	}
	for _, v := range all.Variables {
		if !has[v.Name].Empty() {
			continue
		}
		text := v.Default
		if c.Process != nil && text == "" {
			text, _ = c.Process(v.Name)
		}
		delete(has, v.Name)
		if text != "" {
			has[v.Name] = release.NewSecret(text)
		}
	}
	return Missing(e, path, all, has, func(string, string) bool { return true })
}
