package view

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"readme/cli/release"
)

// markdown is a text for GitHub in the making, of at most limit bytes. Foreign text is in it only as code, or escaped: it can
// neither format, nor link, nor call anybody by @name.
type markdown struct {
	strings.Builder
	limit int
	left  int // blocks that did not fit
}

// leftNote is kept free at the end, to say that something is missing.
const leftNote = 160

// block adds a paragraph if it fits. It is ours, or made by inline, code or link.
func (m *markdown) block(text string) {
	text = strings.TrimRight(text, "\n") + "\n\n"
	if m.Len()+len(text) > m.limit-leftNote {
		m.left++
		return
	}
	m.WriteString(text)
}

// fence adds lines as they are. Where not all fit the first ones stay.
func (m *markdown) fence(text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	longest := 2
	for i, line := range lines {
		lines[i] = release.Printable(line)
		longest = max(longest, ticks(line))
	}
	mark := strings.Repeat("`", longest+1)
	const note = "… the rest is in the log"
	room := m.limit - leftNote - m.Len() - 2*len(mark) - len("text\n\n\n\n"+note)
	fit, used := 0, 0
	for ; fit < len(lines) && used+len(lines[fit])+1 <= room; fit++ {
		used += len(lines[fit]) + 1
	}
	switch {
	case fit == 0:
		m.left++
		return
	case fit < len(lines):
		m.left++
		lines = append(lines[:fit:fit], note)
	}
	m.WriteString(mark + "text\n" + strings.Join(lines, "\n") + "\n" + mark + "\n\n")
}

// rows adds a table, as many rows of it as fit.
func (m *markdown) rows(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	text := "| " + strings.Join(head, " | ") + " |\n|" + strings.Repeat(" --- |", len(head)) + "\n"
	if m.Len()+len(text) > m.limit-leftNote {
		m.left++
		return
	}
	m.WriteString(text)
	for _, row := range rows {
		line := "| " + strings.Join(row, " | ") + " |\n"
		if m.Len()+len(line)+1 > m.limit-leftNote {
			m.left++
			continue
		}
		m.WriteString(line)
	}
	m.WriteString("\n")
}

// bytes is the whole text.
func (m *markdown) bytes() []byte {
	if m.left > 0 {
		return fmt.Appendf([]byte(m.String()), "_Not all fits in here (%d %s cut): `readme-ops show` and the log have the rest._\n", m.left, plural(m.left, "part"))
	}
	return []byte(m.String())
}

// ticks is the longest run of backticks in a text.
func ticks(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// code is a foreign text on one line, also within a table.
func code(text string) string {
	text = strings.TrimSpace(release.Printable(strings.ReplaceAll(text, "\n", " ")))
	if text == "" {
		return ""
	}
	const longest = 300
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	mark := strings.Repeat("`", ticks(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return mark + strings.ReplaceAll(text, "|", `\|`) + mark
}

// inline is a text in a sentence.
func inline(text string) string {
	var b strings.Builder
	before := ' '
	for _, r := range release.Printable(strings.ReplaceAll(text, "\n", " ")) {
		if strings.ContainsRune("\\`*_{}[]<>()#+-!|~&$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		if r == '@' && !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			b.WriteString("\u200b") // or it would call somebody
		}
		before = r
	}
	return b.String()
}

// link is an address that can be followed, if it is one.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || strings.ContainsAny(u.String(), "<>|`\\ ") {
		return code(address)
	}
	return "<" + u.String() + ">"
}
