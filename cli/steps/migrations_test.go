package steps_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/steps"
)

// migrating is a world with a database of its own and these files in migrations/.
func migrating(t *testing.T, files map[string]string) *steps.World {
	t.Helper()
	w := &steps.World{Dir: t.TempDir(), Database: release.NewSecret(pgtest.Database(t))}
	if err := os.Mkdir(filepath.Join(w.Dir, "migrations"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, sql := range files {
		if err := os.WriteFile(filepath.Join(w.Dir, "migrations", name), []byte(sql), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// pending is the step that applies all files, as planned for this precondition.
func pending(t *testing.T, w *steps.World, precondition string) release.Step {
	t.Helper()
	all, err := migrate.Load(os.DirFS(filepath.Join(w.Dir, "migrations")), "migrations")
	if err != nil {
		t.Fatal(err)
	}
	in := plan.MigrationsInputs{Dir: "migrations"}
	for _, m := range all {
		in.Pending = append(in.Pending, plan.Migration{Name: m.Name, SHA256: m.SHA256})
	}
	return step(t, release.KindMigrations, "migrations", precondition, in)
}

func TestMigrations_stayAndAreSaidTo(t *testing.T) {
	w := migrating(t, map[string]string{"0001_a.sql": "create table a (id int);", "0002_b.sql": "create table b (id int);"})
	s := carryOut(t, w, "run-1", []release.Step{pending(t, w, "applied=0")}, fails)
	exits(t, s, release.ExitSmokeFailed)
	if st := s.Step("migrations"); st.Text != "2 applied" || st.Undo.Kept != "migrations (2 of this release)" {
		t.Errorf("got %q, kept %q", st.Text, st.Undo.Kept)
	}
}

func TestMigrations_thatFailedAreNotSaidToStay(t *testing.T) {
	for name, c := range map[string]struct {
		second, kept string
	}{
		"the first fails":  {"select 1;", ""},
		"the second fails": {"create table a (id int);", "migrations (1 of this release)"},
	} {
		t.Run(name, func(t *testing.T) {
			first := "create table a (id int);"
			if c.kept == "" {
				first = "create table a (id nonsense);"
			}
			w := migrating(t, map[string]string{"0001_a.sql": first, "0002_b.sql": c.second})
			s := carryOut(t, w, "run-1", []release.Step{pending(t, w, "applied=0")})
			exits(t, s, release.ExitStepFailed)
			if kept := s.Step("migrations").Undo.Kept; kept != c.kept {
				t.Errorf("kept %q, want %q", kept, c.kept)
			}
		})
	}
}

func TestMigrations_refuseAWorldThatHasMoved(t *testing.T) {
	w := migrating(t, map[string]string{"0001_a.sql": "create table a (id int);"})
	s := carryOut(t, w, "run-1", []release.Step{pending(t, w, "applied=3")})
	exits(t, s, release.ExitStepFailed)
	if f := s.Step("migrations").Fault; f == nil || !strings.Contains(f.Title, "world that has moved") {
		t.Errorf("got %v", f)
	}

	order := pending(t, w, "applied=0")
	if err := os.WriteFile(filepath.Join(w.Dir, "migrations", "0001_a.sql"), []byte("drop schema public cascade;"), 0o644); err != nil {
		t.Fatal(err)
	}
	s = carryOut(t, w, "run-2", []release.Step{order})
	exits(t, s, release.ExitStepFailed)
	if f := s.Step("migrations").Fault; f == nil || !strings.Contains(f.Title, "0001_a.sql has changed since the plan") {
		t.Errorf("got %v", f)
	}
}
