package spec

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"readme/cli/release"
)

const (
	maxFile   = 1 << 20 // bytes; a plan that a person wrote is a few KB
	maxDepth  = 20      // of nesting
	maxFaults = 100     // who has more mistakes than that reads the first ones first
	maxList   = 1000    // entries of one list or mapping
	maxLine   = 4096    // bytes of a line that is shown as evidence
)

// document is one of the two files while it is read.
type document struct {
	file   string
	lines  []string
	root   *yaml.Node
	values map[string]value // everything that was read, by its path: "deploy.api.after[0]"
	hidden map[int]int      // by line, the column from where on no evidence may show it
	faults []mistake
}

// mistake is a fault, and how many characters are underlined in its line.
type mistake struct {
	*release.Fault
	width int
}

// open parses a file as far as YAML itself is concerned. With ok false there is nothing to read in it, and its
// faults say why.
func open(file string, data []byte) (d *document, ok bool) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	d = &document{file: file, values: map[string]value{}, hidden: map[int]int{}}
	if len(data) > maxFile {
		d.add(1, 1, 0, "the file is too large", fmt.Sprintf("it has %d bytes, the limit is %d", len(data), maxFile))
		return d, false
	}
	d.lines = lines(string(data))
	if !d.legible(data) {
		return d, false
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	root := &yaml.Node{}
	switch err := decoder.Decode(root); {
	case errors.Is(err, io.EOF):
		d.add(1, 1, 0, "the file is empty", "its first line is: version: 1")
		return d, false
	case err != nil:
		d.syntax(err)
		return d, false
	}
	second := &yaml.Node{}
	switch err := decoder.Decode(second); {
	case err == nil:
		d.add(second.Line, second.Column, 1, "a second document begins", "one file holds one document: remove the ---")
		return d, false
	case !errors.Is(err, io.EOF):
		d.syntax(err)
		return d, false
	}
	d.root = root.Content[0]
	d.conceal()
	d.vet(d.root, 1)
	return d, len(d.faults) == 0
}

// legible finds what is no text: bytes that are no UTF-8, and control characters, which YAML forbids.
func (d *document) legible(data []byte) bool {
	line, column := 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			d.add(line, column, 0, "this is not UTF-8", fmt.Sprintf("byte 0x%02x cannot stand here: save the file as UTF-8", data[i]))
			return false
		case r == '\n':
			line, column = line+1, 0
		case r < ' ' && r != '\t' && r != '\r', r >= 0x7f && r < 0xa0 && r != 0x85, r == 0xfffe, r == 0xffff, r == 0xfeff:
			d.add(line, column, 0, "a control character stands here", fmt.Sprintf("%U: remove it", r))
			return false
		}
		i, column = i+size, column+1
	}
	return true
}

// lines cuts a text where YAML sees line breaks.
func lines(text string) []string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	return strings.Split(text, "\n")
}

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// syntax turns an error of the parser into a fault. The parser knows the line, at times one too early.
func (d *document) syntax(err error) {
	line, why := 1, err.Error()
	d.concealUnread()
	if m := yamlError.FindStringSubmatch(why); m != nil {
		why = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	for _, n := range []int{line, line + 1} {
		indent := strings.TrimLeft(d.line(n), " ")
		if strings.HasPrefix(indent, "\t") {
			d.add(n, utf8.RuneCountInString(d.line(n))-utf8.RuneCountInString(indent)+1, 1, "a tab indents this line", "YAML takes spaces only: use two")
			return
		}
	}
	detail := why
	if strings.Contains(why, "mapping values are not allowed") || strings.Contains(why, "did not find expected") || strings.Contains(why, "cannot start any token") {
		detail += `; a text with ": ", "#", "@" or a bracket in it needs quotes, and a list or mapping its closing bracket`
	}
	d.add(line, 0, 0, "this is not YAML", detail)
}

// vet refuses what would make a file mean something else than what it shows.
func (d *document) vet(n *yaml.Node, depth int) {
	switch {
	case depth > maxDepth:
		d.at(n, "this is nested too deeply", fmt.Sprintf("more than %d levels", maxDepth))
		return
	case n.Kind == yaml.AliasNode:
		d.at(n, "aliases are not supported", "write the value out")
		return
	case n.Tag == "!!merge":
		d.at(n, "merge keys are not supported", "write the keys out")
	case n.Anchor != "":
		d.at(n, "anchors are not supported", fmt.Sprintf("remove &%s, and write the value out where it is used", n.Anchor))
	case n.Style&yaml.TaggedStyle != 0:
		d.at(n, "tags are not supported", "remove "+n.Tag)
	}
	for _, c := range n.Content {
		d.vet(c, depth+1)
	}
}

// at adds a fault at a node.
func (d *document) at(n *yaml.Node, title, detail string) {
	d.add(n.Line, n.Column, d.width(n), title, detail)
}

// add adds a fault at a place, and underlines width characters there; with width 0 it shows the line without a caret.
func (d *document) add(line, column, width int, title, detail string) {
	d.faults = append(d.faults, mistake{&release.Fault{
		Title: title, Detail: detail, Exit: release.ExitInvalid,
		Where: &release.Place{File: d.file, Line: line, Column: column},
	}, width})
}

// hopeless reports whether there are so many faults that it helps nobody to look for more of the same.
func (d *document) hopeless() bool { return len(d.faults) > 10*maxFaults }

func (d *document) line(n int) string {
	if n < 1 || n > len(d.lines) {
		return ""
	}
	return d.lines[n-1]
}

// sorted gives the faults in the order of the lines, with the lines, and not more of them than a person can read.
func (d *document) sorted() release.Faults {
	slices.SortStableFunc(d.faults, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.Where.Line, b.Where.Line), cmp.Compare(a.Where.Column, b.Where.Column))
	})
	var out release.Faults
	for _, m := range d.faults[:min(len(d.faults), maxFaults)] {
		if source := d.line(m.Where.Line); source != "" && len(source) <= maxLine {
			m.Evidence = []release.Evidence{{Label: d.file, Lines: d.snippet(m.Where.Line, m.Where.Column, m.width)}}
		}
		if next := m.Where.Line + 1; m.Where.Column == 0 && len(m.Evidence) > 0 && next <= len(d.lines) && len(d.line(next)) <= maxLine {
			m.Evidence[0].Lines = append(m.Evidence[0].Lines, d.snippet(next, 1, 0)...) // of syntax, whose line is not sure
		}
		out = append(out, m.Fault)
	}
	if extra := len(d.faults) - maxFaults; extra > 0 {
		out[maxFaults-1].Title += fmt.Sprintf(", and %d more mistakes follow", extra)
	}
	return out
}
