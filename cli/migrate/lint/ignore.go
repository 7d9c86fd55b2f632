package lint

import (
	"bytes"
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
	toks := migrate.Tokens(src)
	var out ignores
	for i, t := range toks {
		if t.Kind != migrate.TokenComment {
			continue
		}
		rules, whole, ok := ignored(string(src[t.Start:t.End]))
		f.misspelt(rules, t)
		switch {
		case !ok:
		case whole:
			out = append(out, ignore{Span{0, len(src) + 1}, rules})
		default:
			out = append(out, ignore{f.below(src, toks[:i], toks[i:]), rules})
		}
	}
	return out
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

// below is what a comment stands in front of. before and from are the tokens of the file up to the comment, and from it on.
func (f *file) below(src []byte, before, from []migrate.Token) Span {
	comment := from[0]
	line := Span{bytes.LastIndexByte(src[:comment.Start], '\n') + 1, lineEnd(src, comment.End)}
	if len(before) > 0 && before[len(before)-1].End > line.Start {
		return line // behind something
	}
	next := slices.IndexFunc(from, func(t migrate.Token) bool { return t.Kind != migrate.TokenComment })
	if next < 0 {
		return line
	}
	at := from[next].Start
	for _, s := range f.m.Statements {
		if s.Offset == at {
			return Span{at, at + len(s.SQL)}
		}
	}
	return Span{at, lineEnd(src, at)}
}

func lineEnd(src []byte, at int) int {
	if n := bytes.IndexByte(src[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(src)
}

// cover reports whether a diagnostic is silenced.
func (all ignores) cover(d Diagnostic) bool {
	return slices.ContainsFunc(all, func(i ignore) bool {
		return d.Span.Start >= i.span.Start && d.Span.Start < i.span.End &&
			(len(i.rules) == 0 || slices.Contains(i.rules, d.Rule) || slices.Contains(i.rules, spelling[d.Rule]))
	})
}

// spelling are second spellings of squawk's own ids.
var spelling = map[string]string{"prefer-timestamp-tz": "prefer-timestamptz"} //nolint:gochecknoglobals // a table
