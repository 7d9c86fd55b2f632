package lint

// rows look at statements that touch every row of a table.
func rows(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	verb := c.one("delete", "update")
	if verb == "" || (verb == "delete" && !c.take("from")) {
		return
	}
	c.take("only")
	table, ok := c.ident()
	if !ok || f.has(table.key()) || has(s.toks, "where") {
		return
	}
	d := Diagnostic{
		Rule: "missing-where", Level: Warning,
		Title: "every row of " + table.name + " is written and stays locked until the file is done",
		Help:  "say which rows are meant, and do many in batches",
		Better: []string{
			oneLine(s.text(s.toks)) + " where id in (select id from " + s.text(table.toks) + " where ... limit 1000);",
		},
	}
	if verb == "delete" {
		if f.m.AfterDeploy {
			return
		}
		d.Level, d.Title = Error, "this destroys all rows of "+table.name+" while code is live that may need them"
		d.Help = "say which rows are meant; if it is all of them, do it in a file that runs after the deploy, before which they are copied"
		d.Better = []string{afterDeploy, oneLine(s.text(s.toks)) + ";"}
	}
	f.say(d, span(s.toks[:c.i]))
}
