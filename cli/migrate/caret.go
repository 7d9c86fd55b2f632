package migrate

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// shownWidth is how much of a long line is shown around the caret, in characters on each side.
const shownWidth = 60

// caret shows the line of src that holds the byte offset at, and a ^ under the character there.
func caret(src []byte, at int) []string {
	at = min(at, len(src))
	line, _ := place(src, at)
	from := bytes.LastIndexByte(src[:at], '\n') + 1
	to := len(src)
	if n := bytes.IndexByte(src[at:], '\n'); n >= 0 {
		to = at + n
	}
	before, after := visible(src[from:at]), visible(src[at:to])
	if len(before) > shownWidth {
		before = append([]rune("…"), before[len(before)-shownWidth:]...)
	}
	if len(after) > shownWidth {
		after = append(after[:shownWidth:shownWidth], '…')
	}
	number := fmt.Sprintf("%d | ", line)
	return []string{
		number + string(before) + string(after),
		strings.Repeat(" ", len(number)-2) + "| " + blank(before) + "^",
	}
}

// visible is the text's characters, with those replaced that a terminal would obey, or not show at all.
func visible(text []byte) []rune {
	runes := []rune(string(text))
	for i, r := range runes {
		if (r < ' ' && r != '\t') || r == '\ufeff' || (r >= 0x7f && r < 0xa0) {
			runes[i] = utf8.RuneError
		}
	}
	return runes
}

// blank is as wide on a terminal as text is, and draws nothing.
func blank(text []rune) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case wide(r):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func wide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

// characters gives the byte offset of the n-th character of s, counted from 1 as Postgres does in its errors.
func characters(s string, n int) int {
	at := 0
	for i := 1; i < n && at < len(s); i++ {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}
