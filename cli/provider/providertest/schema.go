package providertest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// schema is as much of OpenAPI's schemas as the contracts use.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Pattern    string            `json:"pattern"`
	Nullable   bool              `json:"nullable"`
	Enum       []any             `json:"enum"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	AllOf      []schema          `json:"allOf"`
	OneOf      []schema          `json:"oneOf"`
	AnyOf      []schema          `json:"anyOf"`
}

var uuids = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// resolve decodes what a "#/a/b" reference points at.
func (c *Contract) resolve(tb testing.TB, ref string, into any) {
	tb.Helper()
	if err := c.lookup(ref, into); err != nil {
		tb.Fatal(err)
	}
}

func (c *Contract) lookup(ref string, into any) error {
	v := c.doc
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		m, ok := v.(map[string]any)
		if !ok || m[part] == nil {
			return fmt.Errorf("the contract has no %s", ref)
		}
		v = m[part]
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// check lists how v differs from s. at is the place of v: "$.deployment.id".
func (c *Contract) check(at string, s schema, v any) []string {
	if s.Ref != "" {
		var resolved schema
		if err := c.lookup(s.Ref, &resolved); err != nil {
			return []string{at + ": " + err.Error()}
		}
		return c.check(at, resolved, v)
	}
	if v == nil {
		if s.Nullable {
			return nil
		}
		return []string{at + " is null"}
	}
	var problems []string
	for _, part := range s.AllOf {
		problems = append(problems, c.check(at, part, v)...)
	}
	if choices := append(slices.Clone(s.OneOf), s.AnyOf...); len(choices) > 0 {
		problems = append(problems, c.checkOne(at, choices, v)...)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		problems = append(problems, fmt.Sprintf("%s is %v, not one of %v", at, v, s.Enum))
	}
	return append(problems, c.checkType(at, s, v)...)
}

func (c *Contract) checkOne(at string, choices []schema, v any) []string {
	var problems []string
	for _, choice := range choices {
		p := c.check(at, choice, v)
		if len(p) == 0 {
			return nil
		}
		problems = append(problems, p...)
	}
	return problems
}

func (c *Contract) checkType(at string, s schema, v any) []string {
	wrong := []string{fmt.Sprintf("%s is %v, want %s", at, v, s.Type)}
	switch s.Type {
	case "object":
		m, ok := v.(map[string]any)
		if !ok {
			return wrong
		}
		return c.checkObject(at, s, m)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return wrong
		}
		var problems []string
		for i, e := range list {
			if s.Items != nil {
				problems = append(problems, c.check(fmt.Sprintf("%s[%d]", at, i), *s.Items, e)...)
			}
		}
		return problems
	case "string":
		text, ok := v.(string)
		if !ok {
			return wrong
		}
		return checkString(at, s, text)
	case "integer", "number":
		n, ok := v.(float64)
		if !ok || s.Type == "integer" && n != float64(int64(n)) {
			return wrong
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return wrong
		}
	}
	return nil
}

func (c *Contract) checkObject(at string, s schema, m map[string]any) []string {
	var problems []string
	for _, name := range s.Required {
		if _, ok := m[name]; !ok {
			problems = append(problems, at+" has no "+name)
		}
	}
	if s.Properties == nil { // a free-form object
		return problems
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		property, ok := s.Properties[name]
		if !ok {
			problems = append(problems, at+"."+name+" is not in the contract")
			continue
		}
		problems = append(problems, c.check(at+"."+name, property, m[name])...)
	}
	return problems
}

func checkString(at string, s schema, text string) []string {
	ok := true
	switch s.Format {
	case "uuid":
		ok = uuids.MatchString(text)
	case "date-time":
		_, err := time.Parse(time.RFC3339, text)
		ok = err == nil
	}
	if s.Pattern != "" {
		if re, err := regexp.Compile(s.Pattern); err == nil && !re.MatchString(text) {
			ok = false
		}
	}
	if !ok {
		return []string{fmt.Sprintf("%s is %q, which is no %s%s", at, text, s.Format, s.Pattern)}
	}
	return nil
}
