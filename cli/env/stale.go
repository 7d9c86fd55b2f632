package env

import (
	"iter"
	"strings"
	"unicode/utf8"

	"readme/cli/release"
	"readme/cli/spec"
)

// stale is an annotation that says something else than the matrix.
type stale struct {
	variable spec.Variable
	lines    []Lines       // what corrects it
	at       release.Place // of the first word that is wrong, or behind which one is missing
}

// staleOnes finds the annotations of an example that are stale. Of a variable that stands there twice nobody knows which
// comment is meant.
func staleOnes(variables []spec.Variable, f File) iter.Seq[stale] {
	return func(yield func(stale) bool) {
		last := make(map[string]int, len(f.Entries))
		for i, e := range f.Entries {
			last[e.Key] = i
		}
		lines := strings.Split(string(f.Bytes()), "\n")
		for _, v := range variables {
			i, ok := last[v.Name]
			if !ok || len(f.Entries[i].Annotations) == 0 || f.Entries[i].Again() {
				continue
			}
			e := f.Entries[i]
			doc := make([]string, len(e.Doc))
			for i := range doc {
				doc[i] = strings.TrimSuffix(lines[e.Top()-1+i], "\r")
			}
			if asWritten(doc, v) {
				continue
			}
			after, line, column := mendDoc(doc, v)
			if line < 0 {
				continue
			}
			at := release.Place{File: f.Path, Line: e.Top() + line, Column: utf8.RuneCountInString(doc[line][:column]) + 1}
			if !yield(stale{v, changedLines(e.Top(), doc, after), at}) {
				return
			}
		}
	}
}

// asWritten reports whether a comment says what we write ourselves and nothing else, as most do: there is nothing to take apart.
func asWritten(doc []string, v spec.Variable) bool {
	found := false
	for _, line := range doc {
		text := strings.TrimLeft(strings.TrimPrefix(line, "#"), " \t")
		switch {
		case !strings.HasPrefix(text, "@"):
		case text != Annotate(v):
			return false
		default:
			found = true
		}
	}
	return found
}

// changedLines are those that differ, each for itself: the others keep their line ends too.
func changedLines(top int, before, after []string) (out []Lines) {
	for i := range before {
		switch after[i] {
		case before[i]:
		case emptied:
			out = append(out, Lines{First: top + i, Last: top + i})
		default:
			out = append(out, Lines{First: top + i, Last: top + i, Text: after[i : i+1]})
		}
	}
	return out
}

func staleLines(m *spec.Matrix, s spec.Service, f File) (out []Lines) {
	for one := range staleOnes(m.Of(s.Name), f) {
		out = append(out, one.lines...)
	}
	return out
}

// annotations are the findings about them; file is the matrix.
func annotations(file string, variables []spec.Variable, f File) (out []Finding) {
	for one := range staleOnes(variables, f) {
		out = append(out, Finding{
			RuleAnnotation, one.at, "the annotation of " + one.variable.Name + " is not what " + file + " says",
			"write # " + Annotate(one.variable), fixCommand,
		})
	}
	return out
}
