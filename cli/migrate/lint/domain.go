package lint

// domains look at a constraint that a domain gets: every table with a column of it is read.
func domains(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	if !c.take("alter", "domain") {
		return
	}
	name, ok := c.ident()
	if !ok || !c.take("add") || has(s.toks, "not", "valid") {
		return
	}
	constraint := "..."
	if c.take("constraint") {
		if n, ok := c.ident(); ok {
			constraint = s.text(n.toks)
		}
	}
	f.say(Diagnostic{
		Rule: "ban-alter-domain-with-add-constraint", Level: Warning,
		Title: "this reads every table with a column of " + name.name + ", and blocks all writes to them meanwhile",
		Help:  "add the constraint as NOT VALID, and check the old rows in a later migration",
		Better: []string{
			oneLine(s.text(s.toks)) + " not valid;",
			"-- and in the next migration:",
			"alter domain " + s.text(name.toks) + " validate constraint " + constraint + ";",
		},
	}, span(s.toks))
}
