package steps_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readme/cli/plan"
	"readme/cli/spec"
	"readme/cli/steps"
)

func TestFacts_warnOfFilesThatBeatReleaseYAMLAtRailway(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		r.w.Dir = r.TempDir()
		d := spec.Deploy{Name: "api", To: "railway", Service: "api", Build: "ok", Start: "serve"}
		notes := func() []string {
			r.Helper()
			facts, err := steps.Read(r.Context(), r.w, question(d, "one"))
			if err != nil {
				r.Fatal(err)
			}
			p, err := plan.Build(question(d, "one").Release, spec.Environment{Name: "dev"}, facts)
			if err != nil {
				r.Fatal(err)
			}
			return p.Notes
		}
		if n := notes(); strings.Contains(strings.Join(n, "\n"), "beats release.yaml") {
			r.Errorf("without such a file: %q", n)
		}
		for _, name := range []string{"railway.toml", "services/api/railway.json"} {
			file := filepath.Join(r.w.Dir, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				r.Fatal(err)
			}
			if err := os.WriteFile(file, nil, 0o644); err != nil {
				r.Fatal(err)
			}
		}
		n := strings.Join(notes(), "\n")
		for _, want := range []string{"railway.toml beats release.yaml", "services/api/railway.json beats release.yaml"} {
			if !strings.Contains(n, want) {
				r.Errorf("the plan's notes do not say %q:\n%s", want, n)
			}
		}
	})
}
