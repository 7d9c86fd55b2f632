package lint

import "strings"

// afterDeploy is what a file begins with that takes away what the code which is live needs.
const afterDeploy = "-- readme-ops: after-deploy"

// drops look at what is taken away. In a file that runs after the deploy nothing needs it any more, and what it destroys is
// copied first.
func drops(f *file, i int, s stmt) {
	c := &cursor{toks: s.toks}
	if t := s.alter; t != nil {
		for _, a := range t.actions {
			if a.do == dropColumn && !f.has(t.table.key()) && !f.m.AfterDeploy {
				f.say(Diagnostic{
					Rule: "ban-drop-column", Level: Error,
					Title:  "the code that is live until the deploy may still read and write " + a.name.word,
					Help:   "release first code that does without it, and drop it in a file that runs after the deploy",
					Better: []string{afterDeploy, "alter table " + s.text(t.table.toks) + " " + oneLine(s.text(a.toks)) + ";"},
				}, span(a.toks))
			}
		}
		return
	}
	if !c.take("drop") {
		return
	}
	c.one("foreign", "materialized")
	kind := c.one("table", "schema", "database", "view", "function", "procedure", "type")
	if kind == "" {
		return
	}
	c.take("if", "exists")
	for _, name := range c.idents() {
		f.dropped(i, s, kind, name)
	}
}

func (f *file) dropped(i int, s stmt, kind string, name ident) {
	d := Diagnostic{
		Rule: "ban-drop-" + kind, Level: Error,
		Title:  "the code that is live until the deploy may still need " + kind + " " + name.name,
		Help:   "release first code that does without it, and drop it in a file that runs after the deploy",
		Better: []string{afterDeploy, oneLine(s.text(s.toks)) + ";"},
	}
	switch kind {
	case "database":
		d.Title, d.Better = "this destroys a whole database", nil
		d.Help = "a migration changes the database that it runs in; remove another one by hand, after a backup"
		f.say(d, span(s.toks))
		return
	case "view", "function", "procedure", "type":
		if after(f.ahead.created, kind+" "+name.key(), i) {
			return // the file makes it anew: nobody sees a moment without it
		}
		d.Level = Warning
		if kind == "procedure" {
			d.Rule = "ban-drop-function"
		}
	}
	if !f.m.AfterDeploy && !f.has(name.key()) {
		f.say(d, span(name.toks))
	}
}

// truncates looks at TRUNCATE, whose rows are gone at once.
func truncates(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	if !c.take("truncate") {
		return
	}
	c.take("table")
	c.take("only")
	var names []string
	for _, n := range c.idents() {
		if !f.has(n.key()) {
			names = append(names, n.name)
		}
	}
	cascade := find(s.toks, "cascade")
	switch {
	case cascade >= 0:
		f.say(Diagnostic{
			Rule: "ban-truncate-cascade", Level: Error,
			Title:  "this empties every table that refers to one of these as well, and theirs",
			Help:   "name the tables that are meant, so that another one is an error",
			Better: []string{oneLine(s.text(s.toks[:cascade])) + ";"},
		}, span(s.toks[cascade:cascade+1]))
	case len(names) > 0 && !f.m.AfterDeploy:
		f.say(Diagnostic{
			Rule: "ban-truncate", Level: Error,
			Title:  "this destroys all rows of " + strings.Join(names, " and ") + " while code is live that may need them",
			Help:   "do it in a file that runs after the deploy, before which the rows are copied",
			Better: []string{afterDeploy, oneLine(s.text(s.toks)) + ";"},
		}, span(s.toks))
	}
}
