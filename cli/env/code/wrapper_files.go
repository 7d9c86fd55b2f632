package code

import (
	"context"
	"path"
	"slices"
	"strings"
)

// handed is a wrapper that a file has for those who import it.
type handed struct {
	from *source
	wrapper
}

// spread follows the wrappers of scripts into the files that import them, and from there on.
func (p *project) spread(ctx context.Context) error {
	importers := map[*unit][]*source{}
	var todo []handed
	for _, s := range p.order {
		if s.language == golang {
			continue
		}
		for _, u := range s.unit.imports {
			importers[u] = append(importers[u], s)
		}
		for _, w := range s.wrappers {
			todo = append(todo, handed{s, w})
		}
	}
	done := map[handed]bool{}
	for len(todo) > 0 {
		h := todo[0]
		todo = todo[1:]
		if done[h] {
			continue
		}
		done[h] = true
		takers := importers[h.from.unit]
		if err := each(ctx, takers, func(s *source) error { s.scanFor(h); return nil }); err != nil {
			return err
		}
		for _, s := range takers {
			for _, w := range s.take(h) {
				todo = append(todo, handed{s, w})
			}
		}
	}
	return nil
}

// scanFor scans a file that may use a wrapper.
func (s *source) scanFor(h handed) {
	if s.mentions(h.name) || s.mentions(h.base()) {
		s.tokens()
	}
}

// base is the name of the file that has a wrapper, without its ending.
func (h handed) base() string {
	return strings.TrimSuffix(path.Base(h.from.path), path.Ext(h.from.path))
}

// take notes what a file reads by a wrapper that it imports, and gives what it hands on: wrappers of its own, and the same
// one if all that it imports is exported again.
func (s *source) take(h handed) []wrapper {
	again := s.language != python && (s.mentions("export *") || s.mentions("export {"))
	names := s.namesOf(h)
	if len(names) == 0 {
		if again {
			return []wrapper{h.wrapper}
		}
		return nil
	}
	before := len(s.wrappers)
	for _, name := range names {
		w := h.wrapper
		w.name, w.spaced = name, true
		s.text.wrapped(w)
	}
	out := slices.Clone(s.wrappers[before:])
	if again || s.language == python {
		out = append(out, h.wrapper)
	}
	return out
}

// namesOf gives the names that a wrapper goes by in a file that imports it.
func (s *source) namesOf(h handed) []string {
	base := h.base()
	if !s.mentions(h.name) && !s.mentions(base) {
		return nil
	}
	t := s.tokens()
	var out []string
	for i := range t.tokens {
		switch {
		case t.is(i, h.name) && t.is(i+1, "as"):
			out = append(out, t.string(i+2))
		case t.is(i, h.name) && (t.oneOf(i-1, "{", ",", "import", "(") || t.is(i-1, ".") && t.is(i+1, "(")):
			out = append(out, h.name)
		case t.is(i, "import") && t.isKind(i+1, word) && t.is(i+2, "from") && t.isKind(i+3, quoted) && s.language != python && h.from.exportsDefault(h.name):
			if file := t.string(i + 3); strings.TrimSuffix(path.Base(file), path.Ext(file)) == base {
				out = append(out, t.string(i+1))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tokens are those of a file, which may not have been scanned yet.
func (s *source) tokens() *text {
	if s.text == nil {
		if s.language == python {
			s.text = scanPython(s)
		} else {
			s.text = scanScript(s)
			s.text.aliases, s.text.handed, s.text.seen = map[string]bool{}, map[int]bool{}, map[wrapper]bool{}
		}
	}
	return s.text
}

// exportsDefault reports whether a function is what a file gives to import X from.
func (s *source) exportsDefault(name string) bool {
	t := s.text
	for i := range t.tokens {
		if t.are(i, "export", "default") && (t.is(i+2, name) || t.is(i+2, "function") && t.is(i+3, name) || t.are(i+2, "async", "function", name)) {
			return true
		}
	}
	return false
}
