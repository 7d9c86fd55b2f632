package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/ledger"
	"readme/cli/release"
)

// put records events in a database, and with dir in a journal there, too.
func put(t *testing.T, d ledger.Database, dir, run string, events []release.Event) {
	t.Helper()
	l, err := d.Acquire(t.Context(), me(run))
	if err != nil {
		t.Fatal(err)
	}
	j, err := ledger.Create(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	r := ledger.NewRecord(j, d, l)
	if err := errors.Join(r.Write(events), r.Close(t.Context()), l.Release(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func line(s ledger.Summary) string {
	text := s.Run
	if s.State != nil {
		text += fmt.Sprint(" ", s.State.Verdict(), " ", s.State.Last)
	}
	for word, is := range map[string]bool{" gone": s.Gone, " held": s.Held} {
		if is {
			text += word
		}
	}
	for _, w := range []struct {
		word string
		is   bool
	}{{"journal", s.Journal}, {"ahead", s.Ahead}, {"database", s.Ordinal > 0}, {"broken", s.Err != nil}} {
		if w.is {
			text += " " + w.word
		}
	}
	return text
}

func TestAll_isOneListInTheOrderOfTheDatabaseWhateverTheClocksOfMachinesSaid(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	here, ci := t.TempDir(), t.TempDir()
	const late, early, elsewhere, split, ahead, alone = "20271122-153000-aaaaaa", "20251122-153000-bbbbbb", "20251122-153100-cccccc", "20251122-153200-dddddd",
		"20251122-153300-eeeeee", "20251122-153250-ffffff"
	put(t, d, here, late, story(late, "prod")) // a clock that is a year ahead, and then put right
	put(t, d, here, early, story(early, "prod"))
	put(t, d, ci, elsewhere, story(elsewhere, "prod")[:4]) // killed in CI
	put(t, d, ci, split, story(split, "prod"))             // went on in CI while this machine believed something else
	other := story(split, "prod")
	other[6].Body = release.StepSaid{Text: "else"}
	write(t, here, split, append(other[:7:7], release.Event{Seq: 8, Run: split, Body: release.StepSaid{}}, release.Event{Seq: 9, Run: split, Body: release.StepSaid{}}))
	put(t, d, ci, ahead, story(ahead, "prod")[:6])
	write(t, here, ahead, story(ahead, "prod"))
	write(t, here, alone, story(alone, "prod"))
	list, err := ledger.All(t.Context(), here, 10, d)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, len(list))
	for i, s := range list {
		got[i] = line(s)
	}
	want := []string{
		ahead + " released 8 journal ahead database",
		alone + " released 8 journal",
		split + " released 8 journal database",
		elsewhere + " running 4 gone database",
		early + " released 8 journal database",
		late + " released 8 journal database",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	l := acquire(t, d, elsewhere)
	if list, err = d.Runs(t.Context(), 4); err != nil || len(list) != 4 || line(list[2]) != elsewhere+" running 4 held database" {
		t.Errorf("got %v, %v", list, err)
	}
	if err := d.Replay(t.Context(), l, here, ahead); err != nil {
		t.Fatal(err)
	}
	if list, err = d.Runs(t.Context(), 1); err != nil || len(list) != 1 || line(list[0]) != ahead+" released 8 database" {
		t.Errorf("got %v, %v", list, err)
	}
	exec(t, address, `update readme_ops.events set line = replace(line, '"v":1', '"v":2') where run = '`+early+`'`)
	if list, err = d.Runs(t.Context(), 9); err != nil || line(list[3]) != early+" database broken" {
		t.Errorf("got %v, %v", list, err)
	}
	if _, err := d.Events(t.Context(), early); err == nil || errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
}

func TestAll_withADatabaseThatIsAwayIsTheJournalsAndAnError(t *testing.T) {
	t.Parallel()
	address, cut := through(t, pgtest.Database(t))
	cut.set(true)
	dir := t.TempDir()
	write(t, dir, run, story(run, "prod"))
	list, err := ledger.All(t.Context(), dir, 10, dialled(address), ledger.Database{Env: "local"})
	if !errors.Is(err, release.ErrAway) || len(list) != 1 {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestEstimates_areTheMedianOfTheLastTenThatWereDone(t *testing.T) {
	t.Parallel()
	var runs []ledger.Summary
	for i := range 15 {
		events := story(run, "prod")
		events[6].Body = release.StepDone{TookMS: int64(100 * i)}
		runs = append(runs, ledger.Summary{State: release.Fold(events)})
	}
	cut := ledger.Summary{State: release.Fold(story(run, "prod")[:4])}
	other := ledger.Summary{State: release.Fold(story(run, "dev"))}
	got := ledger.Estimates(append([]ledger.Summary{cut, other, {}}, runs...), "prod")
	if diff := cmp.Diff(map[string]time.Duration{"api": 500 * time.Millisecond}, got); diff != "" {
		t.Error(diff)
	}
	d, _ := prepared(t)
	put(t, d, t.TempDir(), run, story(run, "prod"))
	if got, err := d.Estimates(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestSeen_countsFromTheFirstTimeAndBeginsAnewAfterItWasGone(t *testing.T) {
	t.Parallel()
	d, _, shift := warped(t)
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := func(keys ...string) map[string]ledger.Sighting {
		t.Helper()
		got, err := d.Seen(t.Context(), keys)
		if err != nil || len(got) != len(keys) {
			t.Fatalf("got %v, %v", got, err)
		}
		return got
	}
	seen("a", "b")
	shift("25 h")
	if got, err := d.Sighted(t.Context()); err != nil || len(got) != 2 || got["b"].Age < 25*time.Hour {
		t.Errorf("reading alone: got %v, %v", got, err)
	}
	if got := seen("a", "c"); got["a"].Age < 25*time.Hour || got["c"].Age > time.Hour {
		t.Errorf("got %v", got)
	}
	if got := seen("a", "b"); got["b"].Age > time.Hour {
		t.Errorf("what was gone kept its age: %v", got)
	}
	seen()
	if got := seen("a"); got["a"].Age > time.Hour {
		t.Errorf("got %v", got)
	}
}

func TestAll_readsNoMoreJournalsThanItIsAskedForAndCountsNoChecks(t *testing.T) {
	dir := t.TempDir()
	for i := range 6 {
		run := fmt.Sprintf("2026112%d-153000-aaaaaa", i)
		events := story(run, "prod")
		if i > 3 {
			started, _ := events[0].Body.(release.RunStarted)
			started.Plan.Purpose = release.Smoke
			events[0].Body = started
		}
		write(t, dir, run, events)
	}
	list, err := ledger.All(t.Context(), dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range list {
		got = append(got, s.Run[:8])
	}
	if diff := cmp.Diff([]string{"20261125", "20261124", "20261123", "20261122"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAll_knowsTheJournalOfARunThatTheDatabaseHasHoweverOldItsNameIs(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	dir := t.TempDir()
	const old = "20251122-153000-bbbbbb"
	put(t, d, t.TempDir(), old, story(old, "prod")[:4])
	write(t, dir, old, story(old, "prod"))
	write(t, dir, run, story(run, "prod"))
	list, err := ledger.All(t.Context(), dir, 1, d)
	if err != nil || len(list) != 2 || line(list[1]) != old+" released 8 journal ahead database" {
		t.Errorf("got %v, %v", list, err)
	}
}
