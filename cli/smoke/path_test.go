package smoke_test

import (
	"encoding/json"
	"strings"
	"testing"

	"readme/cli/smoke"
)

func TestPath_findsAPlace(t *testing.T) {
	t.Parallel()
	var doc any
	if err := json.Unmarshal([]byte(`{"a": {"b": [10, {"c d": "x", "é": true, "d.e": 1}]}, "n": null}`), &doc); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]any{
		"$.a.b[0]": 10.0, "$['a'].b[-1]['c d']": "x", `$.a["b"][1].é`: true, "$.n": nil, "$.a.b[1]['d.e']": 1.0,
	} {
		p, err := smoke.ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got, err := p.Get(doc); err != nil || got != want {
			t.Errorf("%s gives %v, %v; want %v", path, got, err, want)
		}
	}
	for path, want := range map[string]string{
		"$.a.x.y":    "$.a is an object without .x",
		"$.a.b[2]":   "$.a.b is an array without [2]",
		"$.a.b[-3]":  "$.a.b is an array without [-3]",
		"$.a.b.c":    "$.a.b is an array without .c",
		"$.a[0]":     "$.a is an object without [0]",
		"$.n.x":      "$.n is null without .x",
		"$.a.b[0].x": "$.a.b[0] is a number without .x",
	} {
		p, err := smoke.ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if _, err := p.Get(doc); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}

func TestParsePath_saysWhereItIsWrong(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":          "it must begin with $",
		"a.b":       "it must begin with $",
		"$a":        ". or [ is expected at character 2",
		"$.":        "a name is expected at character 3",
		"$..a":      "a name is expected at character 3",
		"$.é.":      "a name is expected at character 5",
		"$.a[x]":    "a number or a quoted name is expected at character 5",
		"$.a[":      "] is expected at character 5",
		"$.a['b]":   "a quoted name and ] is expected at character 5",
		"$.a['b'":   "a quoted name and ] is expected at character 5",
		"$.a[*]":    "a number or a quoted name is expected at character 5",
		"$.a.*":     "a name is expected at character 5",
		"$.a['b']c": ". or [ is expected at character 9",
	} {
		if _, err := smoke.ParsePath(path); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"$", "$.a", "$['a'][0].b", "$[-1]", `$["`, "$.a.", "$['']", "$]"} {
		f.Add(s, `{"a": [1, {"b": null}], "": 2}`)
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		p, err := smoke.ParsePath(path)
		if err != nil {
			return
		}
		var doc any
		if json.Unmarshal([]byte(text), &doc) != nil {
			return
		}
		if _, err := p.Get(doc); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
