package migrate

import "iter"

// TokenKind says what a Token is, as far as it matters to who reads SQL without a grammar.
type TokenKind uint8

// The kinds of tokens.
const (
	TokenWord    TokenKind = iota // a keyword, a name without quotes, a number
	TokenQuoted                   // a string in any spelling, or a name in double quotes
	TokenComment                  // of either kind
	TokenSign                     // any other character, by itself
)

// Token is a piece of SQL that is no space, by byte offsets.
type Token struct {
	Kind       TokenKind
	Start, End int
}

// Tokens cuts SQL into tokens, as the runner reads it. It stops where the text does not go on as SQL; Load has refused a
// file with such a place.
func Tokens(src []byte) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		for at := 0; at < len(src); {
			t, err := scan(src, at)
			if err != nil {
				return
			}
			at = t.end
			kind := TokenSign
			switch t.kind {
			case space:
				continue
			case word:
				kind = TokenWord
			case quoted:
				kind = TokenQuoted
			case lineComment, blockComment:
				kind = TokenComment
			case semicolon, opening, closing, backslash, other:
			}
			if !yield(Token{kind, t.start, t.end}) {
				return
			}
		}
	}
}

// Source is the text of the file, which is not to be changed.
func (m *Migration) Source() []byte { return m.source }

// Place gives the line and the column of a byte of the file, both from 1, the column in characters.
func (m *Migration) Place(at int) (line, column int) { return place(m.source, at) }

// Caret shows the line of a byte of the file, and a ^ under it.
func (m *Migration) Caret(at int) []string { return caret(m.source, at) }

// Edit is the command that opens the file at a byte of it.
func (m *Migration) Edit(at int) string { return m.edit(at) }
