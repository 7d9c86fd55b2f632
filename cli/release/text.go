package release

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable makes a foreign text (a log line, a title, a vendor's message) safe to show on one line of a terminal: colours and other
// escape sequences go, a tab becomes four spaces, and every other control or direction character becomes "?".
// What is left cannot move the cursor, set a title or read backwards.
func Printable(text string) string {
	if !strings.ContainsFunc(text, unsafe) && utf8.ValidString(text) {
		return text
	}
	text = escapes.ReplaceAllString(strings.ToValidUTF8(text, "\uFFFD"), "")
	text = strings.ReplaceAll(text, "\t", "    ")
	return strings.Map(func(r rune) rune {
		if unsafe(r) {
			return '?'
		}
		return r
	}, text)
}

// escapes are the sequences of ECMA-48 that programs write into their output: CSI (colours, cursor), OSC (title, links).
var escapes = regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)")

func unsafe(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return true
	case r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069': // Trojan Source
		return true
	}
	return false
}
