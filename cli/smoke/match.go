package smoke

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// miss is one expectation that was not met. Expected and actual are given with their types.
type miss struct{ what, expected, actual string }

// value writes a value with its type, as hurl does: string <abc>.
func value(v any) string { return typeOf(v) + " <" + textOf(v) + ">" }

// wanted writes a matcher's text with the type that it would have in JSON.
func wanted(text string, actual any) string {
	var v any
	if _, isString := actual.(string); isString || json.Unmarshal([]byte(text), &v) != nil {
		v = text
	}
	switch v.(type) {
	case nil, bool, float64:
		return typeOf(v) + " <" + text + ">"
	}
	return "string <" + text + ">"
}

// judge holds an answer against what is expected, and gives everything that does not fit.
func (e Expect) judge(a *answer, lookup func(string) (string, bool)) ([]miss, error) {
	var misses []miss
	if e.Status != 0 && a.status != e.Status {
		misses = append(misses, miss{"status", fmt.Sprintf("number <%d>", e.Status), fmt.Sprintf("number <%d>", a.status)})
	} else if e.Status == 0 && a.status >= 400 {
		misses = append(misses, miss{"status", "below 400", fmt.Sprintf("number <%d>", a.status)})
	}
	for _, text := range e.Body {
		want, err := Expand(text, lookup)
		if err != nil {
			return nil, err
		}
		if !strings.Contains(string(a.body), want) {
			misses = append(misses, miss{"body", "contains <" + want + ">", fmt.Sprintf("%d bytes without it", len(a.body))})
		}
	}
	if len(e.JSON) == 0 {
		return misses, nil
	}
	doc, problem := a.document()
	for _, m := range e.JSON {
		want, err := Expand(m.Want, lookup)
		if err != nil {
			return nil, err
		}
		path, err := ParsePath(m.Path)
		if err != nil {
			return nil, err
		}
		if problem != "" {
			return append(misses, miss{"body", "JSON", problem}), nil
		}
		if miss, ok := m.judge(path, want, doc); !ok {
			misses = append(misses, miss)
		}
	}
	return misses, nil
}

func (m Matcher) judge(path Path, want string, doc any) (miss, bool) {
	got, err := path.Get(doc)
	expected := "present"
	if !m.Present {
		expected = wanted(want, got)
	}
	switch {
	case err != nil:
		return miss{m.Path, expected, "nothing: " + err.Error()}, false
	case m.Present:
		return miss{m.Path, expected, value(got)}, got != nil
	}
	return miss{m.Path, expected, value(got)}, same(got, want)
}

// same compares a decoded value with a matcher's text. Numbers are equal if their values are: 1 and 1.0.
func same(got any, want string) bool {
	if textOf(got) == want {
		return true
	}
	number, ok := got.(json.Number)
	if !ok {
		return false
	}
	a, errA := number.Float64()
	b, errB := strconv.ParseFloat(want, 64)
	return errA == nil && errB == nil && a == b
}

// captures takes the places that later checks refer to. One that is missing or empty is a miss: what refers to it could not run.
func captures(all []Capture, a *answer) (map[string]string, []miss, error) {
	if len(all) == 0 {
		return nil, nil, nil
	}
	var misses []miss
	taken := map[string]string{}
	doc, problem := a.document()
	for _, c := range all {
		path, err := ParsePath(c.Path)
		if err != nil {
			return nil, nil, err
		}
		if problem != "" {
			return nil, []miss{{"body", "JSON with " + c.Path + " for " + c.Name, problem}}, nil
		}
		got, err := path.Get(doc)
		switch text := textOf(got); {
		case err != nil:
			misses = append(misses, miss{c.Path, "present, for " + c.Name, "nothing: " + err.Error()})
		case got == nil || text == "" || typeOf(got) == "object" || typeOf(got) == "array":
			misses = append(misses, miss{c.Path, "one value, for " + c.Name, value(got)})
		default:
			taken[c.Name] = text
		}
	}
	return taken, misses, nil
}
