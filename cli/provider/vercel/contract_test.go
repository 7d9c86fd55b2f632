package vercel_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// contract is Vercel's public description, cut to what we use.
type contract struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	Parameters []struct {
		Name string `json:"name"`
		In   string `json:"in"`
	} `json:"parameters"`
	RequestBody struct {
		Content content `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content content `json:"content"`
	} `json:"responses"`
}

type content map[string]struct {
	Schema *schema `json:"schema"`
}

type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Nullable   bool               `json:"nullable"`
	Enum       []any              `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Additional json.RawMessage    `json:"additionalProperties"`
	Items      *schema            `json:"items"`
	OneOf      []*schema          `json:"oneOf"`
	AnyOf      []*schema          `json:"anyOf"`
	AllOf      []*schema          `json:"allOf"`
}

var loadContract = sync.OnceValues(func() (contract, error) {
	var c contract
	b, err := os.ReadFile("testdata/vercel.openapi.json")
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(b, &c)
})

// known are the places where the service is known to differ from its public description; reference and experiment say so.
var known = []*regexp.Regexp{
	regexp.MustCompile(`^query meta-\w+: `),                                         // the CLI's --meta
	regexp.MustCompile(`^query rollbackInfo: `),                                     // the CLI's promote: lastAliasRequest is null without
	regexp.MustCompile(`^GET /v10/projects/\{idOrName\}/env query (limit|until): `), // the paging of all lists
	regexp.MustCompile(`^body\.autoAssignCustomDomains: unknown`),                   // the CLI's --skip-domain
	regexp.MustCompile(`^body\.files\[\d+\]\.mode: unknown`),                        // as the CLI sends it
	regexp.MustCompile(`\.seatBlock: unknown`),                                      // newer than the description
	regexp.MustCompile(`(status|[sS]tate): BLOCKED is not in`),                      // newer than the description
}

// find gives the operation of a request, whose path may hold anything where the contract has a parameter.
func (c contract) find(method, path string) (string, operation, bool) {
	got := strings.Split(path, "/")
	for _, p := range slices.Sorted(maps.Keys(c.Paths)) {
		o, ok := c.Paths[p][strings.ToLower(method)]
		fits := func(part, got string) bool { return part == got || strings.HasPrefix(part, "{") && got != "" }
		if ok && slices.EqualFunc(strings.Split(p, "/"), got, fits) {
			return p, o, true
		}
	}
	return "", operation{}, false
}

// check gives what is wrong with a value, of all that the description says; nothing if it fits.
func (c contract) check(at string, v any, s *schema) []string {
	if s == nil {
		return nil
	}
	if s.Ref != "" {
		return c.check(at, v, c.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]])
	}
	if v == nil && s.Nullable {
		return nil
	}
	if any := slices.Concat(s.OneOf, s.AnyOf); len(any) > 0 {
		return c.best(at, v, any)
	}
	var wrong []string
	for _, part := range s.AllOf {
		wrong = append(wrong, c.check(at, v, part)...)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is not in %v", at, v, s.Enum))
	}
	switch s.Type {
	case "object":
		return append(wrong, c.object(at, v, s)...)
	case "array":
		items, ok := v.([]any)
		if !ok {
			return append(wrong, fmt.Sprintf("%s: %T is no array", at, v))
		}
		for i, item := range items {
			wrong = append(wrong, c.check(fmt.Sprintf("%s[%d]", at, i), item, s.Items)...)
		}
	case "string", "number", "integer", "boolean":
		if got := jsonType(v); got != s.Type && (got != "number" || s.Type != "integer") {
			wrong = append(wrong, fmt.Sprintf("%s: %s instead of %s", at, got, s.Type))
		}
	}
	return wrong
}

func (c contract) best(at string, v any, any []*schema) []string {
	var best []string
	for i, s := range any {
		wrong := unknown(c.check(at, v, s))
		if len(wrong) == 0 {
			return nil
		}
		if i == 0 || len(wrong) < len(best) {
			best = wrong
		}
	}
	return best
}

func (c contract) object(at string, v any, s *schema) []string {
	m, ok := v.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %T is no object", at, v)}
	}
	var wrong []string
	for _, name := range s.Required {
		if _, ok := m[name]; !ok {
			wrong = append(wrong, at+"."+name+": missing")
		}
	}
	open := len(s.Additional) > 0 && string(s.Additional) != "false"
	for _, name := range slices.Sorted(maps.Keys(m)) {
		p, ok := s.Properties[name]
		switch {
		case ok:
			wrong = append(wrong, c.check(at+"."+name, m[name], p)...)
		case !open && s.Properties != nil:
			wrong = append(wrong, at+"."+name+": unknown")
		}
	}
	return wrong
}

func jsonType(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	}
	return fmt.Sprintf("%T", v)
}

// unknown drops the differences that are known.
func unknown(wrong []string) []string {
	return slices.DeleteFunc(wrong, func(w string) bool {
		return slices.ContainsFunc(known, func(k *regexp.Regexp) bool { return k.MatchString(w) })
	})
}

func TestTheContractCheck_noticesAWrongFieldAndAWrongType(t *testing.T) {
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	_, o, ok := c.find("GET", "/v4/aliases/readme.example")
	if !ok {
		t.Fatal("the contract lacks the alias of a domain")
	}
	s := o.Responses["200"].Content["application/json"].Schema
	got := c.check("answer", map[string]any{"uid": 1.0, "alias": "a", "created": "x", "deploymentId": "d", "projectID": "p"}, s.one())
	want := []string{"answer.projectId: missing", "answer.projectID: unknown", "answer.uid: number instead of string"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// one gives the object where the description has an array by mistake, as it has for an alias.
func (s *schema) one() *schema {
	if s != nil && s.Type == "array" {
		return s.Items
	}
	return s
}
