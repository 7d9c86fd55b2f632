package code

// readPython finds what a Python file reads.
func readPython(s *source) {
	s.imports = pythonImports(s.data)
	if !hasAny(s.data, "environ", "getenv", "BaseSettings", "decouple", "envvar", "Env(") || generated(s.data) {
		return
	}
	t := scanPython(s)
	s.text = t
	getters := t.fromOS()
	for again := true; again; {
		known := len(t.aliases)
		for i := range t.tokens {
			if end, ok := t.environ(i); ok {
				t.pythonAlias(i, end)
			}
		}
		again = len(t.aliases) > known
	}
	for i := range t.tokens {
		switch end, ok := t.environ(i); {
		case ok:
			t.pythonAccess(i, end)
		case t.are(i, "os", ".", "getenv", "(") && !t.is(i-1, "."):
			t.argument(i+3, wrapper{called: "key"})
		case t.isKind(i, word) && t.is(i+1, "(") && getters[t.string(i)] && !t.oneOf(i-1, ".", "def"):
			t.argument(i+1, wrapper{called: "key"})
		case t.is(i, "envvar") && t.is(i+1, "="): // click, typer
			t.listedOrOne(i + 2)
		case t.is(i, "class"):
			t.settings(i)
		}
	}
	t.readers()
}

// fromOS finds what is imported from os by name, and gives the functions.
func (t *text) fromOS() map[string]bool {
	getters := map[string]bool{}
	for i := range t.tokens {
		if !t.are(i, "from", "os", "import") {
			continue
		}
		for at := i + 3; at < len(t.tokens) && !t.isKind(at, newline); at++ {
			name := t.string(at)
			if t.is(at+1, "as") {
				name = t.string(at + 2)
			}
			switch {
			case t.is(at, "environ"):
				t.aliases[name] = true
			case t.is(at, "getenv"):
				getters[name] = true
			}
		}
	}
	return getters
}

// environ reports whether os.environ, or an alias, stands at i, and where it ends.
func (t *text) environ(i int) (end int, ok bool) {
	switch {
	case !t.isKind(i, word) || t.is(i-1, "."):
		return 0, false
	case t.are(i, "os", ".", "environ"):
		end = i + 3
	case t.aliases[string(t.bytes(i))] && !t.oneOf(i-1, "import", "as", "def") && !t.is(i+1, "=") && !t.shadowed(i):
		end = i + 1
	default:
		return 0, false
	}
	if t.are(end, ".", "copy", "(", ")") {
		end += 4
	}
	return end, true
}

func (t *text) pythonAlias(from, end int) {
	if t.are(from-2, "dict", "(") && t.is(end, ")") {
		from, end = from-2, end+1
	}
	switch {
	case t.oneOf(end, ".", "["):
	case t.is(from-1, "=") && t.isKind(from-2, word) && !t.oneOf(from-3, ".", "(", ","):
		t.aliases[t.string(from-2)] = true
	case t.is(from-1, "=") && t.isKind(from-2, word) && t.oneOf(from-3, "(", ","): // def load(env=os.environ), or load(env=os.environ)
		if open, _ := t.bracket(from - 2); open > 0 && t.takes(open) {
			t.aliases[t.string(from-2)], t.handed[from-2] = true, true
		}
	case t.oneOf(from-1, "(", ","):
		t.given(from)
	}
}

// pythonAccess is what is done with the environment. What setdefault gives, a library reads: DJANGO_SETTINGS_MODULE.
func (t *text) pythonAccess(from, end int) {
	switch {
	case t.is(end, "["):
		stop := t.close(end)
		if !t.is(stop+1, "=") && !t.is(from-1, "del") && stop < len(t.tokens) {
			t.value(end+1, stop, wrapper{})
		}
	case t.is(end, ".") && t.oneOf(end+1, "get", "pop", "__getitem__") && t.is(end+2, "("):
		t.argument(end+2, wrapper{called: "key"})
	case t.is(from-1, "in") && t.isKind(from-2, quoted):
		t.name(from - 2)
	case t.are(from-2, "not", "in") && t.isKind(from-3, quoted):
		t.name(from - 3)
	}
}

func (t *text) listedOrOne(i int) {
	if t.isKind(i, quoted) {
		t.name(i)
	} else if t.oneOf(i, "[", "(") {
		t.listed(i, wrapper{})
	}
}

// readers are the objects of django-environ and environs, and the function of python-decouple: env("X"), env.str("X"), config("X").
func (t *text) readers() {
	if t.mentions("decouple") {
		t.wrapped(wrapper{name: "config"})
	}
	for i := range t.tokens {
		if !t.isKind(i, word) || !t.is(i+1, "=") || !t.are(i+2, "Env", "(") && !t.are(i+2, "environ", ".", "Env", "(") && !t.are(i+2, "environs", ".", "Env", "(") {
			continue
		}
		name := t.string(i)
		for at := range t.tokens {
			switch {
			case !t.is(at, name) || t.is(at-1, "."):
			case t.is(at+1, "("):
				t.argument(at+1, wrapper{name: name, method: true})
			case t.is(at+1, ".") && t.isKind(at+2, word) && t.is(at+3, "(") && !t.oneOf(at+2, "read_env", "prefixed", "seal"):
				t.argument(at+3, wrapper{name: name, method: true})
			}
		}
	}
}
