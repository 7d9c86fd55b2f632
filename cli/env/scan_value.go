package env

import (
	"strings"
	"unicode/utf8"
)

// value reads what stands behind the = of an entry, whose line ends at end.
func (s *scanner) value(e *Entry, end int) {
	text := s.text[e.sign:end]
	body := strings.TrimLeftFunc(text, isSpace)
	e.raw = end - len(body)
	e.rawEnd, e.End = e.raw, s.line
	s.invisible(*e, text[:len(text)-len(body)])
	switch {
	case strings.HasPrefix(body, "'"), strings.HasPrefix(body, `"`):
		s.quoted(e, end)
	default:
		s.plain(e, body, end)
	}
}

// plain reads a value without quotes.
func (s *scanner) plain(e *Entry, body string, end int) {
	next := end
	if i := strings.IndexByte(body, '\r'); i >= 0 { // a lone one, which ends the value for godotenv
		body, next = body[:i], e.raw+i
	}
	value := body
	if i := comment(body); i >= 0 {
		value, e.Inline = body[:i], strings.TrimSpace(body[i+1:])
	}
	trimmed := strings.TrimRightFunc(value, isSpace)
	s.invisible(*e, value[len(trimmed):])
	e.rawEnd = e.raw + len(trimmed)
	if strings.HasPrefix(trimmed, "#") {
		s.find(RuleSyntax, e.At, e.Key+" has no value but a comment, which godotenv takes for the value", "move the comment to a line of its own")
	}
	s.add(e, s.expand(*e, trimmed))
	if strings.HasPrefix(trimmed, "-----BEGIN") && !strings.Contains(trimmed, "-----END") {
		s.block(*e, next)
		return
	}
	s.leave(next)
}

// comment finds where a comment begins in the rest of a line. godotenv takes the last # with a space before it.
func comment(body string) int {
	for to := len(body); ; {
		i := strings.LastIndexByte(body[:to], '#')
		if i <= 0 {
			return -1
		}
		if r, _ := utf8.DecodeLastRuneInString(body[:i]); isSpace(r) {
			return i
		}
		to = i
	}
}

// block skips the lines of a key that was pasted without quotes: nothing of it may be taken for a name, and shown.
func (s *scanner) block(e Entry, end int) {
	s.broken(e.At, e.Key+" has a value of several lines without quotes", "put all of it into double quotes, or write its line breaks as \\n in double quotes")
	s.leave(end)
	if s.endless = s.endless || !strings.Contains(s.text[s.pos:], "-----END"); s.endless {
		return
	}
	for s.pos < len(s.text) {
		end := s.lineEnd(s.pos)
		last := strings.Contains(s.text[s.pos:end], "-----END")
		s.leave(end)
		if last {
			return
		}
	}
}

// quoted reads a value in quotes, over several lines if need be.
func (s *scanner) quoted(e *Entry, end int) {
	length := closing(s.text[e.raw:])
	if length < 0 {
		s.broken(e.At, "the quote of "+e.Key+" is not closed", `close it; a \ before the quote keeps it open`)
		s.lost = true
		s.leave(end)
		return
	}
	e.Quote, e.rawEnd = s.text[e.raw], e.raw+length
	if s.sound < e.rawEnd {
		s.sound = min(s.sound, s.bol) // a line within the value is not sound
	}
	content := strings.ReplaceAll(s.text[e.raw+1:e.rawEnd-1], "\r\n", "\n")
	value := strings.TrimRight(content, string(rune(e.Quote)))
	if len(value) < len(content) {
		s.find(RuleSyntax, e.At, "the value of "+e.Key+" ends in a quote, which godotenv takes away", "put it into the other kind of quotes")
	}
	if e.Quote == '"' {
		value = s.expand(*e, unescape(value))
	}
	if n := strings.Count(s.text[e.raw:e.rawEnd], "\n"); n > 0 {
		end = s.lineEnd(e.rawEnd)
		e.End += n
	}
	rest := strings.TrimFunc(s.text[e.rawEnd:end], isSpace)
	if strings.HasPrefix(rest, "#") {
		e.Inline = strings.TrimSpace(rest[1:])
	} else if rest != "" {
		s.broken(e.At, "text follows the closing quote of "+e.Key, "put the whole value into one pair of quotes")
	}
	s.add(e, value)
	if s.line < e.End {
		s.line = e.End
		s.bol = strings.LastIndexByte(s.text[:e.rawEnd], '\n') + 1
	}
	s.leave(end)
}

// closing is the length of the quoted text that a text begins with, or -1.
func closing(text string) int {
	for i := 1; ; {
		n := strings.IndexByte(text[i:], text[0])
		if n < 0 {
			return -1
		}
		i += n + 1
		if text[i-2] != '\\' {
			return i
		}
	}
}
