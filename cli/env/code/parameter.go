package code

// parameter is what a parameter belongs to.
type parameter struct {
	wrapper wrapper // with a name, if the function has one
	list    int     // where the list stands that calls the function for each element, or -1
	at      int     // where the parameter is declared
}

// parameter finds the function that a variable is a parameter of.
func (t *text) parameter(i int) (parameter, bool) {
	name := t.string(i)
	for at := i - 1; at >= 0; at-- {
		if !t.is(at, name) {
			continue
		}
		if t.is(at+1, "=>") && t.language != python {
			return t.function(at, 0, at), true
		}
		if !t.oneOf(at-1, "(", ",", "...", "*") || !t.oneOf(at+1, ")", ",", ":", "=", "?") {
			continue
		}
		if open, n := t.bracket(at); open >= 0 && t.takes(open) && t.within(open, i) {
			return t.function(open, n, at), true
		}
	}
	return parameter{}, false
}

// shadowed reports whether an alias at i is in truth a parameter of that name, which nobody hands the environment.
func (t *text) shadowed(i int) bool {
	if t.hidden++; t.hidden > maxAsked {
		return false
	}
	p, ok := t.parameter(i)
	return ok && !t.handed[p.at]
}

// bracket finds the "(" that a token stands in, and how many commas are between.
func (t *text) bracket(i int) (open, commas int) {
	for at := i - 1; at >= 0; at-- {
		switch {
		case t.is(at, ","):
			commas++
		case t.is(at, "("):
			return at, commas
		case t.oneOf(at, ")", "]", "}"):
			at = t.open(at)
		case t.oneOf(at, "{", "["):
			return -1, 0
		}
	}
	return -1, 0
}

// takes reports whether brackets hold parameters.
func (t *text) takes(open int) bool {
	if t.language == python {
		return t.is(open-2, "def")
	}
	end := t.close(open)
	return t.oneOf(end+1, "=>", "{", ":") && !t.oneOf(open-1, "if", "while", "for", "switch", "catch")
}

// within reports whether a token stands in the function whose parameters stand at open, as far as its end can be told.
func (t *text) within(open, i int) bool {
	body := t.close(open) + 1
	if t.language == python {
		at := open
		for at > 0 && !t.isKind(at, newline) {
			at--
		}
		indent := 0
		if t.isKind(at, newline) {
			indent = len(t.string(at))
		}
		for at = body; at < i; at++ {
			if t.isKind(at, newline) && len(t.string(at)) <= indent {
				return false
			}
		}
		return true
	}
	if t.is(body, "=>") {
		body++
	}
	return !t.is(body, "{") || i <= t.close(body)
}

// function names the function whose parameters begin at i.
func (t *text) function(i, n int, at int) parameter {
	p := parameter{list: -1, at: at}
	p.wrapper = wrapper{param: n, called: t.string(at)}
	before := i - 1
	if t.is(before, ">") { // type parameters
		for before > 0 && !t.is(before, "<") {
			before--
		}
		before--
	}
	if t.is(before, "async") {
		before--
	}
	switch {
	case t.language == python:
		p.wrapper.name = t.string(i - 1)
		if t.oneOf(i+1, "self", "cls") {
			p.wrapper.method, p.wrapper.param = true, n-1
		}
	case t.is(before, "(") && t.oneOf(before-1, "forEach", "map", "filter", "some", "every", "find", "flatMap", "reduce") && t.is(before-2, "."):
		p.list = t.begin(before - 3)
	case t.is(before, "="), t.is(before, "function") && t.is(before-1, "="):
		if t.is(before, "function") {
			before--
		}
		p.wrapper.name = t.string(t.typed(before - 1))
	case t.is(before, ":"):
		p.wrapper.name, p.wrapper.method = t.string(before-1), true
	case t.isKind(before, word) && !t.oneOf(before, "function", "return"):
		p.wrapper.name, p.wrapper.method = t.string(before), !t.oneOf(before-1, "function", "*")
	}
	return p
}

// begin gives where the expression begins that ends at i: a variable or a list.
func (t *text) begin(i int) int {
	if t.oneOf(i, "]", ")") {
		return t.open(i)
	}
	return i
}

// given is the environment as the argument of a function of this file: its parameter is an alias.
func (t *text) given(i int) {
	if t.asked++; t.asked > maxAsked {
		return
	}
	open, n := t.bracket(i)
	if open < 1 || !t.isKind(open-1, word) {
		return
	}
	name := t.string(open - 1)
	for at := range t.tokens {
		if !t.is(at, name) || at == open-1 {
			continue
		}
		params := at + 1
		if t.is(params, "=") {
			params++
		}
		if t.is(params, "async") {
			params++
		}
		if t.is(params, "(") && t.takes(params) {
			t.parts(params, func(m, from, _ int) {
				if m == n && t.isKind(from, word) {
					t.aliases[t.string(from)], t.handed[from] = true, true
				}
			})
		}
	}
}
