package smoke_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/smoke"
)

func TestReferences_areFoundWhereTheyStand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]smoke.Ref{
		"":                              nil,
		"no reference, $5, $HOME, {x}":  nil,
		"GET ${api.url}/health":         {{Name: "api.url", At: 4, Closed: true}},
		"${a}${b}":                      {{Name: "a", At: 0, Closed: true}, {Name: "b", At: 4, Closed: true}},
		"${}":                           {{At: 0, Closed: true}},
		"$${api.url} is literal, ${x}":  {{Name: "x", At: 24, Closed: true}},
		"ü ${x}":                        {{Name: "x", At: 3, Closed: true}},
		"open ${api.url":                {{Name: "api.url", At: 5}},
		"open ${api.url then ${b} goes": {{Name: "api.url then ", At: 5}, {Name: "b", At: 20, Closed: true}},
	} {
		if diff := cmp.Diff(want, smoke.References(text)); diff != "" {
			t.Errorf("References(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestExpand_putsValuesInPlaceOfNames(t *testing.T) {
	t.Parallel()
	values := map[string]string{"api.url": "http://127.0.0.1:1", "empty": "", "nested": "${api.url}"}
	lookup := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	for _, c := range []struct{ name, text, want, err string }{
		{"a url", "GET ${api.url}/health", "GET http://127.0.0.1:1/health", ""},
		{"twice", "${api.url}${api.url}", "http://127.0.0.1:1http://127.0.0.1:1", ""},
		{"an empty value", "a${empty}b", "ab", ""},
		{"a value is not expanded again", "${nested}", "${api.url}", ""},
		{"an escaped one", "$${api.url}", "${api.url}", ""},
		{"a dollar", "costs $5 $", "costs $5 $", ""},
		{"an unknown name", "${api.url}/${bok_id}", "", "expand ${bok_id}: nothing has this name"},
		{"an open one", "${api.url", "", "expand ${api.url: its } is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := smoke.Expand(c.text, lookup)
			if said := text(err); got != c.want || said != c.err {
				t.Errorf("got %q, %q; want %q, %q", got, said, c.want, c.err)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{"", "${a}", "$${a}", "${a", "${a${b}}", "$$${a}", "}${"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		refs := smoke.References(s)
		closed := true
		for _, r := range refs {
			closed = closed && r.Closed
			if !strings.HasPrefix(s[r.At:], "${"+r.Name) {
				t.Errorf("%q: reference %+v does not stand there", s, r)
			}
		}
		names := 0
		_, err := smoke.Expand(s, func(string) (string, bool) { names++; return "", true })
		if (err == nil) != closed {
			t.Errorf("%q: error %v, closed %v", s, err, closed)
		}
		if closed && names != len(refs) {
			t.Errorf("%q: %d names looked up, %d references", s, names, len(refs))
		}
	})
}
