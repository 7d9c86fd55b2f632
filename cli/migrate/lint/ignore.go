package lint

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"readme/cli/migrate"
)

// ignores are the comments of a file that silence rules, as squawk reads them:
//
//	-- squawk-ignore rule, rule       for what follows; without a rule all of them
//	-- squawk-ignore-file rule, rule  for the file
//
// Above a statement it counts for the whole statement, inside of one for the line that follows, and behind something for
// its own line. Where squawk counts lines alone, this silences the same and, in a statement of several lines, more.
type ignores []ignore

type ignore struct {
	span  Span // of what it silences
	rules []string
}

const ignorePrefix = "squawk-ignore"

func readIgnores(f *file) ignores {
	src := f.m.Source()
	var out ignores
	var above []int // those of out that wait for what they stand above
	last := 0       // where the token before ends
	for t := range migrate.Tokens(src) {
		if t.Kind != migrate.TokenComment {
			for _, i := range above {
				out[i].span = f.below(src, t.Start)
			}
			above, last = above[:0], t.End
			continue
		}
		rules, whole, ok := ignored(string(src[t.Start:t.End]))
		if !ok {
			continue
		}
		f.misspelt(rules, t)
		begins := bytes.LastIndexByte(src[:t.Start], '\n') + 1
		switch line := (Span{begins, lineEnd(src, t.End)}); {
		case whole:
			out = append(out, ignore{Span{0, len(src) + 1}, rules})
		case last > begins: // behind something
			out = append(out, ignore{line, rules})
		default:
			above = append(above, len(out))
			out = append(out, ignore{line, rules})
		}
	}
	return out
}

// below is what a comment silences that the token at a byte follows: a statement, if it begins one, or its line.
func (f *file) below(src []byte, at int) Span {
	all := f.m.Statements
	i, begins := slices.BinarySearchFunc(all, at, func(s migrate.Statement, at int) int { return cmp.Compare(s.Offset, at) })
	if begins {
		return Span{at, at + len(all[i].SQL)}
	}
	return Span{at, lineEnd(src, at)}
}

// ignored reads a comment. No rules are all of them.
func ignored(comment string) (rules []string, whole, ok bool) {
	body, isLine := strings.CutPrefix(comment, "--")
	if !isLine {
		body = strings.TrimSuffix(strings.TrimPrefix(comment, "/*"), "*/")
	}
	body, _, _ = strings.Cut(strings.TrimSpace(body), "--") // what follows is a reason
	rest, ok := strings.CutPrefix(body, ignorePrefix)
	if !ok {
		return nil, false, false
	}
	if after, is := strings.CutPrefix(rest, "-file"); is {
		rest, whole = after, true
	}
	if rest != "" && !strings.ContainsAny(rest[:1], " \t\r\n:") {
		return nil, false, false
	}
	for name := range strings.SplitSeq(strings.TrimPrefix(rest, ":"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			rules = append(rules, name)
		}
	}
	return rules, whole, true
}

func lineEnd(src []byte, at int) int {
	if n := bytes.IndexByte(src[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(src)
}

// without takes those that are silenced out of diagnostics, which are in the order of the file.
func (all ignores) without(found []Diagnostic) []Diagnostic {
	slices.SortStableFunc(all, func(a, b ignore) int { return cmp.Compare(a.span.Start, b.span.Start) })
	var open ignores // those that have begun, and not ended
	return slices.DeleteFunc(found, func(d Diagnostic) bool {
		for len(all) > 0 && all[0].span.Start <= d.Span.Start {
			open, all = append(open, all[0]), all[1:]
		}
		open = slices.DeleteFunc(open, func(i ignore) bool { return i.span.End <= d.Span.Start })
		return slices.ContainsFunc(open, func(i ignore) bool { return i.silences(d.Rule) })
	})
}

func (i ignore) silences(rule string) bool {
	return len(i.rules) == 0 || slices.Contains(i.rules, rule) || slices.Contains(i.rules, spelling[rule])
}

// spelling are second spellings of squawk's own ids.
var spelling = map[string]string{"prefer-timestamp-tz": "prefer-timestamptz"} //nolint:gochecknoglobals // a table
