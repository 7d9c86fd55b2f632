package view_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
	"readme/cli/view"
)

var update = flag.Bool("update", false, "write the goldens anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// styles are what each golden is drawn in: the name of the file's ending and the style.
func styles() map[string]view.Style {
	return map[string]view.Style{
		"60": {Width: 60}, "80": {Width: 80}, "120": {Width: 120},
		"80.ascii": {Width: 80, ASCII: true}, "80.color": {Width: 80, Color: true},
	}
}

func eachStyle(t *testing.T, name string, draw func(view.Style) string) {
	t.Helper()
	for ending, s := range styles() {
		text := draw(s)
		golden(t, name+"."+ending, text)
		if strings.Contains(text, "\x1b") != s.Color {
			t.Errorf("%s.%s: colour is %t, escapes %t", name, ending, s.Color, !s.Color)
		}
		if s.ASCII && strings.ContainsAny(text, "✔✘●○│…") {
			t.Errorf("%s.%s has symbols beyond ASCII", name, ending)
		}
		if strings.Contains(text, "\n\n\n") || strings.Contains(text, " \n") {
			t.Errorf("%s.%s has two empty lines or a space at an end", name, ending)
		}
	}
}

const evil = "\x1b[31mred\x1b[0m \x1b]0;title\x07\rback\u202e"

func full() release.Plan {
	return release.Plan{
		Project: "readme", Env: "local", Box: true,
		Commit: release.Commit{SHA: "1a2b3c4d5e6f708192a3b4c5d6e7f80912345678", Dirty: "9f8e7d", Subject: "Take books up to 50 MB, and say what is wrong with the others"},
		Targets: []release.Target{
			{Name: "postgres", Value: "readme on this machine"},
			{Name: "railway", Value: "project readme, environment local", URL: "http://127.0.0.1:41001"},
			{Name: "vercel", Value: "project readme", URL: "http://127.0.0.1:41002"},
		},
		Digest: "sha256:" + strings.Repeat("1a2b3c4d", 8),
		Notes: []string{
			"the tree is not clean: what runs is 1a2b3c4+dirty.9f8e7d, and nobody else can build it from that commit again",
			"DATABASE_URL of your shell is not used in a box",
		},
		Steps: []release.Step{
			{
				ID: "migrations", Kind: release.KindMigrations, Change: release.ChangeCreate, Title: "apply 1 migration", To: "0001_books",
				Lines: []string{"0001_books.sql  create table books, enable row level security"}, Undo: "applied migrations stay",
			},
			{
				ID: "bucket", Kind: release.KindBucket, Change: release.ChangeUpdate, Title: "put the bucket books right",
				From: "public, 50MB", To: "private, 50MB, application/pdf", Why: "it differs from release.yaml", Undo: "the bucket stays",
			},
			{
				ID: "api", Kind: release.KindDeploy, Change: release.ChangeUpdate, Title: "deploy api to railway",
				From: "0f1e2d3", To: "1a2b3c4+dirty.9f8e7d", Why: "3 files have changed: services/api/upload.go, services/api/server.go, go.mod",
				Needs: []string{"migrations", "bucket"}, Undo: "deployment d-41 is brought back",
			},
			{ID: "bot", Kind: release.KindDeploy, Change: release.ChangeNone, Title: "deploy bot to pipecat", Why: "the same image is live"},
			{ID: "client", Kind: release.KindDeploy, Change: release.ChangeSkip, Title: "deploy client to vercel", Why: "Node is missing"},
			{ID: "healthy", Kind: release.KindCheck, Change: release.ChangeRun, Title: "healthy"},
			{ID: "本がアップロードできる", Kind: release.KindCheck, Change: release.ChangeRun},
			{ID: "remove: 本", Kind: release.KindCleanup, Change: release.ChangeRun, Needs: []string{"本がアップロードできる"}},
			{ID: "the client loads", Kind: release.KindCheck, Change: release.ChangeSkip, Why: "there is no client"},
		},
	}
}

func TestPlan_looksLikeThis(t *testing.T) {
	eachStyle(t, "plan", func(s view.Style) string { return view.Plan(full(), s) + "\n" + view.Next(full(), s) })
}

func TestPlan_ofARealEnvironmentEndsInTheCommandForItsDigest(t *testing.T) {
	p := full()
	p.Box, p.Env, p.OnFailure = false, "prod", "leave"
	text := view.Plan(p, view.Style{Width: 60}) + view.Next(p, view.Style{Width: 60})
	want := "Next:   readme-ops release --env prod --approve " + p.Digest + "\n"
	if !strings.HasSuffix(text, want) {
		t.Errorf("got\n%s\nwant it to end in %s", text, want)
	}
	if !strings.Contains(text, "everything stays as it is then (on_failure: leave)") {
		t.Errorf("on_failure is not told:\n%s", text)
	}
}

func TestPlan_ofVariablesAloneDoesNotSayThatTheyArePutBack(t *testing.T) {
	p := release.Plan{Env: "dev", Steps: []release.Step{{ID: "variables of api", Kind: release.KindVariables, Change: release.ChangeUpdate, Undo: "what was written stays"}}}
	text := view.Plan(p, view.Style{})
	if !strings.Contains(text, "\nIf it fails:\n  variables of api  what was written stays\n") {
		t.Errorf("got\n%s", text)
	}
}

func TestPlan_isCalmWhenThereIsNothingToDo(t *testing.T) {
	p := full()
	p.Notes = nil
	for i := range p.Steps {
		p.Steps[i].Change = release.ChangeNone
		p.Steps[i].Why = "as it should be"
	}
	golden(t, "plan-nothing", view.Plan(p, view.Style{})+"\n"+view.Next(p, view.Style{}))
	p.Steps[5].Change = release.ChangeRun
	if text := view.Plan(p, view.Style{}); !strings.Contains(text, "\nNothing to change: 5 unchanged, 1 check.\n") {
		t.Errorf("only checks: got\n%s", text)
	}
}

func fault() release.Fault {
	return release.Fault{
		Title:  "deploy worker to railway failed: the container exited with 1 before it was ready to take its first job from the queue",
		Detail: "it was started 3 times\nand ended each time at once, see https://railway.example/project/1f0c2d3e-aaaa-bbbb-cccc-000000000001/logs",
		Where:  &release.Place{File: "release.yaml", Line: 31, Column: 5},
		Evidence: []release.Evidence{
			{Label: "status", Lines: []string{"422 Unprocessable Entity, request id 01J8"}},
			{Label: "last log lines", Lines: []string{"panic: no REDIS_URL\n\tgoroutine 1 [running]:", strings.Repeat("long ", 30) + "日本語日本語", evil}},
			{Label: "line 31:", Lines: []string{"  31 |     start: ./bin/worker --and a very long line that goes on and on and on and on to the edge and over it", "     |            ^^^"}},
		},
		Try: "readme-ops logs worker",
	}
}

func TestFault_looksLikeThis(t *testing.T) {
	eachStyle(t, "fault", func(s view.Style) string { return view.Fault(fault(), s) })
}

func TestFaults_areShownOneAfterTheOther(t *testing.T) {
	got := view.Faults(release.Faults{{Title: "one", Try: "a"}, {Title: "two", Detail: "because", Try: "b"}}, view.Style{})
	want := "✘ one\ntry: a\n\n✘ two\n│ because\ntry: b\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// story is a run in which the worker fails, the bucket is kept, and the api is not put back.
func story() []release.Event {
	p := full()
	p.Steps = append(p.Steps, release.Step{ID: "worker", Kind: release.KindDeploy, Change: release.ChangeUpdate, Title: "deploy worker"})
	f := fault()
	var events []release.Event
	add := func(step string, b release.Body) {
		at := time.Date(2026, 11, 22, 15, 30, len(events), 0, time.UTC)
		events = append(events, release.Event{Seq: int64(len(events) + 1), At: at, Run: "20261122-153000-1a2b3c", Step: step, Body: b})
	}
	add("", release.RunStarted{Plan: p, By: "ada@box", Program: "test"})
	add("", release.Approved{By: "ada@box", How: "box"})
	add("bucket", release.StepStarted{})
	add("bucket", release.StepIntent{Text: "make the bucket private"})
	add("bucket", release.StepDone{TookMS: 80, Text: "private now"})
	add("api", release.StepStarted{})
	add("api", release.StepIntent{Text: "upload 1.2 MB to railway service api"})
	add("api", release.StepSaid{From: "build", Text: "go: downloading " + evil})
	add("api", release.StepStill{TookMS: 10_000, Doing: "BUILDING"})
	add("api", release.StepRetried{Attempt: 1, WaitMS: 500, Why: "429"})
	add("api", release.StepDone{TookMS: 61_000, Text: "live as d-42", Outputs: map[string]string{"url": "http://127.0.0.1:41010"}})
	add("healthy", release.CheckResult{Attempt: 1, TookMS: 3, Expected: "status 200", Actual: "status 503"})
	add("healthy", release.CheckResult{Attempt: 2, OK: true, TookMS: 4, Saw: "200 OK"})
	add("healthy", release.StepDone{TookMS: 510, Text: "200 OK"})
	add("migrations", release.StepSaid{Text: "waiting for the lock"})
	add("migrations", release.StepFailed{TookMS: 12_400, Fault: release.Fault{Title: "the migration 0001_books failed", Detail: "relation exists", Try: "readme-ops migrate status"}})
	add("worker", release.StepIntent{Text: "upload"})
	add("worker", release.StepFailed{TookMS: 12_400, Fault: f})
	add("", release.RunStopping{Why: "worker failed"})
	add("本がアップロードできる", release.StepSkipped{Why: "the run is stopping"})
	add("remove: 本", release.StepCancelled{TookMS: 5, Why: "interrupted"})
	add("", release.RollbackStarted{Why: "worker failed", Steps: []string{"worker", "api", "bucket"}})
	add("worker", release.StepStarted{Undo: true})
	add("worker", release.StepDone{Undo: true, TookMS: 2000, Text: "deployment w-7 is live again"})
	add("api", release.StepFailed{Undo: true, TookMS: 900, Fault: release.Fault{Title: "deployment d-41 is gone", Try: "readme-ops status --env local"}})
	add("bucket", release.StepDone{Undo: true, TookMS: 1, Text: "nothing to do", Kept: "the bucket books stays as it is now"})
	add("", release.RunDone{TookMS: 99_000})
	return events
}

func TestReport_ofAFailedRunLooksLikeThis(t *testing.T) {
	eachStyle(t, "report", func(s view.Style) string { return view.Report(release.Fold(story()), s) })
}

func TestReport_ofAGoodRunLooksLikeThis(t *testing.T) {
	p := full()
	events := []release.Event{{Seq: 1, Body: release.RunStarted{Plan: p}, Run: "20261122-153000-1a2b3c"}}
	for _, s := range p.Steps {
		if s.Runs() {
			done := release.StepDone{TookMS: 1200, Text: "done as planned", Outputs: map[string]string{"url": "http://127.0.0.1:1"}}
			events = append(events, release.Event{Seq: int64(len(events) + 1), Step: s.ID, Body: done})
		}
	}
	events = append(events, release.Event{Seq: int64(len(events) + 1), Body: release.RunDone{}})
	golden(t, "report-released", view.Report(release.Fold(events), view.Style{}))
}

func TestReport_saysWhatWasLeftOnPurpose(t *testing.T) {
	p := full()
	p.OnFailure = "leave"
	text := view.Report(release.Fold([]release.Event{
		{Seq: 1, Body: release.RunStarted{Plan: p}},
		{Seq: 2, Step: "api", Body: release.StepIntent{}},
		{Seq: 3, Step: "api", Body: release.StepFailed{Fault: release.Fault{Title: "no"}}},
		{Seq: 4, Body: release.RunStopping{Why: "api failed"}},
		{Seq: 5, Body: release.RunDone{}},
	}), view.Style{})
	if !strings.Contains(text, "What it had changed:\n  !  api  left as it is") {
		t.Errorf("got\n%s", text)
	}
}

func TestPlain_looksLikeThis(t *testing.T) {
	eachStyle(t, "plain", func(s view.Style) string {
		var b strings.Builder
		p := view.NewPlain(&b, s)
		for _, e := range story() {
			if err := p.Write([]release.Event{e}); err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	})
}

func TestPlain_saysHowLongThingsTake(t *testing.T) {
	p := full()
	p.Steps[2].Estimate, p.Steps[2].Deadline, p.Steps[5].Estimate = 95*time.Second, 20*time.Minute, 4*time.Second
	at := time.Date(2026, 11, 22, 15, 30, 0, 0, time.UTC)
	events := []release.Event{{At: at, Body: release.RunStarted{Plan: p}}, {At: at, Step: "api", Body: release.StepStarted{}}}
	for i := 1; i <= 4; i++ {
		still := release.StepStill{TookMS: int64(i) * 10_000, Doing: "BUILDING"}
		events = append(events, release.Event{At: at.Add(time.Duration(i) * 10 * time.Second), Step: "api", Body: still})
	}
	var b strings.Builder
	if err := view.NewPlain(&b, view.Style{}).Write(events); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"15:30:20 api                    │ still BUILDING after 20.0s, usually 1m35s, at most 20m00s\n",
		"15:30:30 run                    │ 0 of 6 steps over, at least 1m05s left, at work: api\n",
	} {
		if strings.Count(b.String(), want) != 1 {
			t.Errorf("want once\n%sgot\n%s", want, b.String())
		}
	}
}

func TestPlain_showsTimesInTheZoneGiven(t *testing.T) {
	var b strings.Builder
	err := view.NewPlain(&b, view.Style{Zone: time.FixedZone("CET", 3600)}).Write(story()[:1])
	if err != nil || !strings.HasPrefix(b.String(), "16:30:00 run ") {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestJSON_statesItsVersionFirstAndThenTheEventsAsInTheJournal(t *testing.T) {
	var b strings.Builder
	j := view.NewJSON(&b)
	for _, e := range story() {
		if err := j.Write([]release.Event{e}); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if want := `{"v":1,"kind":"version","text":"readme-ops events, version 1"}`; lines[0] != want {
		t.Errorf("got %s, want %s", lines[0], want)
	}
	var got []release.Event
	for _, line := range lines[1:] {
		var e release.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if diff := cmp.Diff(story(), got); diff != "" {
		t.Error(diff)
	}
	if strings.ContainsAny(b.String(), "\x1b\x07\r") {
		t.Error("a control character got out")
	}
}

// broken is a pipe whose reader has gone.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestSinks_tellThatNobodyReads(t *testing.T) {
	for _, sink := range []interface{ Write([]release.Event) error }{view.NewPlain(broken{}, view.Style{}), view.NewJSON(broken{})} {
		if err := sink.Write(story()[:1]); err == nil {
			t.Errorf("%T: no error", sink)
		}
	}
	if err := view.NewJSON(&strings.Builder{}).Write([]release.Event{{Seq: 3}}); err == nil || !strings.Contains(err.Error(), "event 3") {
		t.Errorf("an event without a body: got %v", err)
	}
}

func TestLists_lookLikeThis(t *testing.T) {
	running := story()
	released := []release.Event{story()[0], {Seq: 2, At: story()[9].At, Body: release.RunDone{}}}
	for i := range released[0].Body.(release.RunStarted).Plan.Steps {
		released[0].Body.(release.RunStarted).Plan.Steps[i].Change = release.ChangeNone
	}
	eachStyle(t, "lists", func(s view.Style) string {
		return view.History([]view.HistoryRow{
			{Run: "20261123-080000-aaaaaa", State: release.Fold(running[:5])},
			{Run: "20261122-153000-1a2b3c", State: release.Fold(running)},
			{Run: "20261121-153000-bbbbbb", Note: "20261121-153000-bbbbbb.jsonl:7: event 9 stands where event 7 should"},
			{Run: "20261120-153000-cccccc", State: release.Fold(released)},
		}, s) + "\n" + view.Status([]view.ServiceRow{
			{Name: "api", Host: "railway", Commit: "1a2b3c4+dirty.9f8e7d", State: "SUCCESS", URL: "http://127.0.0.1:41010", Mood: view.Good},
			{Name: "client", Host: "vercel", State: "nothing is live", Mood: view.Warn},
		}, s) + "\n" + view.Doctor([]view.Finding{
			{Name: "go", Text: "go1.26.8", Mood: view.Good},
			{Name: "postgres", Word: "missing", Text: "no initdb in PATH or in the usual places; a build for this system can be fetched with npm", Try: "apt-get install postgresql", Mood: view.Bad},
			{Name: "domain", Text: "readme.example is not verified", Page: "https://vercel.example/domains", Mood: view.Bad},
			{Name: "rights", Text: "the vendor does not say", Mood: view.Dim},
			{Name: "node", Text: "not installed: a release is one without the client", Try: "apt-get install nodejs npm", Mood: view.Warn},
		}, s)
	})
	if got := view.History(nil, view.Style{}); got != "No run is on record yet.\n" {
		t.Errorf("an empty history: got %q", got)
	}
}

func TestTable_keepsItsColumnsStraightWithWideCharacters(t *testing.T) {
	got := view.Table([][]string{
		{"NAME", "STATE", "NOTE"}, {"本", "ok", "a"}, {"é" + evil, "日本", "some words that go on and on"}, {"x", "y", strings.Repeat("z", 50)}, {"", "", ""},
	}, view.Style{Width: 40})
	want := "NAME         STATE  NOTE\n" +
		"本           ok     a\n" +
		"éred ?back?  日本\n" +
		"    some words that go on and on\n" +
		"x            y\n" +
		"    " + strings.Repeat("z", 50) + "\n" +
		"\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestViews_neutraliseForeignTextEverywhere(t *testing.T) {
	p := full()
	p.Project, p.Env, p.Commit.Subject = evil, evil, evil
	p.Targets[0] = release.Target{Name: evil, Value: evil, URL: evil}
	p.Notes = []string{evil}
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Title, s.Why, s.From, s.To, s.Undo, s.Lines = evil, evil, evil, evil, evil, []string{evil}
		s.ID = fmt.Sprint(evil, i)
		s.Needs = nil
	}
	f := release.Fault{Title: evil, Detail: evil, Where: &release.Place{File: evil}, Evidence: []release.Evidence{{Label: evil, Lines: []string{evil, evil}}}, Try: evil}
	events := []release.Event{{Body: release.RunStarted{Plan: p, By: evil}}}
	for _, b := range []release.Body{
		release.StepSaid{Text: evil, From: evil},
		release.StepIntent{Text: evil},
		release.StepStill{Doing: evil},
		release.StepRetried{Why: evil},
		release.CheckResult{Saw: evil},
		release.CheckResult{Expected: evil, Actual: evil},
		release.StepFailed{Fault: f},
		release.StepDone{Undo: true, Kept: evil},
	} {
		events = append(events, release.Event{Run: evil, Step: p.Steps[2].ID, Body: b})
	}
	events = append(events, release.Event{Body: release.RunStopping{Why: evil}}, release.Event{Body: release.RunDone{}})
	state := release.Fold(events)
	var plain strings.Builder
	if err := view.NewPlain(&plain, view.Style{}).Write(events); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"plan": view.Plan(p, view.Style{}), "fault": view.Fault(f, view.Style{}), "report": view.Report(state, view.Style{}), "plain": plain.String(),
		"history": view.History([]view.HistoryRow{{Run: evil, State: state, Note: evil}, {Run: evil, Note: evil}}, view.Style{}),
		"status":  view.Status([]view.ServiceRow{{Name: evil, Host: evil, Commit: evil, State: evil, URL: evil}}, view.Style{}),
		"doctor":  view.Doctor([]view.Finding{{Name: evil, Word: evil, Text: evil, Try: evil, Page: evil}}, view.Style{}),
	} {
		if strings.ContainsAny(text, "\x1b\x07\r\u202e") {
			t.Errorf("%s lets a control character through:\n%q", name, text)
		}
	}
}
