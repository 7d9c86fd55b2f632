package lint

import "slices"

// ahead is what the statements of a file do to names, by the name and with the index of the last one that does it: whether
// something is mended further down is asked of many statements.
type ahead struct {
	closed    map[string]int // tables and views that are closed to Supabase's public roles, moved out of their schema, or dropped
	closedAll int            // all of schema public; -1: never
	created   map[string]int // views, functions, types, by kind and name
	invoker   map[string]int // views that run with the rights of who asks
	path      map[string]int // functions whose search_path is fixed
}

func look(stmts []stmt) ahead {
	a := ahead{closed: map[string]int{}, closedAll: -1, created: map[string]int{}, invoker: map[string]int{}, path: map[string]int{}}
	for i, s := range stmts {
		if s.alter != nil && (movesAway(s) || slices.ContainsFunc(s.alter.actions, func(a action) bool { return a.do == enableRLS })) {
			a.closed[s.alter.table.key()] = i
		}
		names, everything := revoked(s)
		if everything {
			a.closedAll = i
		}
		for _, n := range append(names, dropped(s)...) {
			a.closed[n.key()] = i
		}
		if kind, n, ok := created(s); ok {
			a.created[kind+" "+n.key()] = i
		}
		if n, ok := invokes(s); ok {
			a.invoker[n.key()] = i
		}
		if n, ok := pathSet(s); ok {
			a.path[n.key()] = i
		}
	}
	return a
}

// after reports whether a map holds a name for a statement below the i-th.
func after(names map[string]int, name string, i int) bool {
	at, ok := names[name]
	return ok && at > i
}

// closes reports whether something below the i-th statement, or in a later file, closes a table.
func (f *file) closes(i int, n ident) bool {
	if after(f.ahead.closed, n.key(), i) || f.ahead.closedAll > i {
		return true
	}
	return slices.ContainsFunc(f.later, func(l *file) bool {
		return after(l.ahead.closed, n.key(), -1) || l.ahead.closedAll >= 0
	})
}

// created reads CREATE VIEW, FUNCTION, PROCEDURE or TYPE.
func created(s stmt) (kind string, n ident, ok bool) {
	c := &cursor{toks: s.toks}
	if !c.take("create") {
		return "", n, false
	}
	c.take("or", "replace")
	c.one("temp", "temporary")
	c.one("recursive", "materialized")
	if kind = c.one("view", "function", "procedure", "type"); kind == "" {
		return "", n, false
	}
	c.take("if", "not", "exists")
	n, ok = c.ident()
	return kind, n, ok
}

// dropped names the tables and views that a statement drops.
func dropped(s stmt) []ident {
	c := &cursor{toks: s.toks}
	if !c.take("drop") {
		return nil
	}
	c.one("foreign", "materialized")
	if c.one("table", "view") == "" {
		return nil
	}
	c.take("if", "exists")
	return c.idents()
}
