package env

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"readme/cli/release"
)

// Scan reads the content of a .env file by itself, to the last byte and in one pass; path is for messages. It reads as
// godotenv does wherever that reads anything sensible, and finds fault with what is read differently from how it looks.
func Scan(path string, data []byte) (File, []Finding) {
	s := scan(path, data)
	return s.file(), s.findings
}

// scanner walks through the text once. A statement begins where pos stands, most often at the begin of a line (bol).
type scanner struct {
	path, text     string
	pos, bol, line int
	sound          int // the text up to here is read by godotenv as by us, as far as we know
	entries        []Entry
	findings       []Finding
	first          map[string]int    // of each key, its first entry
	known          map[string]string // values, from the first $ on that needs one
	docs           []string          // comment lines; those from docFrom on stand directly above
	notes          []Annotation
	docFrom        int
	noteFrom       int
	lost           bool // behind a quote that is not closed: only what is clearly a variable is taken for one

	// What was looked for already, so that a line of a megabyte is not gone through again for each of its statements.
	counted, runes int  // of the line, the runes up to an offset
	from, newline  int  // between these offsets is no line feed, and one stands at the second, or the text ends there
	endless        bool // no key in PEM ends in what is left
}

func scan(path string, data []byte) *scanner {
	s := &scanner{path: path, text: string(data), line: 1, sound: len(data), newline: -1}
	if s.encoding() {
		return s
	}
	lines := strings.Count(s.text, "\n") + 1
	s.entries, s.first = make([]Entry, 0, lines/2+1), make(map[string]int, lines/2+1)
	for s.pos < len(s.text) {
		s.next()
	}
	return s
}

func (s *scanner) file() File {
	return File{Path: s.path, Entries: s.entries, text: release.NewSecret(s.text)}
}

// next reads one line, a quoted value of several, or what is left of a line behind a lone carriage return.
func (s *scanner) next() {
	end := s.lineEnd(s.pos)
	line := s.text[s.pos:end]
	body := strings.TrimLeftFunc(line, unicode.IsSpace)
	switch {
	case body == "":
		s.docFrom, s.noteFrom = len(s.docs), len(s.notes)
		s.leave(end)
	case body[0] == '#':
		s.comment(body[1:])
		s.leave(end)
	default:
		s.pos = end - len(body)
		s.statement(body, end)
		s.docFrom, s.noteFrom = len(s.docs), len(s.notes)
	}
}

// lineEnd is where the line of an offset ends: its \n, or the \r of its \r\n.
func (s *scanner) lineEnd(from int) int {
	if from < s.from || from > s.newline {
		s.from, s.newline = from, len(s.text)
		if i := strings.IndexByte(s.text[from:], '\n'); i >= 0 {
			s.newline = from + i
		}
	}
	end := s.newline
	if end > from && end < len(s.text) && s.text[end-1] == '\r' {
		end--
	}
	return end
}

// leave moves on to an offset that lies at or before the end of a line, and behind that end.
func (s *scanner) leave(to int) {
	if strings.HasPrefix(s.text[to:], "\r\n") {
		to++
	}
	if to < len(s.text) && s.text[to] == '\n' {
		to++
		s.line++
		s.bol = to
	}
	s.pos = to
}

// statement reads KEY=value; body is the rest of its line, from pos to end.
func (s *scanner) statement(body string, end int) {
	e := Entry{key: s.pos}
	if rest, ok := strings.CutPrefix(body, "export"); ok {
		if name := strings.TrimLeftFunc(rest, isSpace); len(name) < len(rest) {
			e.Export, e.key, body = true, end-len(name), name
		}
	}
	n, named := name(body)
	rest := strings.TrimLeftFunc(body[n:], isSpace)
	e.Key, e.At, e.sign = body[:n], s.at(e.key), end-len(rest)+1
	yaml := rest != "" && rest[0] == ':' && (rest == ":" || strings.ContainsRune(" \t", rune(rest[1])))
	if !named || rest == "" || rest[0] != '=' && !yaml || s.lost && !shouted(e.Key) || padding(e.Key, rest) {
		s.nothing(e.At, end)
		return
	}
	if yaml {
		s.find(RuleSyntax, e.At, "this line is written KEY: value", "write KEY=value: many programs do not read the colon")
	}
	if strings.Contains(e.Key, ".") {
		s.find(RuleSyntax, e.At, "there is a dot in the name "+e.Key, "write a name of letters, digits and _: shells have no other variables")
	}
	s.lost = false
	s.value(&e, end)
}

// nothing leaves a line that is no statement.
func (s *scanner) nothing(at release.Place, end int) {
	if !s.lost {
		s.broken(at, "this line is not KEY=value", "write a name of letters, digits and _, then =, then the value")
	}
	s.leave(end)
}

// add keeps an entry that was read as far as its raw value, whose line goes on behind it at to.
func (s *scanner) add(e *Entry, value string) {
	e.Raw = release.NewSecret(s.text[e.raw:e.rawEnd])
	if e.Value = e.Raw; value != e.Raw.Reveal() {
		e.Value = release.NewSecret(value)
	}
	if n := len(s.docs); n > s.docFrom {
		e.Doc = s.docs[s.docFrom:n:n]
	}
	if n := len(s.notes); n > s.noteFrom {
		e.Annotations = s.notes[s.noteFrom:n:n]
	}
	if i, twice := s.first[e.Key]; twice {
		first := s.entries[i].At
		e.First = first
		s.find(RuleDuplicate, e.At, fmt.Sprintf("%s stands here twice, in the lines %d and %d", e.Key, first.Line, e.At.Line), "only the last one counts: remove one")
	} else {
		s.first[e.Key] = len(s.entries)
	}
	if s.known != nil {
		s.known[e.Key] = value
	}
	s.entries = append(s.entries, *e)
}

// at is the place of an offset on the current line.
func (s *scanner) at(offset int) release.Place {
	if s.counted < s.bol || s.counted > offset {
		s.counted, s.runes = s.bol, 0
	}
	s.runes += utf8.RuneCountInString(s.text[s.counted:offset])
	s.counted = offset
	return release.Place{File: s.path, Line: s.line, Column: s.runes + 1}
}

func (s *scanner) find(rule string, at release.Place, title, fix string) {
	s.findings = append(s.findings, Finding{Rule: rule, Where: at, Title: title, Fix: fix})
}

// broken finds a line that godotenv reads as something else, or that it cannot read.
func (s *scanner) broken(at release.Place, title, fix string) {
	s.sound = min(s.sound, s.bol)
	s.find(RuleSyntax, at, title, fix)
}

// name measures the name that a text begins with, and tells whether it is one.
func name(text string) (n int, ok bool) {
	for n < len(text) && (isLetter(text[n]) || '0' <= text[n] && text[n] <= '9' || text[n] == '.') {
		n++
	}
	return n, n > 0 && isLetter(text[0])
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' }

// shouted reports whether a key is in capitals, as variables are and lines of a secret are not.
func shouted(key string) bool { return key == strings.ToUpper(key) }

// padding reports whether a line is the end of something in Base64, such as a key that was pasted without quotes: what looks like a
// name is a part of the secret then, and must not be shown as one.
func padding(key, rest string) bool {
	const short = 16
	if shouted(key) {
		return false
	}
	switch strings.TrimRight(rest, " \t\r") {
	case "==":
		return true
	case "=":
		return len(key) >= short && len(key)%4 == 3
	}
	return false
}

// isSpace is godotenv's idea of white space within a line.
func isSpace(r rune) bool {
	switch r {
	case '\t', '\v', '\f', '\r', ' ', 0x85, 0xA0:
		return true
	}
	return false
}
