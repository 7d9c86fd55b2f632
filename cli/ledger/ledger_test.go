package ledger_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/ledger"
	"readme/cli/release"
)

const run = "20261122-153000-1a2b3c"

// story is a run in eight events.
func story(run, env string) []release.Event {
	bodies := []release.Body{
		release.RunStarted{Plan: release.Plan{Project: "readme", Env: env, Steps: []release.Step{{ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate}}}, PID: 4711},
		release.Approved{By: "ada"},
		release.StepStarted{},
		release.StepIntent{Text: "upload", Data: json.RawMessage(`{"key":1}`)},
		release.StepSaid{Text: "a\nb <c>"},
		release.StepStill{TookMS: 10_000},
		release.StepDone{Text: "live"},
		release.RunDone{TookMS: 12},
	}
	events := make([]release.Event, len(bodies))
	for i, b := range bodies {
		events[i] = release.Event{Seq: int64(i + 1), At: time.Date(2026, 11, 22, 15, 30, i, 0, time.UTC), Run: run, Body: b}
		if strings.HasPrefix(b.Kind(), "step") {
			events[i].Step = "api"
		}
	}
	return events
}

func write(t *testing.T, dir, run string, events []release.Event) string {
	t.Helper()
	j, err := ledger.Create(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.Write(events), j.Close()); err != nil {
		t.Fatal(err)
	}
	return j.Path()
}

func TestJournal_isReadBackAsItWasWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	path := write(t, dir, run, story(run, "local"))
	got, err := ledger.Read(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(story(run, "local"), got); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v, want 0600", info.Mode(), err)
	}
}

func TestJournal_syncsOnlyWhatAResumeNeeds(t *testing.T) {
	j, err := ledger.Create(t.TempDir(), run)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	syncs := ledger.Counting(j)
	var got []string
	for _, e := range story(run, "local") {
		before := *syncs
		if err := j.Write([]release.Event{e}); err != nil {
			t.Fatal(err)
		}
		if *syncs > before {
			got = append(got, e.Body.Kind())
		}
	}
	if diff := cmp.Diff([]string{"run_started", "approved", "step_started", "step_intent", "step_done", "run_done"}, got); diff != "" {
		t.Error(diff)
	}
	before := *syncs
	if err := j.Write(story(run, "local")); err != nil {
		t.Fatal(err)
	}
	if *syncs != before+1 {
		t.Errorf("a batch took %d syncs, want 1", *syncs-before)
	}
}

func TestJournal_aFullDiskNamesTheFileAndEndsTheRecord(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full: ", err)
	}
	j := ledger.On(full)
	defer j.Close()
	err = j.Write(story(run, "local"))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "/dev/full") {
		t.Errorf("got %v, want no space and the name of the file", err)
	}
	if again := j.Write(nil); !errors.Is(again, syscall.ENOSPC) {
		t.Errorf("a write after the failed one: got %v", again)
	}
}

func TestJournal_writesNothingAfterAFailureEvenIfTheDiskRecovers(t *testing.T) {
	j, err := ledger.Create(t.TempDir(), run)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	ledger.FailOnce(j, syscall.EIO)
	for i, e := range story(run, "local")[:2] {
		if err := j.Write([]release.Event{e}); !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), j.Path()) {
			t.Errorf("write %d: got %v", i+1, err)
		}
	}
	if raw, err := os.ReadFile(j.Path()); err != nil || bytes.Count(raw, []byte("\n")) != 1 {
		t.Errorf("got %q, %v, want the first event alone", raw, err)
	}
}

func TestJournal_anEventThatCannotBeWrittenEndsTheRecord(t *testing.T) {
	j, err := ledger.Create(t.TempDir(), run)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	err = j.Write([]release.Event{{Seq: 1, Body: release.StepIntent{Data: json.RawMessage(`{`)}}})
	if err == nil || !strings.Contains(err.Error(), j.Path()) {
		t.Errorf("got %v, want an error that names %s", err, j.Path())
	}
}

func TestJournal_isNotWrittenAfterItsEnd(t *testing.T) {
	j, err := ledger.Create(t.TempDir(), run)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Write(story(run, "local")); !errors.Is(err, fs.ErrClosed) || !strings.Contains(err.Error(), run) {
		t.Errorf("got %v", err)
	}
	if err := j.Close(); err == nil {
		t.Error("a second Close is no error")
	}
}

