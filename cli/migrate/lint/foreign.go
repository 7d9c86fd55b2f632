package lint

import "slices"

// theirs are the schemas that Supabase keeps for its own services. Since 2025 a project's own role may make and change
// nothing in them but triggers on auth.users and policies; what it finds there may change with any update.
var theirs = []string{"auth", "storage", "realtime"} //nolint:gochecknoglobals // a table

// schemas look at what touches Supabase's own tables.
func schemas(f *file, _ int, s stmt) {
	if !f.p.Supabase {
		return
	}
	c := &cursor{toks: s.toks}
	verb := c.one("create", "alter", "drop", "insert", "update", "delete", "truncate", "reindex")
	for _, n := range touched(c, verb, s) {
		if !slices.Contains(theirs, n.schema) {
			continue
		}
		d := Diagnostic{
			Rule: "supabase-schema", Level: Error,
			Title: "schema " + n.schema + " is Supabase's own, and its services break, or refuse this, when it is changed",
			Help:  "keep what is yours in another schema, and refer to " + n.schema + " from there",
		}
		if n.schema == "auth" && verb == "alter" || verb == "create" {
			d.Better = []string{"create table public.profiles (user_id uuid primary key references auth.users on delete cascade);"}
		}
		switch verb {
		case "insert", "update", "delete", "truncate":
			d.Level = Warning
			d.Title = n.schema + "." + n.name + " is Supabase's own table, and what its rows mean may change with any update"
			d.Help = "use its API; a bucket belongs into release.yaml"
		}
		f.say(d, span(n.toks))
		return
	}
}

// touched names what a statement makes, changes or drops.
func touched(c *cursor, verb string, s stmt) []ident {
	switch verb {
	case "":
		return nil
	case "insert":
		c.take("into")
		return c.idents()
	case "delete":
		c.take("from")
		c.take("only")
		return c.idents()
	case "update", "truncate":
		c.take("table")
		c.take("only")
		return c.idents()
	}
	c.take("or", "replace")
	c.one("temp", "temporary", "unlogged", "unique", "foreign")
	c.one("materialized", "recursive")
	kind := c.one("table", "index", "view", "function", "procedure", "type", "domain", "sequence", "schema")
	c.take("concurrently")
	if !c.take("if", "not", "exists") {
		c.take("if", "exists")
	}
	c.take("only")
	switch {
	case kind == "":
		return nil
	case kind == "index" && verb == "create":
		table, _ := indexed(s)
		return []ident{table}
	case kind == "schema":
		n, _ := c.ident()
		n.schema = n.name
		return []ident{n}
	case verb == "drop":
		return c.idents()
	}
	n, _ := c.ident()
	return []ident{n}
}
