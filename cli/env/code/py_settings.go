package code

import "strings"

// settings finds the fields of a class of pydantic's BaseSettings: each is read from the variable of its name in capitals.
func (t *text) settings(i int) {
	if !t.is(i+2, "(") {
		return
	}
	end := t.close(i + 2)
	if !t.is(end+1, ":") || !t.inherits(i+2, end) {
		return
	}
	t.models[t.string(i+1)] = true
	first := end + 2
	if !t.isKind(first, newline) {
		return
	}
	indent := t.string(first)
	last := first
	for last < len(t.tokens) && (!t.isKind(last, newline) || strings.HasPrefix(t.string(last), indent)) {
		last++
	}
	before := ""
	for at := first; at < last; at++ {
		if t.is(at, "env_prefix") && t.is(at+1, "=") && t.isKind(at+2, quoted) {
			before = t.string(at + 2)
		}
	}
	for at := first; at < last; at++ {
		if t.isKind(at, newline) && t.string(at) == indent && t.isKind(at+1, word) && t.is(at+2, ":") {
			t.setting(at+1, last, before)
		}
	}
}

// inherits reports whether BaseSettings, or a class above that has it, stands among the bases of a class.
func (t *text) inherits(open, end int) bool {
	for at := open; at < end; at++ {
		if t.is(at, "BaseSettings") || t.isKind(at, word) && t.models[t.string(at)] {
			return true
		}
	}
	return false
}

// setting is one field: name: type = Field(alias="X").
func (t *text) setting(i, last int, before string) {
	if t.is(i, "model_config") || t.is(i+3, "ClassVar") || strings.HasPrefix(t.string(i), "_") {
		return
	}
	for at := i; at < last && !t.isKind(at, newline); at++ {
		if t.oneOf(at, "alias", "validation_alias", "env") && t.is(at+1, "=") && t.isKind(at+2, quoted) {
			t.name(at + 2)
			return
		}
	}
	t.use(strings.ToUpper(before+t.string(i)), int(t.tokens[i].at))
}
