package lint

import "cmp"

// renames look at names that change: at no moment do the code that is live and the new one both find what they look for.
func renames(f *file, i int, s stmt) {
	t := s.alter
	if t == nil || f.has(t.table.key()) {
		return
	}
	head := s.text(t.table.toks)
	for _, a := range t.actions {
		switch a.do {
		case renameColumn:
			c := &cursor{toks: a.rest}
			c.take("to")
			to, _ := c.ident()
			f.say(Diagnostic{
				Rule: "renaming-column", Level: Error,
				Title:  "code that looks for " + a.name.word + " fails from this moment on, and new code before it",
				Help:   "add the new column, write both, fill it in batches, read the new one, and drop the old one in an after-deploy migration",
				Better: []string{"alter table " + head + " add column " + quoted(to.name) + " " + cmp.Or(f.seen.types[t.table.key()+"."+a.name.word], "...") + ";"},
			}, span(a.toks))
		case renameTo:
			if after(f.ahead.created, "view "+t.table.key(), i) {
				continue
			}
			f.say(Diagnostic{
				Rule: "renaming-table", Level: Error,
				Title: "code that looks for " + t.table.name + " fails from this moment on, and new code before it",
				Help:  "leave a view with the old name in the same file, and drop it in an after-deploy migration",
				Better: []string{
					"alter table " + head + " rename to " + a.name.text + ";",
					"create view " + head + " with (security_invoker = true) as select * from " + beside(t.table, a.name) + ";",
				},
			}, span(a.toks))
		}
	}
}

// beside is a name in the schema of another.
func beside(table ident, name tok) string {
	if table.schema == "" {
		return name.text
	}
	return table.toks[len(table.toks)-3].text + "." + name.text
}
