package code

import (
	"bytes"
	"path"
)

// script is a scanner of TypeScript and JavaScript: comments, strings, templates, regular expressions and JSX are told
// apart, so that what stands in a comment or a text is not taken for code.
type script struct {
	*text
	i    int
	jsx  bool
	deep int
}

func scanScript(s *source) *text {
	t := &text{source: s, tokens: make([]lexeme, 0, len(s.data)/4)}
	ext := path.Ext(s.path)
	sc := script{text: t, jsx: ext != ".ts" && ext != ".mts" && ext != ".cts"}
	if bytes.HasPrefix(t.data, []byte("#!")) {
		sc.line()
	}
	for sc.i < len(t.data) { // a bracket too many does not end the file
		sc.code()
		sc.i++
	}
	return t
}

// code scans until the "}" that closes what was open before, which it leaves.
func (s *script) code() {
	if s.deep++; s.deep > maxNesting {
		s.i = len(s.data)
	}
	depth := 0
	for s.i < len(s.data) {
		c := s.data[s.i]
		switch {
		case c <= ' ':
			s.i++
		case c == '/' && s.peek(1) == '/':
			s.line()
		case c == '/' && s.peek(1) == '*':
			s.past("*/", 2)
		case c == '"' || c == '\'':
			s.string(c)
		case c == '`':
			s.template()
		case c == '/' && s.begins() && s.regex():
		case c == '<' && s.jsx && s.begins() && s.opens():
			s.element()
		case letter(c) || c == '$' || c == '#' || c == '@' || c >= 0x80:
			s.word()
		case digit(c):
			s.number()
		case c == '{':
			depth++
			s.sign(1)
		case c == '}':
			if depth == 0 {
				s.deep--
				return
			}
			depth--
			s.sign(1)
		default:
			s.signs()
		}
	}
	s.deep--
}

func (s *script) peek(n int) byte {
	if s.i+n < len(s.data) {
		return s.data[s.i+n]
	}
	return 0
}

func (s *script) line() {
	if n := bytes.IndexByte(s.data[s.i:], '\n'); n >= 0 {
		s.i += n
		return
	}
	s.i = len(s.data)
}

// past skips to what follows an end mark.
func (s *script) past(mark string, from int) {
	from = min(s.i+from, len(s.data))
	if n := bytes.Index(s.data[from:], []byte(mark)); n >= 0 {
		s.i = from + n + len(mark)
		return
	}
	s.i = len(s.data)
}

func (s *script) sign(n int) {
	s.put(punct, s.i, s.i+n)
	s.i += n
}

// signs are those of which more than one character matters here.
func (s *script) signs() {
	for _, sign := range []string{"...", "===", "!==", "==", "!=", "=>", ">=", "<="} {
		if bytes.HasPrefix(s.data[s.i:], []byte(sign)) {
			s.sign(len(sign))
			return
		}
	}
	if s.data[s.i] == '?' && s.peek(1) == '.' && !digit(s.peek(2)) {
		s.sign(2)
		return
	}
	s.sign(1)
}

func (s *script) word() {
	at := s.i
	for s.i++; s.i < len(s.data) && (letter(s.data[s.i]) || digit(s.data[s.i]) || s.data[s.i] == '$' || s.data[s.i] >= 0x80); s.i++ {
	}
	s.put(word, at, s.i)
}

func (s *script) number() {
	at := s.i
	for s.i++; s.i < len(s.data) && (letter(s.data[s.i]) || digit(s.data[s.i]) || s.data[s.i] == '.'); s.i++ {
	}
	s.put(number, at, s.i)
}

// string is one line: a quote without its partner is an apostrophe in what is no code.
func (s *script) string(quote byte) {
	for end := s.i + 1; end < len(s.data) && s.data[end] != '\n'; end++ {
		switch s.data[end] {
		case '\\':
			end++
		case quote:
			s.put(quoted, s.i+1, end)
			s.i = end + 1
			return
		}
	}
	s.sign(1)
}

func (s *script) template() {
	at := s.i
	s.put(quoted, at+1, at+1)
	mine := len(s.tokens) - 1
	for s.i++; s.i < len(s.data); s.i++ {
		switch c := s.data[s.i]; {
		case c == '\\':
			s.i++
		case c == '`':
			s.tokens[mine].end = int32(s.i) //nolint:gosec // as put
			s.i++
			return
		case c == '$' && s.peek(1) == '{':
			s.tokens[mine].kind = pieces
			s.sign(2)
			s.code()
			s.put(punct, min(s.i, len(s.data)), min(s.i+1, len(s.data)))
		}
	}
	s.i = len(s.data)
	s.tokens[mine] = lexeme{kind: number, at: int32(at), end: int32(at)} //nolint:gosec // as put
}
