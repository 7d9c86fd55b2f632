package lint

// definers look at functions that run with the rights of their owner and take the names in them from whoever calls.
func definers(f *file, i int, s stmt) {
	c := &cursor{toks: s.toks}
	verb := c.one("create", "alter")
	c.take("or", "replace")
	if verb == "" || c.one("function", "procedure", "routine") == "" {
		return
	}
	name, ok := c.ident()
	at := find(s.toks, "security", "definer")
	if !ok || at < 0 || has(s.toks, "set", "search_path") {
		return
	}
	args := s.text(c.list())
	if after(f.ahead.path, name.key(), i) || verb == "alter" && f.seen.pathSet[name.key()] {
		return
	}
	f.say(Diagnostic{
		Rule: "security-definer-search-path", Level: Error,
		Title: "who calls " + name.name + " decides what the names in it mean, and it runs with the rights of its owner",
		Help:  "fix search_path, and write every name in it with its schema",
		Better: []string{
			"security definer set search_path = ''",
			"-- or, of one that is there:",
			"alter function " + s.text(name.toks) + signature(args) + " set search_path = '';",
		},
	}, span(s.toks[at:at+2]))
}

// signature is how ALTER FUNCTION tells one from others of its name; of arguments it wants the types alone.
func signature(args string) string {
	if args == "()" {
		return args
	}
	return "" // a name that is there once is enough
}

// pathSet gives the function whose search_path a statement fixes.
func pathSet(s stmt) (ident, bool) {
	c := &cursor{toks: s.toks}
	if c.one("create", "alter") == "" {
		return ident{}, false
	}
	c.take("or", "replace")
	if c.one("function", "procedure", "routine") == "" || !has(s.toks, "set", "search_path") {
		return ident{}, false
	}
	return c.ident()
}
