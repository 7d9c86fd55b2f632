package lint

import "slices"

// everybody says who reads what is open in schema public at Supabase.
const everybody = "whoever has the project's public key, which is in every browser, "

// open looks at tables and views of schema public, which Supabase's Data API hands out. It does so when the whole file is
// read: what closes them may stand anywhere below, or in a later file.
func open(f *file) {
	if !f.p.Supabase {
		return
	}
	for i, s := range f.stmts {
		if t, ok := readCreateTable(s); ok && !t.temp && inPublic(t.table) && !f.closes(i, t.table) {
			f.say(Diagnostic{
				Rule: "rls-not-enabled", Level: Error,
				Title:  everybody + "can read and write " + t.table.name,
				Help:   "turn row level security on in the same file; without a policy nobody but its owner gets at a row then",
				Better: []string{"alter table " + s.text(t.table.toks) + " enable row level security;"},
			}, span(t.table.toks))
		}
		if n, ok := createdView(s); ok && inPublic(n) {
			f.openView(i, s, n)
		}
		if t, ok := readAlterTable(s); ok && inPublic(t.table) {
			for _, a := range t.actions {
				if a.do == disableRLS && !f.closes(i, t.table) {
					f.say(Diagnostic{
						Rule: "rls-not-enabled", Level: Error,
						Title: everybody + "can read and write " + t.table.name + " from now on",
						Help:  "leave row level security on, and write a policy for who may do what",
						Better: []string{
							"create policy " + t.table.name + "_own on " + s.text(t.table.toks) + " for select to authenticated using ((select auth.uid()) = user_id);",
						},
					}, span(a.toks))
				}
			}
		}
	}
}

func inPublic(n ident) bool { return n.schema == "" || n.schema == "public" }

// closes reports whether a statement below the i-th closes a table to the public roles, or drops it.
func (f *file) closes(i int, table ident) bool {
	all := slices.Clone(f.stmts[i+1:])
	for _, l := range f.later {
		all = append(all, l.stmts...)
	}
	return slices.ContainsFunc(all, func(s stmt) bool {
		if t, ok := readAlterTable(s); ok && t.table.key() == table.key() {
			return slices.ContainsFunc(t.actions, func(a action) bool { return a.do == enableRLS }) || movesAway(s)
		}
		return revokes(s, table) || drop(s, table)
	})
}

// movesAway reports whether a table leaves its schema.
func movesAway(s stmt) bool { return has(s.toks, "set", "schema") }

// drop reports whether a statement drops a table or a view.
func drop(s stmt, table ident) bool {
	c := &cursor{toks: s.toks}
	if !c.take("drop") {
		return false
	}
	c.one("foreign", "materialized")
	if c.one("table", "view") == "" {
		return false
	}
	c.take("if", "exists")
	return slices.ContainsFunc(c.idents(), func(n ident) bool { return n.key() == table.key() })
}

// revokes reports whether a statement takes a table from both public roles.
func revokes(s stmt, table ident) bool {
	c := &cursor{toks: s.toks}
	if !c.take("revoke", "all") {
		return false
	}
	c.take("privileges")
	if !c.take("on") {
		return false
	}
	c.take("table")
	everything := c.take("all", "tables", "in", "schema", "public")
	names := c.idents()
	from := find(s.toks, "from")
	return from >= 0 && has(s.toks[from:], "anon") && has(s.toks[from:], "authenticated") &&
		(everything || slices.ContainsFunc(names, func(n ident) bool { return n.key() == table.key() }))
}

func (f *file) openView(i int, s stmt, n ident) {
	invoker := slices.IndexFunc(s.toks, func(t tok) bool { return t.is("security_invoker") })
	on := invoker >= 0 && (invoker+2 >= len(s.toks) || !s.toks[invoker+2].is("false") && !s.toks[invoker+2].is("off"))
	if on || f.closes(i, n) || f.invokes(i, n) || has(s.toks[:2], "create", "temp") || has(s.toks[:2], "create", "temporary") {
		return
	}
	d := Diagnostic{
		Rule: "security-definer-view", Level: Error,
		Title:  everybody + "reads through " + n.name + " with the rights of its owner, past all row level security",
		Help:   "let it run with the rights of who asks",
		Better: []string{"alter view " + s.text(n.toks) + " set (security_invoker = true);"},
	}
	if has(s.toks, "materialized", "view") {
		d.Title = everybody + "can read " + n.name + ", and a materialized view knows no row level security"
		d.Help = "take it from the public roles, or keep it in another schema"
		d.Better = []string{"revoke all on " + s.text(n.toks) + " from anon, authenticated;"}
	}
	f.say(d, span(n.toks))
}

// invokes reports whether an ALTER VIEW below the i-th statement turns security_invoker on.
func (f *file) invokes(i int, n ident) bool {
	return slices.ContainsFunc(f.stmts[i+1:], func(s stmt) bool {
		c := &cursor{toks: s.toks}
		if !c.take("alter", "view") {
			return false
		}
		c.take("if", "exists")
		name, ok := c.ident()
		return ok && name.key() == n.key() && c.take("set") && slices.ContainsFunc(c.rest(), func(t tok) bool { return t.is("security_invoker") }) &&
			!slices.ContainsFunc(c.rest(), func(t tok) bool { return t.is("false") || t.is("off") })
	})
}
