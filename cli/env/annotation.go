package env

import (
	"strings"

	"readme/cli/release"
)

// Annotation is one of varlock's: @name, @name=text or @name(text), in a comment above a variable.
type Annotation struct {
	Name string // without @
	Text string // what follows the name: without = and quotes, with brackets
	At   release.Place
}

// comment keeps a line of comment for the variable below it; text is what follows the #.
func (s *scanner) comment(text string) {
	text = strings.TrimRight(text, " \t\r")
	s.docs = append(s.docs, strings.TrimPrefix(text, " "))
	begin := blanks(text, 0)
	if begin == len(text) || text[begin] != '@' {
		return
	}
	base := s.pos + strings.IndexByte(s.text[s.pos:], '@') - begin
	for _, d := range decoratorsFrom(text, begin) {
		s.notes = append(s.notes, Annotation{d.name, unquoted(d.value), s.at(base + d.at)})
	}
}

// unquoted is a decorator's value without the quotes around it.
func unquoted(value string) string {
	if n := len(value); n >= 2 && strings.IndexByte("\"'`", value[0]) >= 0 && value[n-1] == value[0] {
		return value[1 : n-1]
	}
	return value
}
