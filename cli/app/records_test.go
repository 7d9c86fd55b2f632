package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/app"
	"readme/cli/box/postgres/pgtest"
	"readme/cli/ledger"
	"readme/cli/migrate"
	"readme/cli/release"
)

const twofold = "20261122-100000-0a0a0a"

// bodies are a run that began and was approved, and what follows.
func bodies(more ...release.Body) []release.Event {
	plan := release.Plan{Project: "product", Env: "dev", Digest: "sha256:0a"}
	all := append([]release.Body{release.RunStarted{Plan: plan}, release.Approved{Digest: plan.Digest}}, more...)
	events := make([]release.Event, len(all))
	for i, b := range all {
		events[i] = release.Event{Seq: int64(i + 1), At: time.Date(2026, 11, 22, 10, 0, i, 0, time.UTC), Run: twofold, Body: b}
	}
	return events
}

// recorded gives a database with the one record of a run, and a folder of journals with the other; nil is none.
func recorded(t *testing.T, there, here []release.Event) (ledger.Database, string) {
	t.Helper()
	url, dir := pgtest.Database(t), t.TempDir()
	db := ledger.Database{Env: "dev", Dial: func(ctx context.Context) (*pgx.Conn, error) {
		return migrate.Connect(ctx, release.NewSecret(url), "readme-ops test")
	}}
	if err := db.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	lease, err := db.Acquire(t.Context(), ledger.Holder{Run: twofold, Owner: "ci@runner", Host: "runner"})
	if err != nil {
		t.Fatal(err)
	}
	for in, events := range map[string][]release.Event{t.TempDir(): there, dir: here} {
		if events == nil {
			continue
		}
		journal, err := ledger.Create(in, twofold)
		if err != nil {
			t.Fatal(err)
		}
		at := db
		if in == dir {
			at = ledger.Database{}
		}
		record := ledger.NewRecord(journal, at, lease)
		if err := errors.Join(record.Write(events), record.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db, dir
}

func TestLatest_anEndThatOnlyTheJournalHasCountsUnlessTheRunWentOnElsewhere(t *testing.T) {
	t.Parallel()
	done, resumed := release.RunDone{TookMS: 1}, release.RunResumed{By: "ci@runner"}
	for name, c := range map[string]struct {
		there, here []release.Event
		resumable   bool
		ahead       bool
	}{
		"the end is in the journal alone":              {bodies(), bodies(done), false, true},
		"both have all":                                {bodies(done), bodies(done), false, false},
		"somebody else resumed it, and was killed":     {bodies(resumed), bodies(done), true, false},
		"somebody else resumed it for longer":          {bodies(resumed, release.RunPaused{Why: "away"}), bodies(done), true, false},
		"somebody else ended it":                       {bodies(resumed, done), bodies(), false, false},
		"it was cut off, and the journal knows more":   {bodies(), bodies(release.RunStopping{Why: "interrupted"}), true, true},
		"the database has never heard of it":           {nil, bodies(), true, true},
		"this machine has never heard of it":           {bodies(), nil, true, false},
		"neither goes on, the journal was left behind": {bodies(resumed), bodies(), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, dir := recorded(t, c.there, c.here)
			for _, settled := range []bool{false, true} {
				s, ahead, err := app.Latest(t.Context(), dir, db, settled)
				if err != nil || s == nil || s.Resumable() != c.resumable || ahead != c.ahead {
					t.Errorf("settled %t: got %+v, ahead %t, %v", settled, s, ahead, err)
				}
			}
		})
	}
}

func TestLatest_ofADatabaseThatIsAwayIsAnErrorForWhoeverHoldsTheLock(t *testing.T) {
	t.Parallel()
	_, dir := recorded(t, nil, bodies())
	away := ledger.Database{Env: "dev", Dial: func(context.Context) (*pgx.Conn, error) { return nil, errors.New("no answer") }}
	if s, _, err := app.Latest(t.Context(), dir, away, false); err != nil || s == nil {
		t.Errorf("a reader: got %v, %v", s, err)
	}
	if s, _, err := app.Latest(t.Context(), dir, away, true); !errors.Is(err, release.ErrAway) {
		t.Errorf("the holder of the lock: got %v, %v", s, err)
	}
}

func TestSupersede_beginsNothingWhileTheRunBeforeIsNotClosed(t *testing.T) {
	t.Parallel()
	f, ok := errors.AsType[*release.Fault](app.Unclosed(release.Fold(bodies(release.RunPaused{Why: "it cannot be reached"}))))
	if !ok || f.Exit != release.ExitNotPutBack {
		t.Errorf("got %v", f)
	}
	for _, over := range [][]release.Event{bodies(release.RunSuperseded{Why: "another follows"}), bodies(release.RunDone{})} {
		if err := app.Unclosed(release.Fold(over)); err != nil {
			t.Errorf("got %v", err)
		}
	}
}
