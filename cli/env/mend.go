package env

import (
	"slices"
	"strings"

	"readme/cli/spec"
)

// mendDoc brings the comment lines above a variable in line with the matrix: it changes, adds or takes out only the
// decorators that say something else. Lines without any annotation say nothing wrong, and are left alone, as is
// everything else that people wrote. A line of which nothing is left is emptied. line is the first that was changed, and
// column where in it, from 0; line is -1 where nothing had to be.
func mendDoc(doc []string, v spec.Variable) (after []string, line, column int) {
	line = -1
	all := traits(v)
	if !isStale(doc, all) {
		return doc, -1, 0
	}
	after = slices.Clone(doc)
	for i, t := range all {
		at, col := t.mend(after, all[:i])
		if at >= 0 && (line < 0 || at < line || at == line && col < column) {
			line, column = at, col
		}
	}
	return after, line, column
}

// emptied stands for a comment line of which nothing is left.
const emptied = "\x00"

// isStale looks at each word once, because nearly every annotation is as it should be.
func isStale(doc []string, all [3]trait) bool {
	var found [3]bool
	for _, line := range doc {
		for _, d := range decorators(line) {
			for i, t := range all {
				if t.is(d) && !t.agrees(d) {
					return true
				}
				found[i] = found[i] || t.is(d)
			}
		}
	}
	annotated, lacks := false, false
	for i, t := range all {
		annotated = annotated || found[i]
		lacks = lacks || !found[i] && t.want != ""
	}
	return annotated && lacks
}

// mend makes the lines say the trait once and rightly. before are the traits that stand before it, where it has to be added.
func (t trait) mend(doc []string, before []trait) (line, column int) {
	line = -1
	wrong, found := false, false
	for i := range doc {
		for _, d := range decorators(doc[i]) {
			if !t.is(d) {
				continue
			}
			found = true
			if !wrong && !t.agrees(d) {
				wrong, line, column = true, i, d.at
			}
		}
	}
	switch {
	case wrong:
		t.replace(doc)
	case !found && t.want != "":
		line, column = t.add(doc, before)
	}
	return line, column
}

// replace puts what is wanted into the place of the first decorator that says the trait, and takes out all others.
func (t trait) replace(doc []string) {
	done := t.want == ""
	for i := range doc {
		was := doc[i]
		for _, d := range slices.Backward(decorators(was)) {
			if t.is(d) && (done || !t.firstOf(doc[i], d)) {
				doc[i] = d.without(doc[i])
			}
		}
		for _, d := range decorators(doc[i]) {
			if t.is(d) && !done {
				doc[i], done = doc[i][:d.at]+t.want+doc[i][d.end:], true
				break
			}
		}
		if doc[i] != was && strings.TrimSpace(doc[i]) == "#" {
			doc[i] = emptied
		}
	}
}

// firstOf reports whether a decorator is the first of its line that says the trait.
func (t trait) firstOf(line string, d decorator) bool {
	all := decorators(line)
	i := slices.IndexFunc(all, t.is)
	return all[i].at == d.at
}

// add puts the trait behind the one before it, or in front of all.
func (t trait) add(doc []string, before []trait) (line, column int) {
	for _, other := range slices.Backward(before) {
		for i := range doc {
			for _, d := range decorators(doc[i]) {
				if other.is(d) {
					doc[i] = doc[i][:d.end] + " " + t.want + doc[i][d.end:]
					return i, d.end
				}
			}
		}
	}
	for i := range doc {
		if all := decorators(doc[i]); len(all) > 0 {
			doc[i] = doc[i][:all[0].at] + t.want + " " + doc[i][all[0].at:]
			return i, all[0].at
		}
	}
	return -1, 0
}
