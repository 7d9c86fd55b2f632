package code

import "bytes"

// begins reports whether an expression can begin here: then a slash begins a regular expression, and "<" an element.
func (s *script) begins() bool {
	last := len(s.tokens) - 1
	if last < 0 {
		return true
	}
	switch s.tokens[last].kind {
	case word:
		return s.oneOf(last, "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await", "yield",
			"instanceof", "default", "extends") && !s.is(last-1, ".")
	case punct:
		return !s.oneOf(last, ")", "]", "}")
	default:
		return false
	}
}

// regex scans a regular expression, if that is what the line holds.
func (s *script) regex() bool {
	class := false
	for end := s.i + 1; end < len(s.data) && s.data[end] != '\n'; end++ {
		switch c := s.data[end]; {
		case c == '\\':
			end++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			s.put(number, s.i, end+1)
			s.i = end + 1
			for s.i < len(s.data) && letter(s.data[s.i]) {
				s.i++
			}
			return true
		}
	}
	return false
}

// opens reports whether "<" begins an element, and not the type parameters of a function: <T,>(x: T) => x.
func (s *script) opens() bool {
	rest := s.data[s.i+1:]
	if len(rest) == 0 || rest[0] != '>' && !letter(rest[0]) {
		return false
	}
	n := 0
	for n < len(rest) && (letter(rest[n]) || digit(rest[n])) {
		n++
	}
	rest = bytes.TrimLeft(rest[n:], " \t\r\n")
	return !bytes.HasPrefix(rest, []byte(",")) && !bytes.HasPrefix(rest, []byte("extends "))
}

// element scans an element of JSX: text is skipped, what stands in braces is code.
func (s *script) element() {
	s.put(number, s.i, s.i+1)
	if s.deep++; s.deep > maxNesting {
		s.i = len(s.data)
	}
	if s.tag() {
		s.children()
	}
	s.deep--
	s.put(number, min(s.i, len(s.data)), min(s.i, len(s.data)))
}

// tag scans "<name attributes>", and reports whether children follow.
func (s *script) tag() bool {
	for s.i++; s.i < len(s.data); {
		switch c := s.data[s.i]; {
		case c == '>':
			s.i++
			return true
		case c == '/' && s.peek(1) == '>':
			s.i += 2
			return false
		case c == '/' && s.peek(1) == '*':
			s.past("*/", 2)
		case c == '/' && s.peek(1) == '/':
			s.line()
		case c == '"' || c == '\'':
			s.past(string(c), 1)
		case c == '{':
			s.inBraces()
		case c == '<':
			s.element()
		default:
			s.i++
		}
	}
	return false
}

func (s *script) children() {
	for s.i < len(s.data) {
		switch c := s.data[s.i]; {
		case c == '{':
			s.inBraces()
		case c == '<' && s.peek(1) == '/':
			s.past(">", 2)
			return
		case c == '<':
			s.element()
		default:
			s.i++
		}
	}
}

func (s *script) inBraces() {
	s.sign(1)
	s.code()
	if s.i < len(s.data) {
		s.sign(1)
	}
}
