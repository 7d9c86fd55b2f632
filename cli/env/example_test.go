package env_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
	"readme/cli/spec"
)

func TestExample_speaksVarlock(t *testing.T) {
	t.Parallel()
	_, m := files(t)
	want := `# The variables of api. Their truth is envmatrix.yaml; values go into .env.<environment>, never in here.

# the database
# @required @sensitive @type=url
DB_URL=

# where it is
# @required @sensitive=false @type=url
SITE=

# where it listens
# @required @sensitive=false @type=port
PORT=8080

# where a bot starts
# @required @sensitive=false @type=url
BOT_URL=

# how it runs
# @required @sensitive=false
MODE=

# nobody needs it
# @optional @sensitive=false
HINT=
`
	if diff := cmp.Diff(want, string(env.Example(m, m.Services[1]))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := string(env.Example(m, m.Services[0])); !strings.Contains(got, "# @required=forEnv(dev) @sensitive\nTOKEN=\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestExample_ofTheProjectItselfIsCommitted(t *testing.T) {
	t.Parallel()
	_, m, err := spec.Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.Services {
		got, err := os.ReadFile(filepath.Join("../..", s.Example))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(env.Example(m, s)), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.Example, diff)
		}
	}
}

func TestExample_neverHoldsASecretAndQuotesWhatNeedsIt(t *testing.T) {
	t.Parallel()
	m := &spec.Matrix{Variables: []spec.Variable{
		{Name: "TOKEN", About: "a token", Type: "string", Secret: true, Default: "hunter2", Services: []string{"api"}},
		{Name: "GREETING", About: "what it says", Type: "string", Default: `it's $5 "now" \o/ # really`, Services: []string{"api"}},
	}}
	text := env.Example(m, spec.Service{Name: "api"})
	f, findings := env.Parse("env.example", text)
	if len(findings) > 0 || strings.Contains(string(text), "hunter2") {
		t.Fatalf("got %v in\n%s", findings, text)
	}
	if e, _ := f.Get("GREETING"); e.Value.Reveal() != m.Variables[1].Default {
		t.Errorf("got %q", e.Value.Reveal())
	}
}
