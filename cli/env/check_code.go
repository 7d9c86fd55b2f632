package env

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/env/code"
	"readme/cli/release"
	"readme/cli/spec"
)

// code holds what the services' code reads against the matrix, both ways.
func (c *checker) code(ctx context.Context) {
	var services []spec.Service // that have code
	var folders [][]string
	for _, s := range c.Matrix.Services {
		if len(s.Code) > 0 {
			services, folders = append(services, s), append(folders, s.Code)
		}
	}
	if len(services) == 0 {
		return
	}
	result, err := code.Read(ctx, c.Dir, folders)
	if err != nil {
		if ctx.Err() == nil {
			c.note("the code could not be read: " + err.Error())
		}
		return
	}
	c.report.Counts.Sources, c.report.Counts.Reads = result.Files, len(result.Uses)
	r := readers{c, services, c.given(services), make([]map[string]bool, len(services)), make([]bool, len(services))}
	var out []Finding
	for _, g := range result.Gone {
		s := services[g.Service]
		out = append(out, Finding{RuleNoCode, s.At, "the code of " + s.Name + " is not where it should be", g.Folder + " does not exist: correct code: in " + c.Matrix.File, ""})
	}
	for _, u := range result.Uses {
		out = append(out, r.use(u)...)
	}
	for _, n := range result.Notes {
		for _, i := range n.By {
			r.veiled[i] = true
		}
		c.note(c.at(n.At).String() + ": " + n.Text)
	}
	out = append(out, r.unread(result.Gone)...)
	c.add("code", out)
}

// readers are the services that have code, and what of theirs was found.
type readers struct {
	*checker
	services []spec.Service
	has      []func(name string) bool // whether a service has a variable, declared or from its host
	read     []map[string]bool
	veiled   []bool // some of the names that a service reads cannot be known
}

// given tells what each service has.
func (c *checker) given(services []spec.Service) []func(string) bool {
	declared := make(map[string]map[string]bool, len(services))
	for _, v := range c.Matrix.Variables {
		for _, s := range v.Services {
			if declared[s] == nil {
				declared[s] = map[string]bool{}
			}
			declared[s][v.Name] = true
		}
	}
	out := make([]func(string) bool, len(services))
	for i, s := range services {
		host := ""
		if d, ok := c.Release.Service(s.Deploy); ok {
			host = d.To
		}
		provided := code.Provided(host)
		out[i] = func(name string) bool {
			return declared[s.Name][name] || slices.Contains(s.Provided, name) || provided(name)
		}
	}
	return out
}

// use notes who reads a variable, and finds one that none of those who share the line is given.
func (r *readers) use(u code.Use) []Finding {
	declared := false
	for _, i := range u.By {
		if r.read[i] == nil {
			r.read[i] = map[string]bool{}
		}
		r.read[i][u.Name] = true
		declared = declared || r.has[i](u.Name)
	}
	if declared || len(u.By) == 0 {
		return nil
	}
	var names []string
	for _, i := range u.By {
		names = append(names, r.services[i].Name)
	}
	by := strings.Join(names, " and ")
	f := Finding{
		RuleUndeclared, r.at(u.At), fmt.Sprintf("%s reads %s, which %s does not declare", by, u.Name, r.Matrix.File),
		fmt.Sprintf("add it there, with services: [%s], and let `readme-ops env fix` write the example; what a host sets itself is named in provided: of the service", strings.Join(names, ", ")), "",
	}
	if !spec.IsVariable(u.Name) {
		f.Fix = "names there are in capitals: give it such a one, or add it to provided: of " + by + " if whoever runs that provides it"
	}
	if v, known := r.known[u.Name]; known {
		f.Title = fmt.Sprintf("%s reads %s, which is only given to %s", by, u.Name, strings.Join(v.Services, ", "))
		f.Fix = fmt.Sprintf("add %s to its services (%s), or do not read it here", strings.Join(names, ", "), v.At)
	}
	return []Finding{f}
}

// unread finds variables that a service is given and no code of it reads. Of a service whose folders are not all there, or
// that reads names nobody can know, nothing is concluded.
func (r *readers) unread(gone []code.Gone) []Finding {
	at := map[string]int{}
	for i, s := range r.services {
		at[s.Name] = i
	}
	for _, g := range gone {
		r.veiled[g.Service] = true
	}
	var out []Finding
	for _, v := range r.Matrix.Variables {
		if v.Unread {
			continue
		}
		var idle []string
		for _, s := range v.Services {
			if i, ok := at[s]; ok && !r.veiled[i] && !r.read[i][v.Name] {
				idle = append(idle, s)
			}
		}
		if len(idle) > 0 {
			by := strings.Join(idle, " and ")
			out = append(out, Finding{
				RuleUnread, v.At, fmt.Sprintf("%s is declared for %s, whose code does not read it", v.Name, by),
				fmt.Sprintf("take %s out of its services, or write code: false if a library reads it", by), "",
			})
		}
	}
	return out
}

// at is a place in the code as a person would write it.
func (c *checker) at(p release.Place) release.Place {
	p.File = filepath.Join(c.Dir, filepath.FromSlash(p.File))
	return p
}
