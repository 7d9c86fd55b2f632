package providertest_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider/providertest"
)

const tiny = `{
 "paths": {
  "/things/{id}": {"post": {
    "parameters": [{"name": "q", "in": "query"}],
    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
    "responses": {
      "200": {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}},
      "204": {"description": "none"}}}},
  "/things/first": {"post": {"responses": {"204": {"description": "none"}}}}
 },
 "components": {"schemas": {"Thing": {"type": "object", "required": ["id"], "properties": {
   "id": {"type": "string", "format": "uuid"}, "kind": {"type": "string", "enum": ["a", "b"]},
   "n": {"type": "integer", "nullable": true}, "at": {"type": "string", "format": "date-time"}}}}}
}`

// recorder is a testing.TB that keeps the errors.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func TestContract_namesEveryDifference(t *testing.T) {
	const id = "11111111-1111-4111-8111-111111111111"
	cases := map[string]struct {
		path, send   string
		status       int
		answer, want string
	}{
		"all is well":         {"/things/1?q=2", `{"id":"` + id + `","kind":"a","n":null,"at":"2026-01-01T00:00:00Z"}`, 200, `[{"id":"` + id + `"}]`, ""},
		"the closer path":     {"/things/first", ``, 204, ``, ""},
		"an unknown path":     {"/other", ``, 204, ``, "POST /other is not in the contract"},
		"an unknown query":    {"/things/1?x=2", `{"id":"` + id + `"}`, 204, ``, `POST /things/1: the contract has no query parameter "x"`},
		"an unknown field":    {"/things/1", `{"id":"` + id + `","nn":1}`, 204, ``, "POST /things/1, request: $.nn is not in the contract"},
		"a missing field":     {"/things/1", `{}`, 204, ``, "POST /things/1, request: $ has no id"},
		"an unknown status":   {"/things/1", `{"id":"` + id + `"}`, 418, ``, "POST /things/1: the contract has no answer 418"},
		"a wrong type":        {"/things/1", `{"id":"` + id + `","n":1.5}`, 204, ``, "POST /things/1, request: $.n is 1.5, want integer"},
		"a wrong word":        {"/things/1", `{"id":"` + id + `","kind":"c"}`, 204, ``, "POST /things/1, request: $.kind is c, not one of [a b]"},
		"no uuid":             {"/things/1", `{"id":"1"}`, 204, ``, `POST /things/1, request: $.id is "1", which is no uuid`},
		"a wrong answer":      {"/things/1", `{"id":"` + id + `"}`, 200, `[{"id":null}]`, "POST /things/1, answer 200: $[0].id is null"},
		"an answer, no JSON":  {"/things/1", `{"id":"` + id + `"}`, 200, `<p>`, "POST /things/1, answer 200: no JSON: invalid character '<' looking for beginning of value: <p>"},
		"an answer, no array": {"/things/1", `{"id":"` + id + `"}`, 200, `{}`, "POST /things/1, answer 200: $ is map[], want array"},
	}
	file := filepath.Join(t.TempDir(), "tiny.json")
	if err := os.WriteFile(file, []byte(tiny), 0o600); err != nil {
		t.Fatal(err)
	}
	contract := providertest.Load(t, file)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			inner := providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.answer)
			}))
			r := &recorder{TB: t}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://acme.test"+c.path, strings.NewReader(c.send))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := contract.Watch(r, inner).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			if diff := cmp.Diff(c.answer, string(body)); diff != "" {
				t.Errorf("the answer did not get through (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.want, strings.Join(r.errors, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
