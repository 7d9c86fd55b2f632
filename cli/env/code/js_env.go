package code

import "slices"

// readScript finds what a TypeScript or JavaScript file reads.
func readScript(s *source) {
	s.imports = scriptImports(s.data)
	if !hasAny(s.data, "process", "import.meta", "Deno.env", "Bun", "$env/") || !hasAny(s.data, "env", "Env") || generated(s.data) {
		return
	}
	t := scanScript(s)
	s.text = t
	t.aliases, t.handed, t.seen = map[string]bool{}, map[int]bool{}, map[wrapper]bool{}
	t.imported()
	for again := true; again; { // an alias of an alias
		known := len(t.aliases)
		for i := range t.tokens {
			if end, ok := t.environment(i); ok {
				t.alias(i, end)
			}
		}
		again = len(t.aliases) > known
	}
	for i := range t.tokens {
		if end, ok := t.environment(i); ok {
			t.access(i, end)
		} else if t.are(i, "Deno", ".", "env", ".", "get", "(") && !t.is(i-1, ".") {
			t.argument(i+5, wrapper{})
		}
	}
}

// environment reports whether the environment stands at i, and where it ends: process.env, import.meta.env, Bun.env, or an alias.
func (t *text) environment(i int) (end int, ok bool) {
	if !t.isKind(i, word) {
		return 0, false
	}
	if c := t.data[t.tokens[i].at]; c != 'p' && c != 'i' && c != 'B' && len(t.aliases) == 0 {
		return 0, false
	}
	if t.is(i-1, ".") && !t.oneOf(i-2, "globalThis", "global", "window", "self") || t.is(i-1, "?.") {
		return 0, false
	}
	switch {
	case t.is(i, "process") || t.is(i, "Bun"):
		if t.oneOf(i+1, ".", "?.") && t.is(i+2, "env") {
			return i + 3, true
		}
		if t.is(i+1, "[") && t.isKind(i+2, quoted) && t.string(i+2) == "env" && t.is(i+3, "]") {
			return i + 4, true
		}
	case t.is(i, "import"):
		if t.are(i+1, ".", "meta", ".", "env") || t.are(i+1, ".", "meta", "?.", "env") {
			return i + 5, true
		}
	case t.aliases[string(t.bytes(i))]:
		key := t.is(i+1, ":") && t.oneOf(i-1, "{", ",")
		return i + 1, !key && !t.oneOf(i-1, "const", "let", "var", "function") && !t.shadowed(i)
	}
	return 0, false
}

// member notes a name that is taken from the environment that stands at i. What an alias is called may be another thing elsewhere in
// the file, so what is taken from it has to look like a variable; and what Vite puts in by itself nobody has to give.
func (t *text) member(i int) func(name int) {
	return func(name int) {
		switch what := t.string(name); {
		case t.aliases[t.string(i)] && !shouted(what):
		case t.is(i, "import") && slices.Contains([]string{"BASE_URL", "DEV", "MODE", "PROD", "SSR"}, what):
		default:
			t.name(name)
		}
	}
}

// cast steps over a type: (process.env as Record<string, string>).
func (t *text) cast(i int) int {
	if !t.is(i, "as") {
		return i
	}
	const longest = 16
	for at := i + 1; at < i+longest; at++ {
		if t.is(at, ")") {
			return at
		}
	}
	return i
}

// access is what is done with the environment that ends before end.
func (t *text) access(from, end int) {
	name := t.member(from)
	for end = t.cast(end); t.is(end, "!") || t.is(end, ")") && t.is(from-1, "(") && !t.isKind(from-2, word); {
		end++ // process.env!, (process.env)
		from--
	}
	switch {
	case t.oneOf(end, ".", "?.") && t.isKind(end+1, word):
		if !t.is(end+2, "=") && !t.is(from-1, "delete") && !t.is(end+2, "(") {
			name(end + 1)
		}
	case t.is(end, "["):
		t.index(from, end, name)
	case t.is(end, "?.") && t.is(end+1, "["):
		t.index(from, end+1, name)
	case t.is(from-1, "in") && t.isKind(from-2, quoted):
		t.name(from - 2)
	case t.is(from-1, "=") && t.is(from-2, "}"):
		t.taken(t.open(from-2), name)
	default:
		t.schema(from, end)
	}
}

// index is process.env[...].
func (t *text) index(from, i int, name func(int)) {
	end := t.close(i)
	if t.is(end+1, "=") || t.is(from-1, "delete") || end >= len(t.tokens) {
		return
	}
	if t.isKind(i+1, quoted) && end == i+2 {
		name(i + 1)
		return
	}
	t.value(i+1, end, wrapper{})
}

// taken is const { A, B: b, C = "c", ...rest } = process.env.
func (t *text) taken(brace int, name func(int)) {
	if brace < 0 {
		return
	}
	t.parts(brace, func(_, from, _ int) {
		if t.isKind(from, word) || t.isKind(from, quoted) {
			name(from)
		}
	})
}

// alias finds the variable that is the environment: const env = process.env, (env = process.env) => ..., { ...rest } = process.env,
// and the parameter of a function of this file that is called with it.
func (t *text) alias(from, end int) {
	if t.oneOf(end, ".", "?.", "[") {
		return
	}
	switch at := from - 1; {
	case t.is(at, "=") && t.is(at-1, "}"):
		brace := t.open(at - 1)
		if brace < 0 {
			return
		}
		t.parts(brace, func(_, from, _ int) {
			if t.is(from, "...") {
				t.aliases[t.string(from+1)] = true
			}
		})
	case t.is(at, "="):
		if name := t.typed(at - 1); t.isKind(name, word) && !t.is(name-1, ".") {
			t.aliases[t.string(name)], t.handed[name] = true, true
		}
	case t.oneOf(at, "(", ","):
		t.given(from)
	}
}

// typed gives the position of the variable whose name, or whose type, ends at i: env: NodeJS.ProcessEnv.
func (t *text) typed(i int) int {
	for at := i; at > i-8 && at > 0 && !t.oneOf(at, "const", "let", "var", "(", ",", ";", "{", "}"); at-- {
		if t.is(at, ":") {
			return at - 1
		}
	}
	return i
}
