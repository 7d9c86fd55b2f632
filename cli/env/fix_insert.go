package env

import (
	"slices"
	"strings"

	"readme/cli/spec"
)

// missingLines insert what is missing: behind the nearest variable before it in the matrix that is there, or else above the first
// one that is, or at the end. They keep the blank lines between variables if the file has any.
func missingLines(m *spec.Matrix, s spec.Service, f File) []Lines {
	variables := m.Of(s.Name)
	at := seatsIn(f, variables)
	gaps := len(f.Bytes()) > 0 && (len(f.Entries) < 2 || slices.ContainsFunc(strings.Split(strings.TrimSpace(string(f.Bytes())), "\n"), blank))
	blocks := map[int][]string{} // behind which line
	var order []int
	for i, v := range variables {
		if _, ok := at.first[v.Name]; ok {
			continue
		}
		after, above := at.of(i)
		if _, more := blocks[after]; !more {
			order = append(order, after)
		}
		blocks[after] = append(blocks[after], spaced(exampleLines(v), gaps, above)...)
	}
	out := make([]Lines, 0, len(order))
	for _, after := range order {
		out = append(out, Lines{First: after + 1, Last: after, Text: blocks[after]})
	}
	return out
}

// seats are the places of variables in a file, in the order of the matrix.
type seats struct {
	variables []spec.Variable
	first     map[string]Entry // of each key, where it stands first
	above     int              // the line behind which comes what belongs above all that is there, or -1 where nothing is
	end       int              // the last line
}

func seatsIn(f File, variables []spec.Variable) seats {
	s := seats{variables: variables, first: make(map[string]Entry, len(f.Entries)), above: -1, end: lastLine(f)}
	wanted := make(map[string]bool, len(variables))
	for _, v := range variables {
		wanted[v.Name] = true
	}
	for _, e := range f.Entries {
		if !e.Again() {
			s.first[e.Key] = e
		}
		if s.above < 0 && wanted[e.Key] {
			s.above = e.Top() - 1
		}
	}
	return s
}

// of is the line behind which a variable that is not there belongs, and whether it comes above another one.
func (s seats) of(i int) (after int, above bool) {
	for _, v := range slices.Backward(s.variables[:i]) {
		if e, ok := s.first[v.Name]; ok {
			return e.End, false
		}
	}
	if s.above >= 0 {
		return s.above, true
	}
	return s.end, false
}

func spaced(block []string, gaps, above bool) []string {
	switch {
	case !gaps:
		return block
	case above:
		return append(slices.Clone(block), "")
	}
	return append([]string{""}, block...)
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }

func lastLine(f File) int {
	text := string(f.Bytes())
	n := strings.Count(text, "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		n++
	}
	return n
}
