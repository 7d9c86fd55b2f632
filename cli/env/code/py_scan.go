package code

import "bytes"

// scanPython tells comments and strings from code. The expressions in an f-string are tokens, too.
func scanPython(s *source) *text {
	t := &text{source: s, tokens: make([]lexeme, 0, len(s.data)/4), aliases: map[string]bool{}, models: map[string]bool{}, handed: map[int]bool{}, seen: map[wrapper]bool{}}
	p := pythonScanner{text: t}
	p.code(len(s.data), 0)
	return t
}

type pythonScanner struct {
	*text
	i     int
	depth int // of brackets
}

// code scans up to an end.
func (s *pythonScanner) code(end, deep int) {
	for s.i < end {
		c := s.data[s.i]
		switch {
		case c == '\n':
			s.newline(end)
		case c == '\\' && s.i+1 < end && (s.data[s.i+1] == '\n' || s.data[s.i+1] == '\r'):
			s.i += 2
		case c <= ' ':
			s.i++
		case c == '#':
			for s.i < end && s.data[s.i] != '\n' {
				s.i++
			}
		case c == '"' || c == '\'':
			s.string(s.i, end, deep)
		case letter(c) || c >= 0x80:
			s.word(end, deep)
		case digit(c):
			at := s.i
			for s.i < end && (letter(s.data[s.i]) || digit(s.data[s.i]) || s.data[s.i] == '.') {
				s.i++
			}
			s.put(number, at, s.i)
		default:
			s.sign(end)
		}
	}
}

func (s *pythonScanner) newline(end int) {
	s.i++
	if s.depth > 0 {
		return
	}
	at := s.i
	for s.i < end && (s.data[s.i] == ' ' || s.data[s.i] == '\t') {
		s.i++
	}
	if s.i < end && !bytes.ContainsRune([]byte("\r\n#"), rune(s.data[s.i])) {
		s.put(newline, at, s.i)
	}
}

func (s *pythonScanner) word(end, deep int) {
	at := s.i
	for s.i < end && (letter(s.data[s.i]) || digit(s.data[s.i]) || s.data[s.i] >= 0x80) {
		s.i++
	}
	if s.i < end && (s.data[s.i] == '"' || s.data[s.i] == '\'') && s.i-at <= 2 && prefix(s.data[at:s.i]) {
		s.string(at, end, deep)
		return
	}
	s.put(word, at, s.i)
}

// prefix reports whether letters before a quote belong to the string: r"", Rb"", f"".
func prefix(letters []byte) bool {
	for _, c := range letters {
		if !bytes.ContainsRune([]byte("rbfut"), rune(c|0x20)) {
			return false
		}
	}
	return true
}

func (s *pythonScanner) sign(end int) {
	n := 1
	c := s.data[s.i]
	if s.i+1 < end && s.data[s.i+1] == '=' && bytes.ContainsRune([]byte("=!<>:"), rune(c)) {
		n = 2
	}
	switch c {
	case '(', '[', '{':
		s.depth++
	case ')', ']', '}':
		s.depth = max(0, s.depth-1)
	}
	s.put(punct, s.i, s.i+n)
	s.i += n
}

// string scans a string whose prefix begins at.
func (s *pythonScanner) string(at, end, deep int) {
	format := bytes.ContainsAny(s.data[at:s.i], "fFtT")
	mark := s.data[s.i : s.i+1]
	if s.i+3 <= end && s.data[s.i+1] == mark[0] && s.data[s.i+2] == mark[0] {
		mark = s.data[s.i : s.i+3]
	}
	s.i += len(mark)
	begin := s.i
	s.put(quoted, begin, begin)
	mine := len(s.tokens) - 1
	for s.i < end {
		c := s.data[s.i]
		switch {
		case bytes.HasPrefix(s.data[s.i:end], mark):
			s.tokens[mine].end = int32(s.i) //nolint:gosec // as put
			s.i += len(mark)
			return
		case c == '\\':
			s.i += 2
		case c == '\n' && len(mark) == 1:
			s.tokens[mine].kind = number // not closed: this is no Python
			return
		case c == '{' && format && deep < 20:
			if s.i+1 < end && s.data[s.i+1] == '{' {
				s.i += 2
				continue
			}
			s.tokens[mine].kind = pieces
			s.field(end, mark, deep)
		default:
			s.i++
		}
	}
	s.i = min(s.i, end)
	s.tokens[mine].kind = number
}

// field scans an expression in an f-string.
func (s *pythonScanner) field(end int, mark []byte, deep int) {
	open := s.i
	s.put(punct, open, open+1)
	stop, depth := open+1, 1
	for ; stop < end && depth > 0; stop++ {
		switch c := s.data[stop]; {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == '\n' && len(mark) == 1:
			end = stop
		}
	}
	if depth > 0 {
		s.i = max(stop, open+1)
		return
	}
	s.i = open + 1
	before := s.depth
	s.depth++
	s.code(stop-1, deep+1)
	s.depth = before
	s.i = stop
	s.put(punct, stop-1, stop)
}
