package code

import (
	"bytes"
	"sort"

	"readme/cli/release"
)

// source is one file that counts as code.
type source struct {
	path     string // relative to the root, with slashes
	language string
	data     []byte
	unit     *unit
	imports  []string // what it imports, as it says it
	golang   *goFile  // of a Go file
	text     *text    // of another, once it was scanned
	uses     []spot
	notes    []spot
	wrappers []wrapper // functions of a script that read what they are told
	lines    []int     // offsets at which lines begin, once asked for
}

// spot is a name, or a text, at a byte of a file.
type spot struct {
	text   string
	offset int
}

func (s *source) use(name string, offset int) {
	if plausible(name) {
		s.uses = append(s.uses, spot{name, offset})
	}
}

func (s *source) mentions(name string) bool { return bytes.Contains(s.data, []byte(name)) }

func (s *source) note(text string, offset int) { s.notes = append(s.notes, spot{text, offset}) }

// place gives line and column (in bytes, as compilers do) of an offset.
func (s *source) place(offset int) release.Place {
	if s.lines == nil {
		s.lines = make([]int, 1, 2+bytes.Count(s.data, []byte("\n")))
		for i, c := range s.data {
			if c == '\n' {
				s.lines = append(s.lines, i+1)
			}
		}
	}
	line := sort.SearchInts(s.lines, offset+1)
	return release.Place{File: s.path, Line: line, Column: offset - s.lines[line-1] + 1}
}

// plausible reports whether a name can be that of a variable.
func plausible(name string) bool {
	for i := range len(name) {
		if c := name[i]; !letter(c) && (i == 0 || !digit(c)) {
			return false
		}
	}
	return name != ""
}

// shouted reports whether a name is written as variables of the environment are: DATABASE_URL. It is asked where the name
// was found in a roundabout way.
func shouted(name string) bool {
	for i := range len(name) {
		if c := name[i]; c >= 'a' && c <= 'z' {
			return false
		}
	}
	return plausible(name)
}

// hasAny reports whether one of some texts stands in a file.
func hasAny(data []byte, texts ...string) bool {
	for _, text := range texts {
		if bytes.Contains(data, []byte(text)) {
			return true
		}
	}
	return false
}

func letter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }
