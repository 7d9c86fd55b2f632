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
	blocks := map[int][]string{} // behind which line
	var order []int
	for i, v := range variables {
		if _, ok := f.Get(v.Name); ok {
			continue
		}
		after, above := place(variables[:i], variables[i:], f)
		if _, more := blocks[after]; !more {
			order = append(order, after)
		}
		blocks[after] = append(blocks[after], spaced(exampleLines(v), f, above)...)
	}
	out := make([]Lines, 0, len(order))
	for _, after := range order {
		out = append(out, Lines{First: after + 1, Last: after, Text: blocks[after]})
	}
	return out
}

// place is the line behind which a variable belongs, and whether it comes above another one there.
func place(before, behind []spec.Variable, f File) (after int, above bool) {
	for _, v := range slices.Backward(before) {
		if e, ok := first(f, v.Name); ok {
			return e.End, false
		}
	}
	for _, e := range f.Entries {
		if slices.ContainsFunc(behind, func(v spec.Variable) bool { return v.Name == e.Key }) {
			return e.Top() - 1, true
		}
	}
	return lastLine(f), false
}

// first finds an entry where it stands first.
func first(f File, key string) (Entry, bool) {
	i := slices.IndexFunc(f.Entries, func(e Entry) bool { return e.Key == key })
	if i < 0 {
		return Entry{}, false
	}
	return f.Entries[i], true
}

func spaced(block []string, f File, above bool) []string {
	switch text := f.Bytes(); {
	case len(f.Entries) > 1 && !slices.ContainsFunc(strings.Split(strings.TrimSpace(string(text)), "\n"), blank), len(text) == 0:
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
