package providertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Contract is a vendor's OpenAPI document.
type Contract struct {
	paths map[string]map[string]operation // by path template and lower-case method
	doc   any
}

type operation struct {
	Parameters  []parameter         `json:"parameters"`
	RequestBody *payload            `json:"requestBody"`
	Responses   map[string]*payload `json:"responses"`
}

type parameter struct {
	Ref    string `json:"$ref"`
	Name   string `json:"name"`
	In     string `json:"in"`
	Schema schema `json:"schema"`
}

type payload struct {
	Ref     string `json:"$ref"`
	Content map[string]struct {
		Schema schema `json:"schema"`
	} `json:"content"`
}

// Load reads the contract in file.
func Load(tb testing.TB, file string) *Contract {
	tb.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	c := &Contract{paths: map[string]map[string]operation{}}
	if err := json.Unmarshal(raw, &c.doc); err != nil {
		tb.Fatalf("%s: %v", file, err)
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		tb.Fatalf("%s: %v", file, err)
	}
	for path, methods := range doc.Paths {
		c.paths[path] = map[string]operation{}
		for method, raw := range methods {
			var op operation
			if method != "parameters" && json.Unmarshal(raw, &op) == nil {
				c.paths[path][method] = op
			}
		}
	}
	return c
}

// Watch holds everything that passes through next against the contract, in both directions: path, query, body,
// status and answer. A field that the contract does not know is an error of the test, whoever wrote it.
func (c *Contract) Watch(tb testing.TB, next http.RoundTripper) http.RoundTripper {
	tb.Helper()
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		what := r.Method + " " + r.URL.Path
		op, ok := c.find(r)
		if !ok {
			tb.Errorf("%s is not in the contract", what)
			return next.RoundTrip(r)
		}
		for name := range r.URL.Query() {
			if !slices.ContainsFunc(op.Parameters, func(p parameter) bool { return p.In == "query" && p.Name == name }) {
				tb.Errorf("%s: the contract has no query parameter %q", what, name)
			}
		}
		if r.Body != nil {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			c.hold(tb, what+", request", op.RequestBody, body)
		}
		resp, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		documented, ok := op.Responses[strconv.Itoa(resp.StatusCode)]
		if !ok {
			tb.Errorf("%s: the contract has no answer %d", what, resp.StatusCode)
			return resp, nil
		}
		c.hold(tb, what+", answer "+strconv.Itoa(resp.StatusCode), documented, body)
		return resp, nil
	})
}

func (c *Contract) find(r *http.Request) (operation, bool) {
	got := strings.Split(r.URL.EscapedPath(), "/")
	var best operation
	found, holes := false, 0
	for template, methods := range c.paths {
		op, ok := methods[strings.ToLower(r.Method)]
		if !ok {
			continue
		}
		n, ok := matches(strings.Split(template, "/"), got)
		if ok && (!found || n < holes) {
			best, found, holes = op, true, n
		}
	}
	return best, found
}

// matches counts the placeholders of a template that fits.
func matches(template, got []string) (holes int, ok bool) {
	if len(template) != len(got) {
		return 0, false
	}
	for i, part := range template {
		switch {
		case strings.HasPrefix(part, "{"):
			holes++
		case part != got[i]:
			return 0, false
		}
	}
	return holes, true
}

func (c *Contract) hold(tb testing.TB, what string, p *payload, body []byte) {
	tb.Helper()
	if p != nil && p.Ref != "" {
		var resolved payload
		c.resolve(tb, p.Ref, &resolved)
		p = &resolved
	}
	if p == nil || p.Content == nil {
		if len(bytes.TrimSpace(body)) > 0 {
			tb.Errorf("%s: the contract knows no body, got %s", what, body)
		}
		return
	}
	content, ok := p.Content["application/json"]
	if !ok {
		return
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		tb.Errorf("%s: no JSON: %v: %s", what, err, body)
		return
	}
	for _, problem := range c.check("$", content.Schema, v) {
		tb.Errorf("%s: %s", what, problem)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
