package spec

import (
	"fmt"
	"slices"
	"strings"
)

// names checks the names in release.yaml: that each means one thing, and that what they refer to exists.
func (r *Release) names(d *document) {
	var steps []string
	if r.Migrations.Dir != "" {
		steps = append(steps, "migrations")
	}
	if r.Bucket != nil {
		steps = append(steps, "bucket")
	}
	var services []string
	for _, s := range r.Deploy {
		services = append(services, s.Name)
	}
	steps = append(steps, services...)
	for _, s := range r.Deploy {
		d.known("deploy."+s.Name+".after", s.After, steps, "what a service can come after is")
	}
	r.checkNames(d, services)
	r.environments(d)
}

// checkNames checks the names in the smoke checks.
func (r *Release) checkNames(d *document, services []string) {
	var checks []string
	first := map[string]int{}
	captured := map[string]string{}
	for i, c := range r.Smoke {
		path := fmt.Sprintf("smoke[%d]", i)
		switch {
		case c.Name == "":
		case slices.Contains(services, c.Name):
			d.values[path+".name"].wrong("the check "+quote(c.Name)+" has the name of a service", "give it another name, such as \""+c.Name+" is healthy\"")
		case first[c.Name] > 0:
			d.values[path+".name"].wrong("two checks have the name "+quote(c.Name), fmt.Sprintf("the first one is in line %d", first[c.Name]))
		}
		if c.Name != "" && first[c.Name] == 0 {
			first[c.Name] = c.At.Line
			checks = append(checks, c.Name)
		}
		for _, k := range c.Capture {
			if other, twice := captured[k.Name]; twice {
				d.values[path+".capture."+k.Name].wrong("two checks capture "+k.Name, "the first one is "+quote(other)+": give one of them another name")
			}
			captured[k.Name] = c.Name
		}
	}
	for i, c := range r.Smoke {
		path := fmt.Sprintf("smoke[%d]", i)
		d.known(path+".after", c.After, checks, "the checks are")
		if c.Log != nil && c.Log.Service != "" && !slices.Contains(services, c.Log.Service) {
			d.values[path+".log"].wrong(quote(c.Log.Service)+" is no service", suggest(c.Log.Service, services, "the services are"))
		}
		if c.Session != "" {
			r.session(d.values[path+".session"], c.Session)
		}
	}
}

func (r *Release) session(v value, name string) {
	var bots []string
	for _, s := range r.Deploy {
		if s.To == "pipecat" {
			bots = append(bots, s.Name)
		}
	}
	if !slices.Contains(bots, name) {
		v.wrong(quote(name)+" is no bot", suggest(name, bots, "sessions are those of a service on pipecat:"))
	}
}

// known checks a list of names against those that there are.
func (d *document) known(path string, names, known []string, intro string) {
	for i, n := range names {
		if d.hopeless() {
			return
		}
		if n == "" || slices.Contains(known, n) {
			continue
		}
		if v, ok := d.values[fmt.Sprintf("%s[%d]", path, i)]; ok {
			v.wrong("unknown name "+quote(n)+in(path), suggest(n, known, intro))
		}
	}
}

// environments checks that each one pins all that it needs, and that no two of them act on the same place.
func (r *Release) environments(d *document) {
	var names []string
	for _, e := range r.Environments {
		names = append(names, e.Name)
	}
	owner := map[string]string{}
	for _, e := range r.Environments {
		path := "environments." + e.Name
		if e.Requires.Passed != "" {
			d.known1(path+".requires.passed", e.Requires.Passed, names)
		}
		if e.Box {
			continue
		}
		if lacks := r.lacks(d, e); len(lacks) > 0 {
			d.values[path].wrong(e.Name+" pins no target for "+strings.Join(lacks, ", "), "add it under targets, or make the environment a box with box: true")
		}
		for _, p := range e.Targets.places() {
			if p.what == "" {
				continue
			}
			if other, taken := owner[p.key+p.what]; taken {
				d.values[path+".targets."+p.key].wrong(fmt.Sprintf("%s and %s have the same target on %s", other, e.Name, p.key), "each environment needs its own: a release to one would change the other")
				continue
			}
			owner[p.key+p.what] = e.Name
		}
	}
}

func (d *document) known1(path, name string, known []string) {
	if v, ok := d.values[path]; ok && !slices.Contains(known, name) {
		v.wrong("unknown environment "+quote(name)+in(path), suggest(name, known, "the environments are"))
	}
}

type pinned struct{ key, what string }

// places lists what the targets name; what is "" where nothing is pinned.
func (t Targets) places() []pinned {
	join := func(parts ...string) string {
		if slices.Contains(parts, "") {
			return ""
		}
		return strings.Join(parts, "\x00")
	}
	vercel := join(t.Vercel.Project)
	if vercel != "" {
		vercel += "\x00" + t.Vercel.Team
	}
	return []pinned{
		{"railway", join(t.Railway.Project, t.Railway.Environment)},
		{"vercel", vercel},
		{"pipecat", join(t.Pipecat.Agent)},
		{"pipecat.secret_set", t.Pipecat.SecretSet},
		{"supabase", t.Supabase},
	}
}

// lacks lists the vendors that the product needs and the environment does not name.
func (r *Release) lacks(d *document, e Environment) []string {
	needed := map[string]bool{"supabase": r.Bucket != nil}
	for _, s := range r.Deploy {
		needed[s.To] = true
	}
	var out []string
	for _, p := range e.Targets.places() {
		_, begun := d.values["environments."+e.Name+".targets."+p.key] // then its own fault says what is missing
		if needed[p.key] && p.what == "" && !begun {
			out = append(out, p.key)
		}
	}
	return out
}
