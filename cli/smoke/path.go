package smoke

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Path is a place in a JSON document: "$.a.b[0]['c d']". It is the part of JSONPath that names exactly one place.
type Path struct {
	text  string
	steps []step
}

// step is one level down: a member, or an element (from the end if negative).
type step struct {
	name  string
	index int
	array bool
	end   int // offset in the path's text behind the step
}

// ParsePath reads a path. Its error says at which character it went wrong.
func ParsePath(text string) (Path, error) {
	p := Path{text: text}
	if !strings.HasPrefix(text, "$") {
		return p, fmt.Errorf("path %q: it must begin with $", text)
	}
	for at := 1; at < len(text); {
		s, err := parseStep(text, at)
		if err != nil {
			return p, err
		}
		p.steps = append(p.steps, s)
		at = s.end
	}
	return p, nil
}

func parseStep(text string, at int) (step, error) {
	wrong := func(at int, want string) (step, error) {
		return step{}, fmt.Errorf("path %q: %s is expected at character %d", text, want, len([]rune(text[:at]))+1)
	}
	rest := text[at+1:]
	switch text[at] {
	case '.':
		n := strings.IndexAny(rest, ".[]*'\" ")
		if n < 0 {
			n = len(rest)
		}
		if n == 0 {
			return wrong(at+1, "a name")
		}
		return step{name: rest[:n], end: at + 1 + n}, nil
	case '[':
		if rest != "" && (rest[0] == '\'' || rest[0] == '"') {
			n := strings.IndexByte(rest[1:], rest[0])
			if n < 0 || !strings.HasPrefix(rest[n+2:], "]") {
				return wrong(at+1, "a quoted name and ]")
			}
			return step{name: rest[1 : n+1], end: at + 1 + n + 3}, nil
		}
		n := strings.IndexByte(rest, ']')
		if n < 0 {
			return wrong(len(text), "]")
		}
		index, err := strconv.Atoi(rest[:n])
		if err != nil {
			return wrong(at+1, "a number or a quoted name")
		}
		return step{index: index, array: true, end: at + 1 + n + 1}, nil
	}
	return wrong(at, ". or [")
}

// Get finds the place in a decoded document. Its error says how far the path leads.
func (p Path) Get(doc any) (any, error) {
	at := 1
	for _, s := range p.steps {
		var next any
		found := false
		switch v := doc.(type) {
		case map[string]any:
			if !s.array {
				next, found = v[s.name]
			}
		case []any:
			i := s.index
			if i < 0 {
				i += len(v)
			}
			if s.array && i >= 0 && i < len(v) {
				next, found = v[i], true
			}
		}
		if !found {
			return nil, fmt.Errorf("%s is %s without %s", p.text[:at], article(doc), p.text[at:s.end])
		}
		doc, at = next, s.end
	}
	return doc, nil
}

// typeOf is the JSON type of a decoded value.
func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number, float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

func article(v any) string {
	switch t := typeOf(v); t {
	case "null":
		return t
	case "array", "object":
		return "an " + t
	default:
		return "a " + t
	}
}

// textOf is a decoded value as a matcher writes it: a string bare, anything else as JSON.
func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v) // what was decoded from JSON encodes
	}
	return string(b)
}
