package env_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
	"readme/cli/spec"
)

// The annotations of SITE, which is a url, required everywhere and no secret, unless its declaration is changed.
func TestFix_correctsOnlyWhatAnAnnotationSaysWrongly(t *testing.T) {
	t.Parallel()
	secret := func(v *spec.Variable) { v.Secret = true }
	in := func(envs ...string) func(*spec.Variable) { return func(v *spec.Variable) { v.Required = envs } }
	text := func(v *spec.Variable) { v.Type = "string" }
	optional := func(v *spec.Variable) { v.Optional = true }
	for name, c := range map[string]struct {
		is            func(*spec.Variable)
		before, after string
		at            string // "" where nothing is stale
	}{
		"as we write it":              {nil, "# @required @sensitive=false @type=url", "# @required @sensitive=false @type=url", ""},
		"in other words":              {nil, "#@type=url(prependHttps=true)\n# @public @required=true # as ever", "#@type=url(prependHttps=true)\n# @public @required=true # as ever", ""},
		"required, and was optional":  {nil, "# @optional @sensitive=false @type=url", "# @required @sensitive=false @type=url", "1:3"},
		"optional, and was required":  {optional, "# @required=true @public @type=url", "# @optional @public @type=url", "1:3"},
		"a secret, and was none":      {secret, "# @required @sensitive=false @type=url", "# @required @sensitive @type=url", "1:13"},
		"a secret, and was public":    {secret, "# @public @type=url @required", "# @sensitive @type=url @required", "1:3"},
		"in some environments":        {in("dev", "prod"), "# @required @sensitive=false @type=url", "# @required=forEnv(dev, prod) @sensitive=false @type=url", "1:3"},
		"in the same ones":            {in("dev", "prod"), "# @required=forEnv(prod,dev) @sensitive=false @type=url", "# @required=forEnv(prod,dev) @sensitive=false @type=url", ""},
		"in other ones":               {in("dev"), "# @required=forEnv(dev, prod) @sensitive=false @type=url", "# @required=forEnv(dev) @sensitive=false @type=url", "1:3"},
		"another type":                {nil, "# @required @sensitive=false @type=port", "# @required @sensitive=false @type=url", "1:30"},
		"a type of ours":              {nil, "# @required @sensitive=false @type=redis-url", "# @required @sensitive=false @type=url", "1:30"},
		"a text, and was a url":       {text, "# é @ home\n# @required @type=url @sensitive=false", "# é @ home\n# @required @sensitive=false", "2:13"},
		"a text of a special kind":    {text, "# @required @sensitive=false @type=enum(a, b)", "# @required @sensitive=false @type=enum(a, b)", ""},
		"nothing about secrecy":       {nil, "# mine\n# @required @docs('a b') @type=url # why", "# mine\n# @required @sensitive=false @docs('a b') @type=url # why", "2:12"},
		"nothing but secrecy":         {nil, "# @example=https://a.test @public", "# @required @example=https://a.test @public @type=url", "1:3"},
		"the same twice, once wrong":  {nil, "# @required @sensitive=false @type=url\n# @optional", "# @required @sensitive=false @type=url", "2:3"},
		"on lines of their own":       {secret, "\t#  @optional\n# who\n#@sensitive=false\n# @type=url", "\t#  @required\n# who\n#@sensitive\n# @type=url", "1:5"},
		"no annotation at all":        {nil, "# mine, see @home", "# mine, see @home", ""},
		"an annotation of other kind": {nil, "# @docs(https://a.test)", "# @docs(https://a.test)", ""},
		"brackets that stay open":     {nil, "# @type=url( @required @public", "# @required @sensitive=false @type=url( @required @public", "1:3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := spec.Variable{Name: "SITE", About: "where it is", Type: "url", Services: []string{"api"}}
			if c.is != nil {
				c.is(&v)
			}
			m, api := &spec.Matrix{File: "envmatrix.yaml", Variables: []spec.Variable{v}}, spec.Service{Name: "api"}
			for _, end := range []string{"\n", "\r\n"} {
				before, want := lines(c.before, end), lines(c.after, end)
				after, left := env.MendText(m, api, "env.example", []byte(before))
				if diff := cmp.Diff(want, string(after)); diff != "" || len(left) > 0 {
					t.Errorf("left %v (-want +got):\n%s", left, diff)
				}
				checkStale(t, m, api, before, c.at)
			}
		})
	}
}

func lines(comment, end string) string {
	return strings.ReplaceAll(comment+"\nSITE=''\n", "\n", end)
}

// checkStale holds what parity finds against what Fix would mend.
func checkStale(t *testing.T, m *spec.Matrix, s spec.Service, text, at string) {
	t.Helper()
	dir := t.TempDir()
	s.Example = "env.example"
	m = &spec.Matrix{File: m.File, Variables: m.Variables, Services: []spec.Service{s}}
	write(t, dir, map[string]string{"env.example": text})
	got := ""
	for _, f := range env.Parity(m, dir) {
		got += fmt.Sprintf("%d:%d %s %s", f.Where.Line, f.Where.Column, f.Rule, f.Try)
	}
	want := ""
	if at != "" {
		want = at + " env/annotation readme-ops env fix"
	}
	if got != want {
		t.Errorf("parity finds %q, want %q", got, want)
	}
}

func TestChange_isShownWithoutValuesOfSecrets(t *testing.T) {
	t.Parallel()
	_, m := files(t)
	old := "" +
		"# was DB_URL=\n#DB_URL=postgres://u:hunter2@h/d\nDB_URL='postgres://u:\nhunter2@h/d' # here\nPORT=8080\n# PORT=80\n# ask for sk_hunter2_hunter2\nNEW=hunter2\n"
	c := env.Change{Path: "api/env.example", Before: []byte(old), After: []byte(old + "SITE=\n")}
	before, after := c.Shown(m)
	want := "# was DB_URL=\n#DB_URL=•••\nDB_URL=•••\n # here\nPORT=8080\n# PORT=80\n# ask for •••\nNEW=•••\n"
	if diff := cmp.Diff(want+"SITE=\n", string(after)); diff != "" || string(before) != want {
		t.Errorf("before %q, after (-want +got):\n%s", before, diff)
	}
	page := env.Change{Path: env.DocsFile, After: []byte("A=b")}
	if before, after := page.Shown(m); before != nil || string(after) != "A=b" {
		t.Errorf("got %q, %q", before, after)
	}
}
