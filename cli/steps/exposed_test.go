package steps_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

const openBooks = "create table public.books (id int); grant select on public.books to anon;"

func TestMigrations_thatOpenATableFail(t *testing.T) {
	w := migrating(t, map[string]string{"0001_books.sql": openBooks})
	s := carryOut(t, w, "run-1", []release.Step{pending(t, w, "applied=0")})
	exits(t, s, release.ExitStepFailed)
	st := s.Step("migrations")
	if st.Fault == nil || st.Fault.Title != "table public.books is open to anon" || st.Undo.Kept != "migrations (1 of this release)" {
		t.Fatalf("fault %+v, kept %q", st.Fault, st.Undo.Kept)
	}
	if want := `psql "$DATABASE_URL" -c 'alter table public.books enable row level security;'`; st.Fault.Try != want {
		t.Errorf("try %s\nwant %s", st.Fault.Try, want)
	}
}

func TestMigrations_mayOpenATableOnTheWay(t *testing.T) {
	w := migrating(t, map[string]string{
		"0001_books.sql": openBooks, "0002_close.sql": "alter table public.books enable row level security;",
	})
	exits(t, carryOut(t, w, "run-1", []release.Step{pending(t, w, "applied=0")}), release.ExitDone)
}

func TestMigrations_areNotBlamedForWhatWasOpen(t *testing.T) {
	w := migrating(t, map[string]string{"0001_a.sql": "create table public.a (id int);"})
	conn, err := pgx.Connect(t.Context(), w.Database.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), openBooks); err != nil {
		t.Fatal(err)
	}
	rel := &spec.Release{Migrations: spec.Migrations{Dir: "migrations"}}
	facts, err := steps.Read(t.Context(), w, steps.Question{Release: rel, Matrix: &spec.Matrix{}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Build(rel, spec.Environment{}, facts)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"table public.books is open to anon; close it: alter table public.books enable row level security;"}
	if diff := cmp.Diff(want, p.Notes); diff != "" {
		t.Errorf("notes of the plan (-want +got):\n%s", diff)
	}
	exits(t, carryOut(t, w, "run-1", []release.Step{pending(t, w, "applied=0")}), release.ExitDone)
	for i := range 7 {
		if _, err := conn.Exec(t.Context(), strings.ReplaceAll(openBooks, "books", "t"+string(rune('0'+i)))); err != nil {
			t.Fatal(err)
		}
	}
	facts, err = steps.Read(t.Context(), w, steps.Question{Release: rel, Matrix: &spec.Matrix{}})
	if n := facts.Migrations.Warn; err != nil || len(n) != 6 || n[5] != "3 more tables and views are open to everybody: readme-ops doctor" {
		t.Errorf("%v, %v", n, err)
	}
}

func TestExamineDatabase(t *testing.T) {
	w := migrating(t, nil)
	moods := func(database release.Secret) []provider.Mood {
		var out []provider.Mood
		for _, f := range steps.ExamineDatabase(t.Context(), database) {
			if strings.Contains(f.Text, "hunter2") {
				t.Errorf("it shows the password: %s", f.Text)
			}
			out = append(out, f.Mood)
		}
		return out
	}
	if got := moods(w.Database); !slices.Equal(got, []provider.Mood{provider.Good, provider.Good}) {
		t.Errorf("a tidy database: %v", got)
	}
	if err := os.WriteFile(filepath.Join(w.Dir, "migrations", "0001_books.sql"), []byte(openBooks), 0o600); err != nil {
		t.Fatal(err)
	}
	carryOut(t, w, "run-1", []release.Step{pending(t, w, "applied=0")})
	if got := moods(w.Database); !slices.Equal(got, []provider.Mood{provider.Good, provider.Warn}) {
		t.Errorf("an open table: %v", got)
	}
	if got := moods(release.NewSecret("postgresql://u:hunter2@127.0.0.1:1/db")); !slices.Equal(got, []provider.Mood{provider.Bad}) {
		t.Errorf("nobody there: %v", got)
	}
}
