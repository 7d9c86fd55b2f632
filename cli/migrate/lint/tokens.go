package lint

import (
	"strings"

	"readme/cli/migrate"
)

// tok is a token of a statement. Comments are left out.
type tok struct {
	text       string // as it is written
	word       string // lower case for a bare word, the name for one in double quotes, the sign itself; "" for a string
	bare       bool   // a word without quotes, which may be a keyword
	start, end int    // in the file
}

// stmt is a statement, cut into tokens.
type stmt struct {
	src    []byte // of the file
	toks   []tok
	create *createTable // if it is a CREATE TABLE
	alter  *alterTable  // if it is an ALTER TABLE
}

// most is how many tokens a statement may have. One with more is data, not a change of tables, and no rule looks at it.
const most = 50_000

func cut(src []byte, s migrate.Statement) (stmt, bool) {
	out := stmt{src: src}
	text := []byte(s.SQL)
	for t := range migrate.Tokens(text) {
		if t.Kind == migrate.TokenComment {
			continue
		}
		if len(out.toks) == most {
			return stmt{}, false
		}
		out.toks = append(out.toks, newTok(text, s.Offset, t))
	}
	if t, ok := readCreateTable(out); ok {
		out.create = &t
	}
	if t, ok := readAlterTable(out); ok {
		out.alter = &t
	}
	return out, true
}

func newTok(text []byte, offset int, t migrate.Token) tok {
	one := tok{text: string(text[t.Start:t.End]), start: offset + t.Start, end: offset + t.End}
	switch {
	case t.Kind == migrate.TokenWord:
		one.word, one.bare = strings.ToLower(one.text), true
	case t.Kind == migrate.TokenSign:
		one.word = one.text
	case strings.HasPrefix(one.text, `"`):
		one.word = strings.ReplaceAll(one.text[1:len(one.text)-1], `""`, `"`)
	}
	return one
}

// is reports whether a token is this keyword or sign.
func (t tok) is(word string) bool { return t.word == word && (t.bare || t.word == t.text) }

// isName reports whether a token can be a name.
func (t tok) isName() bool {
	return t.word != "" && (t.bare && (t.word[0] < '0' || t.word[0] > '9') || strings.HasPrefix(t.text, `"`))
}

// span is the part of the file that tokens take.
func span(toks []tok) Span {
	if len(toks) == 0 {
		return Span{}
	}
	return Span{toks[0].start, toks[len(toks)-1].end}
}

// text is the part of the file that tokens take, as it is written.
func (s stmt) text(toks []tok) string {
	at := span(toks)
	return string(s.src[at.Start:at.End])
}

// find gives the index of the first of these keywords that stands outside of parentheses, one after the other; -1 if they do not.
func find(toks []tok, words ...string) int {
	depth := 0
	for i, t := range toks {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth == 0 && matches(toks[i:], words):
			return i
		}
	}
	return -1
}

func has(toks []tok, words ...string) bool { return find(toks, words...) >= 0 }

func matches(toks []tok, words []string) bool {
	if len(toks) < len(words) {
		return false
	}
	for i, w := range words {
		if !toks[i].is(w) {
			return false
		}
	}
	return true
}

// split cuts at the commas outside of parentheses.
func split(toks []tok) [][]tok {
	var out [][]tok
	depth, from := 0, 0
	for i, t := range toks {
		switch {
		case t.is("("), t.is("["):
			depth++
		case t.is(")"), t.is("]"):
			depth--
		case t.is(",") && depth == 0:
			if i > from {
				out = append(out, toks[from:i])
			}
			from = i + 1
		}
	}
	if from < len(toks) {
		out = append(out, toks[from:])
	}
	return out
}
