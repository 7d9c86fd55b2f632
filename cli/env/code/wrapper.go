package code

// wrapper is a function of TypeScript, JavaScript or Python that reads the variable that one of its parameters names. The zero
// value is a function of the language.
type wrapper struct {
	name   string
	param  int
	called string // the parameter, for who gives it by name
	around affix
	method bool // it is called as x.name
	spaced bool // it can be called so, because it is another file's
}

// wrapped notes what the calls of a wrapper in this file read.
func (t *text) wrapped(w wrapper) {
	if t.seen[w] || len(t.seen) > maxSeen {
		return
	}
	t.seen[w] = true
	for i := range t.tokens {
		if !t.is(i, w.name) || t.oneOf(i-1, "function", "def", "new") {
			continue
		}
		if t.oneOf(i-1, ".", "?.") && !w.method && !w.spaced {
			continue
		}
		if open := t.called(i + 1); open > 0 && !t.header(open) {
			t.argument(open, w)
		}
	}
}

// called steps over the type arguments of a call: env<string>("X").
func (t *text) called(i int) int {
	if t.is(i, "<") {
		for n := i + 1; n < i+12; n++ {
			if t.are(n, ">", "(") {
				return n + 1
			}
		}
	}
	if t.is(i, "(") {
		return i
	}
	return 0
}

// header reports whether brackets hold the parameters of a function, not the arguments of a call.
func (t *text) header(open int) bool {
	end := t.close(open)
	return t.oneOf(end+1, "{", "=>") && t.language != python
}

// argument is what a call gives as the name.
func (t *text) argument(open int, w wrapper) {
	t.parts(open, func(n, from, to int) {
		if t.language == python && t.isKind(from, word) && t.is(from+1, "=") {
			if t.is(from, w.called) && w.called != "" {
				t.value(from+2, to, w)
			}
			return
		}
		if n == w.param {
			t.value(from, to, w)
		}
	})
}

// value is the expression of a name.
func (t *text) value(from, to int, w wrapper) {
	for to-from >= 3 && (t.is(to-2, "as") || t.is(to-3, "as")) {
		to = t.before(from, to, "as")
	}
	if to-from == 2 && t.is(to-1, "!") {
		to--
	}
	switch {
	case to-from == 1 && t.isKind(from, quoted):
		t.found(from, t.string(from), w)
	case to-from == 1 && t.isKind(from, word):
		t.variable(from, w)
	case to-from == 3 && t.is(from+1, "+") && t.isKind(from, quoted) && t.isKind(from+2, word):
		w.around = w.around.around(t.string(from), "")
		t.variable(from+2, w)
	case to-from == 3 && t.is(from+1, "+") && t.isKind(from, word) && t.isKind(from+2, quoted):
		w.around = w.around.around("", t.string(from+2))
		t.variable(from, w)
	case to-from == 4 && t.isKind(from, pieces) && t.isKind(from+2, word):
		p := t.tokens[from]
		w.around = w.around.around(string(t.data[p.at:t.tokens[from+1].at]), string(t.data[t.tokens[from+3].end:max(p.end, t.tokens[from+3].end)]))
		t.variable(from+2, w)
	case to-from == 5 && t.isKind(from, word) && t.is(from+1, ".") && t.oneOf(from+2, "toUpperCase", "upper"):
		w.around.upper = true
		t.variable(from, w)
	default:
		t.lost(from, w)
	}
}

// before gives the position of a word within an expression.
func (t *text) before(from, to int, what string) int {
	for at := from; at < to; at++ {
		if t.is(at, what) {
			return at
		}
	}
	return to
}

func (t *text) found(i int, what string, w wrapper) {
	if name := w.around.of(what); !w.method || shouted(name) {
		t.use(name, t.offset(i))
	}
}

func (t *text) lost(i int, w wrapper) {
	if t.in(i) && !w.method {
		t.note(unknown, t.offset(i))
	}
}

// variable is a name that is held by a variable: a constant, one of a list, or a parameter, which makes its function a wrapper.
func (t *text) variable(i int, w wrapper) {
	if t.asked++; t.asked > maxAsked {
		t.lost(i, w)
		return
	}
	name := t.string(i)
	p, ok := t.parameter(i)
	if list := t.loop(i); list > p.at {
		t.listed(list, w)
		return
	}
	if ok {
		switch {
		case p.list >= 0:
			t.listed(p.list, w)
		case p.wrapper.name != "":
			p.wrapper.around = w.around
			t.wrapped(p.wrapper)
			t.wrappers = append(t.wrappers, p.wrapper)
		}
		return
	}
	if at := t.constant(name); at >= 0 {
		t.found(i, t.string(at), w)
		return
	}
	t.lost(i, w)
}

// loop finds the list that a variable goes through: for (const x of LIST), for x in LIST.
func (t *text) loop(i int) int {
	name := t.string(i)
	for at := i - 1; at > 0; at-- {
		if t.is(at, name) && t.oneOf(at+1, "of", "in") && t.oneOf(at-1, "const", "let", "var", "for", "(") {
			return at + 2
		}
	}
	return -1
}

// listed are the strings of a list that stands at i, or of the variable there.
func (t *text) listed(i int, w wrapper) {
	if t.isKind(i, word) {
		i = t.list(t.string(i))
	}
	if !t.oneOf(i, "[", "(", "{") {
		return
	}
	t.parts(i, func(_, from, to int) {
		if t.isKind(from, quoted) && (to-from == 1 || t.is(from+1, ":")) {
			t.found(from, t.string(from), w)
		}
	})
}

// list finds the list that a variable is set to, or -1.
func (t *text) list(name string) int {
	for at := range t.tokens {
		if !t.is(at, name) || t.is(at-1, ".") {
			continue
		}
		for n := at + 1; n < at+10 && !t.oneOf(n, ";", "("); n++ {
			if t.is(n, "=") && t.oneOf(n+1, "[", "(", "{") {
				return n + 1
			}
		}
	}
	return -1
}
