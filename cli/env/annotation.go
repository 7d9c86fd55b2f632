package env

import (
	"strings"

	"readme/cli/release"
)

// Annotation is one of varlock's: @name or @name=text, in a comment above a variable.
type Annotation struct {
	Name string // without @
	Text string // what follows the =, without quotes
	At   release.Place
}

// comment keeps a line of comment for the variable below it; text is what follows the #.
func (s *scanner) comment(text string) {
	text = strings.TrimRight(text, " \t\r")
	s.docs = append(s.docs, strings.TrimPrefix(text, " "))
	from := strings.TrimLeft(text, " \t")
	if !strings.HasPrefix(from, "@") {
		return
	}
	offset := strings.IndexByte(s.text[s.pos:], '@') + s.pos
	for rest := from; strings.HasPrefix(rest, "@"); {
		at := s.at(offset + len(from) - len(rest))
		length, name, value := annotation(rest)
		if name == "" {
			return
		}
		s.notes = append(s.notes, Annotation{name, value, at})
		rest = strings.TrimLeft(rest[length:], " \t")
	}
}

// annotation reads the one that a text begins with. A value is in quotes, or goes up to a space outside of brackets.
func annotation(text string) (length int, name, value string) {
	i := 1
	for i < len(text) && (isLetter(text[i]) || '0' <= text[i] && text[i] <= '9') {
		i++
	}
	name = text[1:i]
	if i == len(text) || text[i] != '=' {
		return i, name, ""
	}
	from := i + 1
	if from < len(text) && strings.IndexByte("\"'`", text[from]) >= 0 {
		if n := closing(text[from:]); n > 0 {
			return from + n, name, text[from+1 : from+n-1]
		}
	}
	depth := 0
	for i = from; i < len(text); i++ {
		switch c := text[i]; {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case (c == ' ' || c == '\t') && depth <= 0:
			return i, name, text[from:i]
		}
	}
	return i, name, text[from:]
}
