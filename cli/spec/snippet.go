package spec

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const snippetWidth = 160 // characters of a line that are shown

// snippet shows a line with its number, and a caret under the place. Secrets in it are masked.
func (d *document) snippet(line, column, width int) []string {
	text := []rune(d.line(line))
	start := min(max(column-1, 0), len(text))
	text, start, width = d.mask(text, line, start, min(width, max(len(text)-start, 1)))
	if extra := start - snippetWidth/2; extra > 0 && len(text) > snippetWidth {
		text, start = append([]rune("…"), text[extra:]...), start-extra+1
	}
	if len(text) > snippetWidth {
		text, width = append(text[:snippetWidth:snippetWidth], '…'), min(width, snippetWidth-start)
	}
	number := fmt.Sprintf("%4d | ", line)
	out := []string{number + printable(string(text))}
	if width > 0 {
		out = append(out, strings.Repeat(" ", len(number)-2)+"| "+strings.Repeat(" ", start)+strings.Repeat("^", width))
	}
	return out
}

// printable replaces what could move a terminal's cursor.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return '·'
		}
		return r
	}, s)
}

// width is how many characters of a node's first line are its own.
func (d *document) width(n *yaml.Node) int {
	if len(d.line(n.Line)) > maxLine {
		return 0
	}
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return 1
	}
	width := utf8.RuneCountInString(n.Value)
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		width += 2
	}
	rest := utf8.RuneCountInString(d.line(n.Line)) - n.Column + 1
	return max(min(width, rest), 1)
}

// quote shows a value in a message: short, masked, and on one line.
func quote(s string) string {
	s = HideCredentials(s)
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
