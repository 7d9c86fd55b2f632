package migrate

import (
	"bytes"
	"unicode/utf8"
)

// kind is what a token is. Only what matters for cutting a file into statements is told apart.
type kind uint8

const (
	space kind = iota
	lineComment
	blockComment
	word   // a keyword, an identifier, a number
	quoted // a string or a quoted identifier, in any of its spellings
	semicolon
	opening // (
	closing // )
	backslash
	other
)

// token is a piece of the source, by byte offsets.
type token struct {
	kind       kind
	start, end int
}

// scanError is a piece that does not end, or a character that SQL does not have.
type scanError struct {
	at   int // byte offset of its beginning
	what string
}

func (e *scanError) Error() string { return e.what }

// scan reads the token at offset at, as Postgres's own lexer (scan.l) does with standard_conforming_strings on.
func scan(src []byte, at int) (token, error) {
	c := src[at]
	switch {
	case isSpace(c):
		end := at + 1
		for end < len(src) && isSpace(src[end]) {
			end++
		}
		return token{space, at, end}, nil
	case hasAt(src, at, "--"):
		return token{lineComment, at, lineEnd(src, at)}, nil
	case hasAt(src, at, "/*"):
		return scanBlockComment(src, at)
	case c == '\'':
		return scanQuoted(src, at, at, false)
	case c == '"':
		return scanQuoted(src, at, at, false)
	case c == '$':
		return scanDollar(src, at)
	case isWordStart(c):
		return scanWord(src, at)
	case c >= '0' && c <= '9':
		end := at + 1
		for end < len(src) && (src[end] >= '0' && src[end] <= '9' || src[end] == '_' || src[end] == '.') {
			end++
		}
		return token{word, at, end}, nil
	case c == ';':
		return token{semicolon, at, at + 1}, nil
	case c == '(':
		return token{opening, at, at + 1}, nil
	case c == ')':
		return token{closing, at, at + 1}, nil
	case c == '\\':
		return token{backslash, at, at + 1}, nil
	}
	return token{other, at, at + 1}, nil
}

func scanWord(src []byte, at int) (token, error) {
	// e'…' is a string in which a backslash escapes; b, n, x and u& strings end as plain ones do.
	if (src[at] == 'e' || src[at] == 'E') && hasAt(src, at+1, "'") {
		return scanQuoted(src, at, at+1, true)
	}
	end := at + 1
	for end < len(src) && isWordPart(src[end]) {
		end++
	}
	return token{word, at, end}, nil
}

// scanQuoted reads a string or a quoted identifier that begins at start and whose quote is at open.
func scanQuoted(src []byte, start, open int, escapes bool) (token, error) {
	q := src[open]
	for i := open + 1; i < len(src); i++ {
		switch {
		case src[i] == '\\' && escapes:
			i++
		case src[i] != q:
		case hasAt(src, i+1, string(q)):
			i++
		default:
			if next, ok := continued(src, i+1); ok && escapes {
				i = next // 'a' <newline> 'b' is one string, and the second half escapes like the first
				continue
			}
			return token{quoted, start, i + 1}, nil
		}
	}
	what := "this string does not end: a ' is missing"
	if q == '"' {
		what = `this name does not end: a " is missing`
	}
	return token{}, &scanError{start, what}
}

// continued reports whether a string that ends before at goes on with a quote on a later line, and where that is.
func continued(src []byte, at int) (int, bool) {
	newline := false
	for at < len(src) {
		switch {
		case src[at] == '\n' || src[at] == '\r':
			newline = true
			at++
		case isSpace(src[at]):
			at++
		case hasAt(src, at, "--"):
			at = lineEnd(src, at)
		default:
			return at, newline && src[at] == '\''
		}
	}
	return 0, false
}

// scanDollar reads $tag$ … $tag$, or the lone $ of a parameter such as $1.
func scanDollar(src []byte, at int) (token, error) {
	end := at + 1
	if end < len(src) && isWordStart(src[end]) {
		for end < len(src) && isTagPart(src[end]) {
			end++
		}
	}
	if end >= len(src) || src[end] != '$' {
		return token{other, at, at + 1}, nil
	}
	tag := src[at : end+1]
	n := bytes.Index(src[end+1:], tag)
	if n < 0 {
		return token{}, &scanError{at, "this text does not end: a closing " + string(tag) + " is missing"}
	}
	return token{quoted, at, end + 1 + n + len(tag)}, nil
}

func scanBlockComment(src []byte, at int) (token, error) {
	depth := 1
	for i := at + 2; i < len(src); {
		switch {
		case hasAt(src, i, "/*"):
			depth++
			i += 2
		case hasAt(src, i, "*/"):
			depth--
			i += 2
			if depth == 0 {
				return token{blockComment, at, i}, nil
			}
		default:
			i++
		}
	}
	return token{}, &scanError{at, "this comment does not end: a */ is missing"}
}

func hasAt(src []byte, at int, what string) bool {
	return at <= len(src) && bytes.HasPrefix(src[at:], []byte(what))
}

func lineEnd(src []byte, at int) int {
	if n := bytes.IndexAny(src[at:], "\n\r"); n >= 0 {
		return at + n
	}
	return len(src)
}

func isSpace(c byte) bool { return c == ' ' || (c >= '\t' && c <= '\r') }

func isWordStart(c byte) bool {
	return c == '_' || c >= utf8.RuneSelf || (c|0x20 >= 'a' && c|0x20 <= 'z')
}

func isTagPart(c byte) bool { return isWordStart(c) || (c >= '0' && c <= '9') }

func isWordPart(c byte) bool { return isTagPart(c) || c == '$' }
