package view

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"

	"readme/cli/release"
)

// perKind is how many annotations of a kind GitHub shows of one step of a job; it drops the rest without a word. With
// errors, warnings and notices that is well below the 50 of a job.
const perKind = 10

// longestMessage is how much of a fault's text goes into an annotation, in bytes. The whole of it is in the log.
const longestMessage = 2000

// Workflow is what a step of GitHub Actions prints: lines for people, in which foreign text can give no command to the
// runner, and our own commands (groups, annotations, masks) between them. It may be used from several goroutines.
type Workflow struct {
	mu   sync.Mutex
	w    io.Writer
	rest []byte // of a line that has not ended yet
	used map[string]int
}

// NewWorkflow writes to w.
func NewWorkflow(w io.Writer) *Workflow { return &Workflow{w: w, used: map[string]int{}} }

// Write writes lines for people. What has not ended in a new line is held until it does, or until Close.
func (f *Workflow) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest = append(f.rest, p...)
	end := bytes.LastIndexAny(f.rest, "\r\n") + 1
	text := string(f.rest[:end])
	f.rest = append([]byte(nil), f.rest[end:]...)
	return len(p), f.lines(text)
}

// lines writes text so that no line of it is a command. To the runner a carriage return ends a line too.
func (f *Workflow) lines(text string) error {
	var b strings.Builder
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	for line := range strings.Lines(text) {
		b.WriteString(Inert(strings.TrimSuffix(line, "\n")) + "\n")
	}
	_, err := io.WriteString(f.w, b.String())
	return err
}

// command writes one command of ours: "::group::deploy api".
func (f *Workflow) command(name, properties, data string) error {
	if properties != "" {
		properties = " " + properties
	}
	_, err := fmt.Fprintf(f.w, "::%s%s::%s\n", name, properties, data)
	return err
}

// Mask tells the runner which texts to hide from now on, in whatever any program prints. The runner does not show the
// commands themselves; anybody else would, so this is for a real runner only.
func (f *Workflow) Mask(secrets []release.Secret) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	said := map[string]bool{}
	for _, s := range secrets {
		values := []string{s.Reveal()}
		if strings.ContainsAny(values[0], "\r\n") { // a log has lines, and the runner looks at each by itself
			values = append(values, strings.FieldsFunc(values[0], func(r rune) bool { return r == '\r' || r == '\n' })...)
		}
		for _, v := range values {
			if len(strings.TrimSpace(v)) < shortestMask || said[v] {
				continue
			}
			said[v] = true
			if err := f.command("add-mask", "", data(v)); err != nil {
				return err
			}
		}
	}
	return nil
}

// shortestMask keeps values that are in every second line by chance from being hidden there.
const shortestMask = 4

// Faults makes an annotation of each, as many as GitHub shows.
func (f *Workflow) Faults(kind string, faults ...*release.Fault) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range faults {
		f.used[kind]++
		if f.used[kind] > perKind {
			continue
		}
		if err := f.command(kind, place(fault), data(message(fault))); err != nil {
			return err
		}
	}
	return nil
}

// Close writes what was held, and says how many annotations were one too many.
func (f *Workflow) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var text strings.Builder
	if len(f.rest) > 0 {
		text.WriteString(string(f.rest) + "\n")
	}
	f.rest = nil
	for _, kind := range []string{"error", "warning", "notice"} {
		if more := f.used[kind] - perKind; more > 0 {
			fmt.Fprintf(&text, "and %d more %s: GitHub shows %d annotations of a kind, all are in the log above\n", more, plural(more, kind), perKind)
		}
		f.used[kind] = 0
	}
	return f.lines(text.String())
}

// place gives the properties of an annotation.
func place(f *release.Fault) string {
	var all []string
	if f.Where != nil && f.Where.File != "" {
		all = append(all, "file="+property(f.Where.File))
		if f.Where.Line > 0 {
			all = append(all, fmt.Sprintf("line=%d", f.Where.Line))
		}
		if f.Where.Line > 0 && f.Where.Column > 0 {
			all = append(all, fmt.Sprintf("col=%d", f.Where.Column))
		}
	}
	return strings.Join(append(all, "title="+property(release.Printable(f.Title))), ",")
}

// message is what an annotation says below its title.
func message(f *release.Fault) string {
	var lines []string
	if f.Detail != "" {
		lines = append(lines, f.Detail)
	}
	for _, e := range f.Evidence {
		lines = append(append(lines, strings.TrimSuffix(e.Label, ":")+":"), e.Lines...)
	}
	if f.Try != "" {
		lines = append(lines, "try: "+f.Try)
	}
	text := cmp.Or(printable(strings.Join(lines, "\n")), f.Title)
	if len(text) > longestMessage {
		text = strings.ToValidUTF8(text[:longestMessage], "") + "…"
	}
	return text
}

// printable is release.Printable for each line of a text.
func printable(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, release.Printable(strings.TrimRight(line, "\r\n")))
	}
	return strings.Join(lines, "\n")
}

// data escapes what follows the command.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(visible(text))
}

// property escapes the value of a property.
func property(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(visible(text))
}

// Inert is a line that the runner takes for no command: neither "::name::", which counts at the beginning of a line, nor
// the old "##[name]", which counts anywhere. Characters that cannot be seen are dropped: the runner compares texts as people do
// and looks past them, so a command with one in its middle would be none to us and one to it. For the same reason the lines are
// changed where a person sees it. ("::stop-commands::" would do as well, if all that a job prints came in one stream.)
func Inert(line string) string {
	line = visible(line)
	for strings.Contains(line, "##[") {
		line = strings.ReplaceAll(line, "##[", "## [")
	}
	if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") {
		return "| " + line
	}
	return line
}

func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' {
			return '?'
		}
		return r
	}, text)
}