func TestCreate_refuses(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, run, story(run, "local"))
	if _, err := ledger.Create(dir, run); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), run) {
		t.Errorf("a run twice: got %v", err)
	}
	for _, name := range []string{"", "..", "../" + run, "x/" + run} {
		if _, err := ledger.Create(dir, name); err == nil || !strings.Contains(err.Error(), "is not the name of a run") {
			t.Errorf("%q: got %v", name, err)
		}
		if _, err := ledger.Read(dir, name); err == nil || !strings.Contains(err.Error(), "is not the name of a run") {
			t.Errorf("read %q: got %v", name, err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Create(file, run); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a dir that is a file: got %v", err)
	}
}

func TestRead_toleratesOnlyACutLastLine(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, run, story(run, "local"))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for size := range len(whole) + 1 {
		got, err := ledger.Decode(bytes.NewReader(whole[:size]), "j")
		want := bytes.Count(whole[:size], []byte("\n"))
		cut := size > 0 && whole[size-1] != '\n'
		if len(got) != want {
			t.Fatalf("cut at %d: got %d events, want %d", size, len(got), want)
		}
		if e, ok := errors.AsType[*ledger.CutError](err); ok != cut || (cut && e.Line != want+1) {
			t.Fatalf("cut at %d: got %v", size, err)
		}
	}
	for name, c := range map[string]struct {
		lines [][]byte
		want  string
	}{
		"a cut in the middle": {[][]byte{lines[0], lines[1][:30], []byte("\n"), lines[2]}, "j:2: the journal of a run is damaged: unexpected end of JSON input"},
		"lines run together":  {[][]byte{lines[0], lines[1][:30], lines[2]}, "j:2: the journal of a run is damaged: invalid character"},
		"a gap":               {[][]byte{lines[0], lines[2]}, "j:2: the journal of a run is damaged: event 3 stands where event 2 should"},
		"a line twice":        {[][]byte{lines[0], lines[1], lines[1]}, "j:3: the journal of a run is damaged: event 2 stands where event 3 should"},
		"no start":            {[][]byte{bytes.Replace(lines[1], []byte(`"seq":2`), []byte(`"seq":1`), 1)}, "j:1: the journal of a run is damaged: the journal begins with approved"},
		"another run":         {[][]byte{lines[0], bytes.Replace(lines[1], []byte(run), []byte("other"), 1)}, `j:2: the journal of a run is damaged: the event is of run "other"`},
		"an empty line":       {[][]byte{lines[0], []byte("\n"), lines[1]}, "j:2: the journal of a run is damaged: unexpected end"},
		"an unknown kind":     {[][]byte{lines[0], bytes.Replace(lines[1], []byte(`"approved"`), []byte(`"danced"`), 1)}, `j:2: the journal of a run is damaged: event of unknown kind "danced"`},
	} {
		events, err := ledger.Decode(bytes.NewReader(bytes.Join(c.lines, nil)), "j")
		if err == nil || !strings.Contains(err.Error(), c.want) || events != nil {
			t.Errorf("%s: got %d events and %v, want %s", name, len(events), err, c.want)
		}
	}
}

func TestList_isNewestFirstAndABrokenJournalHidesNothing(t *testing.T) {
	dir := t.TempDir()
	const old, cut, broken, newest = "20261120-000000-aaaaaa", "20261121-000000-bbbbbb", "20261122-000000-cccccc", "20261123-000000-dddddd"
	write(t, dir, old, story(old, "local"))
	path := write(t, dir, cut, story(cut, "local")[:4])
	write(t, dir, newest, story(newest, "dev"))
	half, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		path: half[:len(half)-5], filepath.Join(dir, broken+".jsonl"): []byte("{}\n"), filepath.Join(dir, "notes.jsonl"): nil, filepath.Join(dir, "lock"): nil,
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := ledger.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range list {
		line := s.Run
		if s.State != nil {
			line += fmt.Sprint(" ", s.State.Plan.Env, " ", s.State.Verdict())
		}
		if s.Err != nil {
			line += " broken"
		}
		if s.Cut {
			line += " cut"
		}
		got = append(got, line)
	}
	want := []string{newest + " dev released", broken + " broken", cut + " local running cut", old + " local released"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for env, want := range map[string]string{"local": cut, "dev": newest} {
		if s, err := ledger.Latest(dir, env); err != nil || s == nil || s.Run != want {
			t.Errorf("the latest of %s: got %v, %v", env, s, err)
		}
	}
	if s, err := ledger.Latest(dir, "prod"); s != nil || err != nil {
		t.Errorf("the latest of prod: got %v, %v", s, err)
	}
}

func TestList_ofADirectoryThatIsNotThereIsEmpty(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if list, err := ledger.List(dir); err != nil || len(list) > 0 {
		t.Errorf("got %v, %v", list, err)
	}
	if s, err := ledger.Latest(dir, "local"); s != nil || err != nil {
		t.Errorf("got %v, %v", s, err)
	}
	if _, err := ledger.Read(dir, run); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// FuzzDecode: a journal never panics a reader, and what it gives is a record: numbered without a gap, written back to the same events.
func FuzzDecode(f *testing.F) {
	var whole bytes.Buffer
	for _, e := range story(run, "local") {
		line, err := json.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		whole.Write(append(line, '\n'))
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:whole.Len()-3])
	f.Add([]byte("{}\n"))
	f.Add([]byte("\n\n"))
	f.Add([]byte(`{"v":1,"seq":1,"kind":"run_started","body":null}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		events, err := ledger.Decode(bytes.NewReader(data), "j")
		if _, cut := errors.AsType[*ledger.CutError](err); err != nil && !cut {
			if events != nil || !strings.HasPrefix(err.Error(), "j:") {
				t.Fatalf("got %d events beside %v", len(events), err)
			}
			return
		}
		var again bytes.Buffer
		for i, e := range events {
			if e.Seq != int64(i+1) {
				t.Fatalf("event %d has seq %d", i+1, e.Seq)
			}
			line, err := json.Marshal(e)
			if err != nil {
				t.Fatalf("event %d cannot be written: %v", i+1, err)
			}
			again.Write(append(line, '\n'))
		}
		twice, err := ledger.Decode(&again, "j")
		if err != nil {
			t.Fatal(err)
		}
		release.Fold(twice).LastLine()
		if diff := cmp.Diff(events, twice); diff != "" {
			t.Fatal(diff)
		}
	})
}
