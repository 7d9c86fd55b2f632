package steps_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"readme/cli/engine"
	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/provider/supabase"
	"readme/cli/release"
	"readme/cli/steps"
)

// journey is a run of the one step that dies when stop says so, and is then resumed.
func journey(t *testing.T, w *steps.World, s release.Step, stop func(release.Event) bool) *release.State {
	t.Helper()
	p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Commit: release.Commit{SHA: strings.Repeat("ab", 20)}, Steps: []release.Step{s}}
	record := &dying{stop: stop}
	live := func(resume []release.Event) (*release.State, error) {
		actions, err := steps.Actions(w, p)
		if err != nil {
			t.Fatal(err)
		}
		return engine.Run(t.Context(), p, actions, engine.Options{
			Run: "run-1", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{record}, Resume: resume,
		})
	}
	state, err := live(nil)
	if err == nil {
		t.Fatalf("it did not die, and ended as %s", state.Verdict())
	}
	record.stop, record.dead = func(release.Event) bool { return false }, false
	if state, err = live(record.events); err != nil {
		t.Fatal(err)
	}
	return state
}

// dying is a journal that cannot be written any more from the event on of which stop says so.
type dying struct {
	stop   func(release.Event) bool
	dead   bool
	events []release.Event
}

func (d *dying) Write(batch []release.Event) error {
	if d.dead = d.dead || slices.ContainsFunc(batch, d.stop); d.dead {
		return errKilled
	}
	d.events = append(d.events, batch...)
	return nil
}

func of[B release.Body](e release.Event) bool {
	_, ok := e.Body.(B)
	return ok
}

func said(what string) func(release.Event) bool {
	return func(e release.Event) bool {
		said, ok := e.Body.(release.StepSaid)
		return ok && strings.Contains(said.Text, what)
	}
}

func TestMigrations_areTakenUpWhereTheyWereCutOff(t *testing.T) {
	files := map[string]string{"0001_a.sql": "create table a (id int);", "0002_b.sql": "create table b (id int);"}
	for name, stop := range map[string]func(release.Event) bool{
		"before the first":      of[release.StepIntent],
		"at the second":         said("0002_b.sql 1/1"),
		"after the first":       said("applied 0001_a.sql"),
		"before the result":     of[release.StepDone],
		"after the last commit": said("applied 0002_b.sql"),
	} {
		t.Run(name, func(t *testing.T) {
			w := migrating(t, files)
			s := journey(t, w, pending(t, w, "applied=0"), stop)
			exits(t, s, release.ExitDone)
			if text := s.Step("migrations").Text; text != "2 applied" {
				t.Errorf("got %q", text)
			}
			all, err := migrate.Load(os.DirFS(filepath.Join(w.Dir, "migrations")), "migrations")
			if err != nil {
				t.Fatal(err)
			}
			st, err := migrate.ReadStatus(t.Context(), w.Database, all)
			if err != nil || len(st.Applied) != 2 || st.Applied[0].Release != "run-1" || st.Check() != nil {
				t.Errorf("got %+v, %v", st, err)
			}
		})
	}
}

// What somebody else applied in between is no work of ours.
func TestMigrations_ofSomebodyElseInBetweenAreAWorldThatHasMoved(t *testing.T) {
	w := migrating(t, map[string]string{"0001_a.sql": "create table a (id int);", "0002_b.sql": "create table b (id int);"})
	order := pending(t, w, "applied=0")
	s := journey(t, w, order, func(e release.Event) bool {
		if !of[release.StepDone](e) {
			return false
		}
		conn, err := pgx.Connect(context.Background(), w.Database.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), "update readme_ops.migrations set release = 'theirs' where version = 2"); err != nil {
			t.Fatal(err)
		}
		return true
	})
	exits(t, s, release.ExitStepFailed)
	if f := s.Step("migrations").Fault; f == nil || !strings.Contains(f.Title, "world that has moved") {
		t.Errorf("got %v", f)
	}
}

// A table that the first process has opened is no table that was open before.
func TestMigrations_thatOpenATableFailAlsoWhereTheyWereCutOff(t *testing.T) {
	for name, stop := range map[string]func(release.Event) bool{
		"between two": said("0002_b.sql 1/1"), "after the last": said("applied 0002_b.sql"),
	} {
		t.Run(name, func(t *testing.T) {
			w := migrating(t, map[string]string{"0001_books.sql": openBooks, "0002_b.sql": "create table b (id int);"})
			s := journey(t, w, pending(t, w, "applied=0"), stop)
			exits(t, s, release.ExitStepFailed)
			if st := s.Step("migrations"); st.Fault == nil || st.Fault.Title != "table public.books is open to anon" || st.Undo.Kept != "migrations (2 of this release)" {
				t.Errorf("fault %+v, kept %q", st.Fault, st.Undo.Kept)
			}
		})
	}
}

func TestMigrations_ofAReleaseThatHasLostItsLockAreNotApplied(t *testing.T) {
	w := migrating(t, map[string]string{"0001_a.sql": "create table a (id int);"})
	w.Fence = &migrate.Fence{Hold: func(context.Context, migrate.Querier) error { return errors.New("epoch 8 holds it") }}
	s := carryOut(t, w, "run-1", []release.Step{pending(t, w, "applied=0")})
	if f := s.Step("migrations").Fault; f == nil || !strings.Contains(f.Title, "another release has taken over") || s.Step("migrations").Undo.Kept != "" {
		t.Errorf("got %v, kept %q", f, s.Step("migrations").Undo.Kept)
	}
}

func TestBucket_isMadeOnceHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onSupabase(t, func(b *atSupabase) {
			order := step(b.T, release.KindBucket, "bucket", plan.BucketPrecondition(plan.Bucket{}), books())
			order.Change = release.ChangeCreate
			s := survives(b.T, "run-1", []release.Step{order}, b.open, d)
			exits(b.T, s, release.ExitDone)
			if text := s.Step("bucket").Text; text != "created" || !read(b.T, b.w).Found {
				b.Errorf("got %q", text)
			}
		})
	})
}

func (b *atSupabase) open(wrap func(http.RoundTripper) http.RoundTripper) (*steps.World, func()) {
	c, err := supabase.New(supabase.Options{Base: "http://box.test", Key: release.NewSecret("sb_secret_local_1"), Transport: wrap(b.tr)})
	if err != nil {
		b.Fatal(err)
	}
	return &steps.World{Buckets: steps.OnSupabase(c)}, c.Close
}
