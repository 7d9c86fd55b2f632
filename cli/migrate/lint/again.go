package lint

// again looks at what runs outside a transaction: when it fails in the middle, what stands before is done, and a person
// lets the file run once more.
func again(f *file, _ int, s stmt) {
	if !f.m.NoTransaction {
		return
	}
	c := &cursor{toks: s.toks}
	verb := c.one("create", "drop")
	c.take("unique")
	if verb == "" || !c.take("index") || !c.take("concurrently") || c.take("if") {
		return
	}
	words := "if exists"
	d := Diagnostic{
		Rule: "prefer-robust-stmts", Level: Warning,
		Title: "when this fails the index may be gone already, and the file cannot run once more",
		Help:  "let it do nothing where it is done",
	}
	if verb == "create" {
		name, ok := c.ident()
		if !ok || name.name == "on" || f.cleared[name.name] {
			return
		}
		d.Title = "when this fails an invalid index stays behind, and the file cannot run once more"
		d.Help = "drop what an earlier try has left first"
		d.Better = []string{"drop index concurrently if exists " + s.text(name.toks) + ";", oneLine(s.text(s.toks)) + ";"}
	} else {
		d.Better = []string{insert(s, c.i, words) + ";"}
	}
	f.say(d, span(s.toks[:c.i]))
}

// clears notes the indexes that the file drops if they are there.
func clears(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	if !c.take("drop", "index") {
		return
	}
	c.take("concurrently")
	if !c.take("if", "exists") {
		return
	}
	for _, n := range c.idents() {
		f.cleared[n.name] = true
	}
}
