package spec

import (
	"fmt"
	"slices"
	"strings"
)

// cycles reports every way in which something waits for itself.
func (r *Release) cycles(d *document) {
	var services, checks, environments graph
	for _, s := range r.Deploy {
		services.add(s.Name, s.After, "deploy."+s.Name)
	}
	for i, c := range r.Smoke {
		checks.add(c.Name, c.After, fmt.Sprintf("smoke[%d]", i))
	}
	for _, e := range r.Environments {
		environments.add(e.Name, []string{e.Requires.Passed}, "environments."+e.Name+".requires")
	}
	for _, g := range []graph{services, checks, environments} {
		for _, loop := range g.loops() {
			v := d.values[g.path[loop[0]]]
			if after, ok := v.has("after"); ok {
				v = after
			}
			v.wrong("these wait for each other: "+strings.Join(append(loop, loop[0]), " -> "), "remove one of these from its list")
		}
	}
}

// graph is who waits for whom.
type graph struct {
	names []string // in file order
	after map[string][]string
	path  map[string]string
}

func (g *graph) add(name string, after []string, path string) {
	if g.after == nil {
		g.after, g.path = map[string][]string{}, map[string]string{}
	}
	if _, ok := g.after[name]; ok || name == "" {
		return // a duplicate, which has its own fault
	}
	g.names, g.after[name], g.path[name] = append(g.names, name), after, path
}

// loops finds cycles, each once, and each beginning with the name that comes first in the file.
func (g *graph) loops() [][]string {
	const unseen, open, done = 0, 1, 2
	state := map[string]int{}
	var trail []string
	var out [][]string
	var visit func(name string)
	visit = func(name string) {
		state[name] = open
		trail = append(trail, name)
		for _, next := range g.after[name] {
			switch state[next] {
			case unseen:
				if _, ok := g.after[next]; ok {
					visit(next)
				}
			case open:
				loop := slices.Clone(trail[slices.Index(trail, next):])
				out = append(out, loop)
			}
		}
		trail = trail[:len(trail)-1]
		state[name] = done
	}
	for _, name := range g.names {
		if state[name] == unseen {
			visit(name)
		}
	}
	return out
}

// before lists all that a name waits for, whether directly or not.
func (g *graph) before(name string) map[string]bool {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(n string) {
		for _, next := range g.after[n] {
			if !seen[next] {
				seen[next] = true
				visit(next)
			}
		}
	}
	visit(name)
	return seen
}
