package pipecat

import (
	"fmt"
	"regexp"
	"strings"
)

// bots finds what defines or imports the name bot at the top of a module.
var bots = regexp.MustCompile(`(?m)^(async\s+def|def)\s+bot\s*\(|^bot\s*[=:]|^(from|import)\s.*\bbot\b`)

// formatted finds strings that hold expressions.
var formatted = regexp.MustCompile(`(?i)(^|[^a-z0-9_])(f|fr|rf|t|tr|rt)["']`)

// pythonError finds what no Python would compile, without Python: an open string or bracket. It gives "" where it is
// not sure, and that is so wherever strings hold expressions.
func pythonError(text string) string {
	if formatted.MatchString(text) {
		return ""
	}
	p := python{text: text, line: 1}
	for p.at < len(p.text) && p.wrong == "" {
		p.step()
	}
	if n := len(p.open); n > 0 && p.wrong == "" {
		return fmt.Sprintf("line %d\nSyntaxError: '%c' was never closed", p.open[n-1].line, p.open[n-1].is)
	}
	return p.wrong
}

type python struct {
	text  string
	at    int
	line  int
	open  []bracket
	wrong string
}

type bracket struct {
	is   byte
	line int
}

func (p *python) step() {
	switch c := p.text[p.at]; c {
	case '\n':
		p.line++
	case '#':
		for p.at+1 < len(p.text) && p.text[p.at+1] != '\n' {
			p.at++
		}
	case '"', '\'':
		p.skip()
		return
	case '(', '[', '{':
		p.open = append(p.open, bracket{c, p.line})
	case ')', ']', '}':
		n := len(p.open)
		if n == 0 || !closes(p.open[n-1].is, c) {
			p.wrong = fmt.Sprintf("line %d\nSyntaxError: unmatched '%c'", p.line, c)
			return
		}
		p.open = p.open[:n-1]
	}
	p.at++
}

// skip goes past a string.
func (p *python) skip() {
	quote, begun := p.text[p.at:p.at+1], p.line
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(p.text[p.at:], triple) {
		quote = triple
	}
	for p.at += len(quote); p.at < len(p.text); p.at++ {
		switch {
		case p.text[p.at] == '\\':
			if p.at++; p.at < len(p.text) && p.text[p.at] == '\n' {
				p.line++
			}
		case strings.HasPrefix(p.text[p.at:], quote):
			p.at += len(quote)
			return
		case p.text[p.at] == '\n' && len(quote) == 1:
			p.wrong = fmt.Sprintf("line %d\nSyntaxError: unterminated string literal (detected at line %d)", begun, begun)
			return
		case p.text[p.at] == '\n':
			p.line++
		}
	}
	p.wrong = fmt.Sprintf("line %d\nSyntaxError: unterminated triple-quoted string literal", begun)
}

func closes(open, c byte) bool {
	return open == '(' && c == ')' || open == '[' && c == ']' || open == '{' && c == '}'
}
