package env

import (
	"fmt"
	"slices"
	"strings"

	"readme/cli/release"
)

// Lines is a change of whole lines: those from First to Last (from 1 on, both included) become Text, which has no line ends.
// With Last = First-1 nothing goes, and Text comes before the line First.
type Lines struct {
	First, Last int
	Text        []string
}

// Change gives the file with some lines changed, and every other byte as it was. The new lines end as the lines of the file do,
// and a file whose last line has no end keeps that. Changes that meet, or that lie outside of the file, are an error.
func (f File) Change(changes ...Lines) (File, error) {
	text := f.text.Reveal()
	var lines []string // with their ends
	for line := range strings.Lines(text) {
		lines = append(lines, line)
	}
	changes = slices.Clone(changes)
	slices.SortStableFunc(changes, func(a, b Lines) int { return a.First - b.First })
	end := "\n"
	if strings.Contains(text, "\r\n") {
		end = "\r\n"
	}
	var b strings.Builder
	next := 1 // the first line that is not written yet
	for _, c := range changes {
		if c.First < next || c.Last < c.First-1 || c.Last > len(lines) {
			return File{}, fmt.Errorf("change %s: the lines %d to %d cannot be changed", f.Path, c.First, c.Last)
		}
		b.WriteString(strings.Join(lines[next-1:c.First-1], ""))
		for _, line := range c.Text {
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
				b.WriteString(end)
			}
			b.WriteString(line + end)
		}
		next = c.Last + 1
	}
	b.WriteString(strings.Join(lines[next-1:], ""))
	out := b.String()
	if text != "" && !strings.HasSuffix(text, "\n") {
		out = strings.TrimSuffix(out, end)
	}
	changed, _ := Scan(f.Path, []byte(out))
	return changed, nil
}

// Add gives the file with a new variable behind the line after, its comment lines (without #) above it. The value is written as
// QuoteHere does; the error is ErrQuote, or that the line is not there.
func (f File) Add(after int, key string, value release.Secret, doc ...string) (File, error) {
	spelling, err := QuoteHere(value.Reveal())
	if err != nil {
		return File{}, fmt.Errorf("write %s: %w", key, err)
	}
	var lines []string
	for _, line := range doc {
		lines = append(lines, strings.TrimRight("# "+line, " "))
	}
	return f.Insert(after, append(lines, key+"="+spelling)...)
}

// Insert gives the file with lines behind the line after; 0 is the top, and Entry.End the line behind which another entry belongs.
func (f File) Insert(after int, lines ...string) (File, error) {
	return f.Change(Lines{First: after + 1, Last: after, Text: lines})
}

// With gives the file with another value of a key: of one that stands there twice the last, which counts. The value is written
// as QuoteHere does; the comment behind it and every other byte stay. The error is that the key is not there, that no .env file
// can hold the value (ErrQuote), or that the line is broken. It shows no value.
func (f File) With(key string, value release.Secret) (File, error) {
	e, ok := f.Get(key)
	if !ok {
		return File{}, fmt.Errorf("write %s: it is not in %s", key, f.Path)
	}
	if e.Value.Reveal() == value.Reveal() && !strings.HasPrefix(e.Raw.Reveal(), "#") {
		return f, nil
	}
	spelling, err := QuoteHere(value.Reveal())
	if err != nil {
		return File{}, fmt.Errorf("write %s: %w", key, err)
	}
	text := f.text.Reveal()
	before, after := text[:e.raw], text[e.rawEnd:]
	if strings.HasPrefix(e.Raw.Reveal(), "#") { // a comment where the value should be
		before, after = text[:e.sign], " "+text[e.raw:]
	}
	for _, s := range []string{spelling, "'" + value.Reveal() + "'"} { // a comment right behind a quote needs quotes to stay one
		changed, findings := Scan(f.Path, []byte(before+s+after))
		got, _ := changed.Get(key)
		broken := slices.ContainsFunc(findings, func(x Finding) bool { return x.Rule == RuleSyntax && x.Where == e.At })
		if !broken && got.Value.Reveal() == value.Reveal() && len(changed.Entries) == len(f.Entries) {
			return changed, nil
		}
	}
	return File{}, fmt.Errorf("write %s: its line, %s, is broken", key, e.At)
}
