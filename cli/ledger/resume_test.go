package ledger_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/ledger"
	"readme/cli/release"
)

func TestOpen_cutsAwayWhatWasCutOffAndGoesOn(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, run, story(run, "prod")[:5])
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw[:len(raw)-7], 0o600); err != nil {
		t.Fatal(err)
	}
	j, events, err := ledger.Open(dir, run)
	if err != nil || len(events) != 4 {
		t.Fatalf("got %d events, %v", len(events), err)
	}
	if _, _, err := ledger.Open(dir, run); !errors.Is(err, ledger.ErrWritten) {
		t.Errorf("a second one: got %v", err)
	}
	if err := errors.Join(j.Write(story(run, "prod")[4:]), j.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := ledger.Read(dir, run)
	if diff := cmp.Diff(story(run, "prod"), got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestOpen_refuses(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := ledger.Open(dir, run); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no journal: got %v", err)
	}
	if _, _, err := ledger.Open(dir, "../x"); err == nil {
		t.Error("a path is no run")
	}
	path := write(t, dir, run, story(run, "prod"))
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(raw), `"seq":3`, `"seq":4`, 1)
	if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ledger.Open(dir, run); err == nil || !strings.Contains(err.Error(), ":3: the journal of a run is damaged: event 4 stands where event 3 should") {
		t.Errorf("cut in the middle: got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != broken {
		t.Error("it was changed")
	}
}

func TestDead_onlyIfItsJournalIsHereAndNobodyWritesIt(t *testing.T) {
	dir := t.TempDir()
	if ledger.Dead(dir, run) {
		t.Error("a run without a journal is dead")
	}
	j, err := ledger.Create(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	if ledger.Dead(dir, run) {
		t.Error("a run that has just been created is dead")
	}
	if err := j.Write(story(run, "prod")[:2]); err != nil {
		t.Fatal(err)
	}
	if ledger.Dead(dir, run) {
		t.Error("a run that is being written is dead")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if !ledger.Dead(dir, run) {
		t.Error("a run that nobody writes lives")
	}
	orphan := ledger.Orphaned(dir, "laptop")
	last := me(run)
	other := last
	other.PID++ // it has resumed the run from another checkout
	if !orphan(last) || orphan(other) || orphan(ledger.Holder{Run: run, Host: "runner"}) || ledger.Orphaned(dir, "")(ledger.Holder{Run: run}) {
		t.Error("who is on another machine is none of ours")
	}
}

func TestMerge_isTheLongerOneAndADifferenceIsAnError(t *testing.T) {
	all := story(run, "prod")
	for name, c := range map[string]struct{ here, there, want []release.Event }{
		"both empty":          {},
		"only the journal":    {all, nil, all},
		"only the database":   {nil, all[:3], all[:3]},
		"the journal is on":   {all, all[:3], all},
		"the database is on":  {all[:3], all, all},
		"they know the same":  {all, all, all},
		"the first is enough": {all[:1], all[:1], all[:1]},
	} {
		got, err := ledger.Merge(c.here, c.there)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	other := append([]release.Event{}, all[:5]...)
	other[3].Body = release.StepIntent{Text: "else"}
	got, err := ledger.Merge(all, other)
	if c, ok := errors.AsType[*ledger.ConflictError](err); !ok || c.Seq != 4 || c.Run != run {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(other, got); diff != "" {
		t.Error("the database is not the truth: ", diff)
	}
}

func TestResume_bringsJournalAndDatabaseTogether(t *testing.T) {
	t.Parallel()
	all := story(run, "prod")
	for name, c := range map[string]struct {
		here, there int
	}{
		"on another machine": {0, 5}, "after the database was away": {7, 4}, "after CI went on": {3, 6}, "where all know all": {5, 5}, "before the database knew": {2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _ := prepared(t)
			l := acquire(t, d, run)
			if c.there > 0 {
				r, _ := create(t, d, l)
				if err := errors.Join(r.Write(all[:c.there]), r.Close(t.Context())); err != nil {
					t.Fatal(err)
				}
			}
			dir := t.TempDir()
			if c.here > 0 {
				write(t, dir, run, all[:c.here])
			}
			j, events, err := ledger.Resume(t.Context(), dir, run, d)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(all[:max(c.here, c.there)], events); diff != "" {
				t.Error(diff)
			}
			r := ledger.NewRecord(j, d, l)
			if err := errors.Join(r.Write(all[len(events):]), r.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			here, err := ledger.Read(dir, run)
			if diff := cmp.Diff(all, here); diff != "" || err != nil {
				t.Error("the journal: ", err, diff)
			}
			there, err := d.Events(t.Context(), run)
			if diff := cmp.Diff(all, there); diff != "" || err != nil {
				t.Error("the database: ", err, diff)
			}
		})
	}
}

func TestResume_refusesARunThatWentOnInTwoPlacesAndOneThatIsNowhere(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	if _, _, err := ledger.Resume(t.Context(), t.TempDir(), run, d); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	l := acquire(t, d, run)
	r, _ := create(t, d, l)
	all := story(run, "prod")
	writeAll(t, r, all[:4])
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := append([]release.Event{}, all[:6]...)
	other[3].Body = release.StepIntent{Text: "else"}
	dir := t.TempDir()
	path := write(t, dir, run, other)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = ledger.Resume(t.Context(), dir, run, d)
	if _, conflict := errors.AsType[*ledger.ConflictError](err); !conflict {
		t.Errorf("got %v", err)
	}
	if f, ok := errors.AsType[*release.Fault](err); !ok || !strings.Contains(f.Try, "mv ") || f.Exit != release.ExitNotPutBack {
		t.Errorf("it does not say what to do: %v", err)
	}
	if err := d.Replay(t.Context(), l, dir, run); err == nil {
		t.Error("it was replayed over what stands there")
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Error("the journal was changed")
	}
}

func TestAcquireOver_takesTheLockOfWhoeverIsDeadAndOfNobodyElse(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	dir := t.TempDir()
	first := acquire(t, d, run)
	j, err := ledger.Create(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Write(story(run, "prod")[:2]); err != nil {
		t.Fatal(err)
	}
	next := me("20261122-160000-bbbbbb")
	_, err = d.AcquireOver(t.Context(), next, ledger.Orphaned(dir, "laptop"))
	if _, held := errors.AsType[*ledger.HeldError](err); !held {
		t.Fatalf("of one who lives: got %v", err)
	}
	if err := j.Close(); err != nil { // as the kernel does for a process that is killed
		t.Fatal(err)
	}
	_, err = d.AcquireOver(t.Context(), next, ledger.Orphaned(dir, "runner"))
	if _, held := errors.AsType[*ledger.HeldError](err); !held {
		t.Fatalf("of one on another machine: got %v", err)
	}
	second, err := d.AcquireOver(t.Context(), next, ledger.Orphaned(dir, "laptop"))
	if err != nil {
		t.Fatal(err)
	}
	releaseAfter(t, second)
	if second.Holder().Epoch != first.Holder().Epoch+1 {
		t.Errorf("got epoch %d", second.Holder().Epoch)
	}
	if err := first.Release(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	if h, held, err := d.Lease(t.Context()); !held || h.Run != next.Run || err != nil {
		t.Errorf("got %v, %v, %v", h, held, err)
	}
}

func TestAcquireOver_askedAboutOneNeverTakesFromTheNext(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	acquire(t, d, run)
	var asked []string
	_, err := d.AcquireOver(t.Context(), me("20261122-170000-cccccc"), func(h ledger.Holder) bool {
		asked = append(asked, h.Run)
		if h.Run != run {
			return false
		}
		if err := d.Break(t.Context(), h); err != nil { // while we are at it, somebody else breaks it and is in
			t.Error(err)
		}
		acquire(t, d, "20261122-160000-bbbbbb")
		return true
	})
	held, ok := errors.AsType[*ledger.HeldError](err)
	if !ok || held.Holder.Run != "20261122-160000-bbbbbb" || len(asked) != 2 {
		t.Errorf("got %v, asked about %v", err, asked)
	}
}
