package lint

import (
	"cmp"
	"slices"
	"strings"
)

// everybody says who reads what is open in schema public at Supabase.
const everybody = "whoever has the project's public key, which is in every browser, "

// open looks at tables and views of schema public, which Supabase's Data API hands out. What closes them may stand anywhere
// below, or in a later file.
func open(f *file, i int, s stmt) {
	if !f.p.Supabase {
		return
	}
	if t := s.create; t != nil && !t.temp && f.inPublic(t.table) && !f.closes(i, t.table) {
		f.say(Diagnostic{
			Rule: "rls-not-enabled", Level: Error,
			Title:  everybody + "can read and write " + t.table.name,
			Help:   "turn row level security on in the same file; without a policy nobody but its owner gets at a row then",
			Better: []string{"alter table " + s.text(t.table.toks) + " enable row level security;"},
		}, span(t.table.toks))
	}
	if kind, n, ok := created(s); ok && kind == "view" && f.inPublic(n) {
		f.openView(i, s, n)
	}
	if t := s.alter; t != nil && f.inPublic(t.table) && !f.closes(i, t.table) {
		for _, a := range t.actions {
			if a.do == disableRLS {
				f.disables(s, t.table, a)
			}
		}
	}
}

func (f *file) disables(s stmt, table ident, a action) {
	f.say(Diagnostic{
		Rule: "rls-not-enabled", Level: Error,
		Title: everybody + "can read and write " + table.name + " from now on",
		Help:  "leave row level security on, and write a policy for who may do what",
		Better: []string{
			"create policy " + quoted(table.name+"_own") + " on " + s.text(table.toks) + " for select to authenticated using ((select auth.uid()) = user_id);",
		},
	}, span(a.toks))
}

// inPublic reports whether a name is one of schema public. One without a schema is, unless the file has set another path.
func (f *file) inPublic(n ident) bool {
	return n.schema == "public" || n.schema == "" && (f.path == "" || f.path == "public")
}

// paths notes the schema in which names without one are made from here on.
func paths(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	if !c.take("set") {
		return
	}
	c.one("local", "session")
	if c.take("search_path") && (c.take("to") || c.take("=")) && len(c.rest()) > 0 {
		f.path = strings.Trim(cmp.Or(c.rest()[0].word, c.rest()[0].text), "'")
	}
}

// movesAway reports whether a table leaves its schema.
func movesAway(s stmt) bool { return has(s.toks, "set", "schema") }

// revoked names the tables that a statement takes from both public roles; everything are all those of schema public.
func revoked(s stmt) (names []ident, everything bool) {
	c := &cursor{toks: s.toks}
	if !c.take("revoke", "all") {
		return nil, false
	}
	c.take("privileges")
	from := find(s.toks, "from")
	if !c.take("on") || from < 0 || !has(s.toks[from:], "anon") || !has(s.toks[from:], "authenticated") {
		return nil, false
	}
	if c.take("all", "tables", "in", "schema") {
		return nil, has(c.rest(), "public")
	}
	c.take("table")
	return c.idents(), false
}

func (f *file) openView(i int, s stmt, n ident) {
	temporary := has(s.toks, "temp", "view") || has(s.toks, "temporary", "view")
	if switchedOn(s.toks) || temporary || f.closes(i, n) || after(f.ahead.invoker, n.key(), i) {
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

// switchedOn finds security_invoker, alone or with a value that is not false.
func switchedOn(toks []tok) bool {
	at := slices.IndexFunc(toks, func(t tok) bool { return t.is("security_invoker") })
	if at < 0 || at+2 >= len(toks) || !toks[at+1].is("=") {
		return at >= 0
	}
	value := toks[at+2]
	return !value.is("false") && !value.is("off") && !value.is("0")
}

// invokes gives the view that an ALTER VIEW lets run with the rights of who asks.
func invokes(s stmt) (ident, bool) {
	c := &cursor{toks: s.toks}
	if !c.take("alter", "view") {
		return ident{}, false
	}
	c.take("if", "exists")
	n, ok := c.ident()
	return n, ok && c.take("set") && switchedOn(c.toks)
}
