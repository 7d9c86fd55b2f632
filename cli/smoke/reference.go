package smoke

import (
	"fmt"
	"strings"
)

// Ref is one reference in a text, such as "${api.url}".
type Ref struct {
	Name   string // "api.url"; what stands between the braces, even if it is no name
	At     int    // byte offset of its "$"
	Closed bool   // false: the text ends, or another "${" begins, before its "}"
}

// References lists the references in a text, in order. "$${" is a literal "${" and no reference; a "$" that is
// followed by anything else is itself.
func References(text string) []Ref {
	var refs []Ref
	walk(text, func(string) {}, func(r Ref) { refs = append(refs, r) })
	return refs
}

// Expand replaces each reference with what lookup has for its name. An error names the reference that is unknown or
// not closed, and never a value.
func Expand(text string, lookup func(name string) (string, bool)) (string, error) {
	var b strings.Builder
	var err error
	walk(text, func(literal string) { b.WriteString(literal) }, func(r Ref) {
		value, ok := "", false
		if r.Closed {
			value, ok = lookup(r.Name)
		}
		switch {
		case err != nil:
		case !r.Closed:
			err = fmt.Errorf("expand ${%s: its } is missing", r.Name)
		case !ok:
			err = fmt.Errorf("expand ${%s}: nothing has this name", r.Name)
		}
		b.WriteString(value)
	})
	if err != nil {
		return "", err
	}
	return b.String(), nil
}

// walk cuts a text into literals and references. What follows an open reference is read on as text.
func walk(text string, literal func(string), ref func(Ref)) {
	at := 0
	for {
		i := strings.Index(text[at:], "${")
		if i < 0 {
			literal(text[at:])
			return
		}
		start := at + i
		if start > at && text[start-1] == '$' {
			literal(text[at:start-1] + "${")
			at = start + 2
			continue
		}
		literal(text[at:start])
		name := text[start+2:]
		end := strings.IndexByte(name, '}')
		next := strings.Index(name, "${")
		if end < 0 || (next >= 0 && next < end) {
			if next < 0 {
				next = len(name)
			}
			ref(Ref{Name: name[:next], At: start})
			at = start + 2 + next
			continue
		}
		ref(Ref{Name: name[:end], At: start, Closed: true})
		at = start + 2 + end + 1
	}
}
