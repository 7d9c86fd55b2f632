package env

import (
	"strings"
	"unicode/utf8"

	"readme/cli/release"
)

const bom = "\ufeff"

// encoding finds what no line of a .env file may hold. It reports whether there is no use in reading on.
func (s *scanner) encoding() (hopeless bool) {
	top := release.Place{File: s.path, Line: 1, Column: 1}
	if strings.HasPrefix(s.text, "\xff\xfe") || strings.HasPrefix(s.text, "\xfe\xff") {
		s.broken(top, "this is UTF-16", "save the file as UTF-8")
		return true
	}
	if strings.HasPrefix(s.text, bom) {
		s.broken(top, "the file begins with a byte order mark", "save it as UTF-8 without one")
		s.pos, s.bol = len(bom), len(bom)
	}
	if i := invalid(s.text); i >= 0 {
		s.char(i, "this is not UTF-8", "save the file as UTF-8")
	}
	if i := strings.IndexByte(s.text, 0); i >= 0 {
		s.char(i, "there is a NUL character in this line", "take it away: no variable can hold it")
	}
	if i := loneReturn(s.text); i >= 0 {
		s.char(i, "a carriage return stands alone in this line", "save the file with the line ends of Unix or of Windows: programs disagree on whether a line ends here")
	}
	return false
}

// char finds fault with the line of an offset; godotenv is not asked about it and what follows.
func (s *scanner) char(offset int, title, fix string) {
	s.sound = min(s.sound, strings.LastIndexByte(s.text[:offset], '\n')+1)
	line := strings.Count(s.text[:offset], "\n") + 1
	s.find(RuleSyntax, release.Place{File: s.path, Line: line, Column: 1}, title, fix)
}

// invisible finds white space around a key or a value that looks like a space, or like nothing, and is none.
func (s *scanner) invisible(e Entry, space string) {
	if strings.Trim(space, " \t\r") != "" {
		s.find(RuleSyntax, e.At, "there is an invisible character beside the value of "+e.Key, "write the line anew: it was most likely pasted with it")
	}
}

// invalid is the offset of the first byte that is not UTF-8, or -1.
func invalid(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}

// loneReturn is the offset of the first \r that ends no line, or -1.
func loneReturn(text string) int {
	for from := 0; ; {
		i := strings.IndexByte(text[from:], '\r')
		if i < 0 {
			return -1
		}
		from += i + 1
		if from == len(text) || text[from] != '\n' {
			return from - 1
		}
	}
}
