package env

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"readme/cli/release"
)

// statement is one KEY=value, as far as its place goes: what the value is, godotenv says.
type statement struct {
	key          string
	line, column int
	end          int // byte offset behind it
}

var (
	keyShape = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// expansion is what godotenv replaces in a value that is not in single quotes.
	expansion = regexp.MustCompile(`(^|[^\\])\$\{?[A-Z0-9_]`)
)

// scanner finds keys and lines, which godotenv does not tell. It takes only what every reader of .env files takes in
// the same way, and finds fault with the rest.
type scanner struct {
	path, text string
	pos, line  int
	statements []statement
	findings   []Finding
}

func scan(path, text string) ([]statement, []Finding) {
	s := &scanner{path: path, text: text, line: 1}
	for s.pos < len(s.text) {
		s.next()
	}
	return s.statements, s.findings
}

// next reads one line, or a quoted value of several.
func (s *scanner) next() {
	line, _, _ := strings.Cut(s.text[s.pos:], "\n")
	body := strings.TrimLeft(line, " \t")
	column := utf8.RuneCountInString(line[:len(line)-len(body)]) + 1
	if strings.TrimSpace(body) == "" || body[0] == '#' {
		s.skip(len(line) + 1)
		return
	}
	start := len(line) - len(body)
	if rest, ok := strings.CutPrefix(body, "export "); ok {
		start += len(body) - len(strings.TrimLeft(rest, " \t"))
		column += len(body) - len(strings.TrimLeft(rest, " \t"))
		body = strings.TrimLeft(rest, " \t")
	}
	key, value, ok := strings.Cut(body, "=")
	key = strings.TrimRight(key, " \t")
	if !ok || !keyShape.MatchString(key) {
		s.find(RuleSyntax, column, "this line is not KEY=value", "write a name of letters, digits and _, then =, then the value")
		s.skip(len(line) + 1)
		return
	}
	st := statement{key: key, line: s.line, column: column}
	value = strings.TrimLeft(value, " \t")
	offset := start + len(body) - len(value)
	length, ok := s.value(key, value, s.text[s.pos+offset:], column)
	s.skip(offset + length)
	st.end = min(s.pos, len(s.text))
	if ok {
		s.statements = append(s.statements, st)
	}
}

// value measures a value, up to and with the end of its last line. line is its first line, rest all that follows.
func (s *scanner) value(key, line, rest string, column int) (length int, ok bool) {
	switch {
	case strings.HasPrefix(line, "#"):
		s.find(RuleSyntax, column, key+" has no value but a comment, which godotenv takes for the value", "move the comment to a line of its own")
	case strings.HasPrefix(line, "'"), strings.HasPrefix(line, `"`):
		return s.quoted(key, rest, column)
	}
	s.dollar(key, line, column)
	return len(line) + 1, true
}

func (s *scanner) quoted(key, rest string, column int) (length int, ok bool) {
	quote, end := rest[0], -1
	for i := 1; i < len(rest); i++ {
		if rest[i] == quote && rest[i-1] != '\\' {
			end = i
			break
		}
	}
	if end < 0 {
		s.find(RuleSyntax, column, "the quote of "+key+" is not closed", "close it; a \\ before the quote keeps it open")
		return len(rest) + 1, false
	}
	if quote == '"' {
		s.dollar(key, rest[:end], column)
	}
	after, _, _ := strings.Cut(rest[end+1:], "\n")
	if t := strings.TrimSpace(after); t != "" && t[0] != '#' {
		s.find(RuleSyntax, column, "text follows the closing quote of "+key, "put the whole value into one pair of quotes")
	}
	return end + 1 + len(after) + 1, true
}

func (s *scanner) dollar(key, value string, column int) {
	if expansion.MatchString(value) {
		s.find(RuleExpansion, column, key+" has a $ in its value, which godotenv replaces", "put the value into single quotes")
	}
}

func (s *scanner) find(rule string, column int, title, fix string) {
	s.findings = append(s.findings, Finding{Rule: rule, Where: release.Place{File: s.path, Line: s.line, Column: column}, Title: title, Fix: fix})
}

// skip moves on by n bytes and counts the lines.
func (s *scanner) skip(n int) {
	to := min(s.pos+n, len(s.text))
	s.line += strings.Count(s.text[s.pos:to], "\n")
	s.pos = to
}
