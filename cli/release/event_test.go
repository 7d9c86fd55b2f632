package release_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
)

// samples has every kind once, with every field filled.
func samples() []release.Body {
	raw := json.RawMessage(`{"id":"d1"}`)
	fault := release.Fault{
		Title: "deploy api failed", Detail: "it crashed", Where: &release.Place{File: "release.yaml", Line: 3, Column: 5},
		Evidence: []release.Evidence{{Label: "last log lines", Lines: []string{"panic <nil>", ""}}}, Try: "readme-ops logs api", Exit: 3,
	}
	plan := release.Plan{
		Project: "readme", Env: "local", Box: true, Commit: release.Commit{SHA: strings.Repeat("a", 40), Dirty: "12ab", Subject: "x"},
		Targets: []release.Target{{Name: "railway", Value: "project readme", URL: "http://127.0.0.1:1"}},
		Steps: []release.Step{{
			ID: "api", Kind: release.KindDeploy, Title: "deploy api", Change: release.ChangeUpdate, Why: "w", From: "f", To: "t", Lines: []string{"l"},
			Needs: []string{"migrations"}, Inputs: raw, Precondition: "live=d0", Outputs: map[string]string{"url": "u"}, Deadline: time.Minute, Undo: "d0",
		}},
		Notes: []string{"n"}, OnFailure: "rollback", Digest: "sha256:00",
	}
	return []release.Body{
		release.RunStarted{Plan: plan, By: "ada@box", Program: "v1", PID: 7},
		release.Approved{By: "ada@box", How: "--yes", Digest: "sha256:00"},
		release.Denied{By: "ada@box", Why: "said no"},
		release.StepStarted{Undo: true},
		release.StepIntent{Undo: true, Text: "upload", Data: raw},
		release.StepSaid{Undo: true, Text: "<html> & é", From: "build"},
		release.StepStill{Undo: true, TookMS: 10_000, Doing: "BUILDING"},
		release.StepRetried{Undo: true, Attempt: 2, WaitMS: 500, Why: "429"},
		release.StepDone{Undo: true, TookMS: 12, Text: "deployed", Outputs: map[string]string{"url": "u"}, Record: raw, Kept: "the row"},
		release.StepFailed{Undo: true, TookMS: 3, Fault: fault},
		release.StepSkipped{Why: "api failed"},
		release.StepCancelled{Undo: true, TookMS: 4, Why: "interrupt"},
		release.CheckResult{Attempt: 1, OK: true, TookMS: 5, Saw: "200 OK", Expected: "200", Actual: "500"},
		release.RunStopping{Why: "api failed", Signal: "interrupt"},
		release.RollbackStarted{Why: "api failed", Steps: []string{"api", "bucket"}},
		release.RunPaused{Why: "interrupted"},
		release.RunResumed{By: "ada@laptop", Program: "v1", PID: 7, CI: "https://ci.example/1"},
		release.RunSuperseded{Why: "another commit is released"},
		release.RunDone{TookMS: 99},
	}
}

func TestEvent_everyKindSurvivesTheRoundTrip(t *testing.T) {
	var seen []string
	for i, body := range samples() {
		seen = append(seen, body.Kind())
		want := release.Event{Seq: int64(i + 1), At: time.Date(2026, 11, 22, 15, 30, 0, 123456789, time.UTC), Run: "r", Step: "api", Body: body}
		line, err := json.Marshal(want)
		if err != nil {
			t.Fatalf("%s: %v", body.Kind(), err)
		}
		if strings.Contains(string(line), "\n") {
			t.Errorf("%s is more than one line: %s", body.Kind(), line)
		}
		var got release.Event
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%s: %v", body.Kind(), err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s changed on the way (-want +got):\n%s", body.Kind(), diff)
		}
		if body.String() == "" {
			t.Errorf("%s has no sentence", body.Kind())
		}
	}
	slices.Sort(seen)
	if diff := cmp.Diff(release.Kinds(), seen); diff != "" {
		t.Errorf("samples() is not the closed set (-set +samples):\n%s", diff)
	}
}

func TestEvent_everyFieldOfASampleIsFilled(t *testing.T) {
	// Otherwise the round trip would say nothing about that field. No field of a body is called zero, null or false when filled.
	for _, body := range samples() {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		for name, value := range fields {
			if value == nil || value == "" || value == 0.0 || value == false {
				t.Errorf("%s.%s is not filled in samples()", body.Kind(), name)
			}
		}
	}
}

func TestEvent_lineIsReadableByPeopleAndStatesItsVersion(t *testing.T) {
	line, err := json.Marshal(release.Event{
		Seq: 3, At: time.Date(2026, 11, 22, 15, 30, 0, 0, time.UTC), Run: "r", Step: "api", Body: release.StepDone{TookMS: 4100, Text: "deployed"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"v":1,"seq":3,"at":"2026-11-22T15:30:00Z","run":"r","step":"api","kind":"step_done","text":"deployed (4.1s)",` +
		`"body":{"took_ms":4100,"text":"deployed"}}`
	if diff := cmp.Diff(want, string(line)); diff != "" {
		t.Error(diff)
	}
}

func TestEvent_refusesWhatItDoesNotKnow(t *testing.T) {
	for line, want := range map[string]string{
		`{"v":2,"seq":1,"kind":"run_done","body":{}}`:                         "event version 2",
		`{"v":1,"seq":1,"kind":"step_danced","body":{}}`:                      `unknown kind "step_danced"`,
		`{"v":1,"seq":9,"kind":"run_done"}`:                                   "event 9 (run_done)",
		`{"v":1,"seq":9,"kind":"run_done","body":{"took_ms":"long"}}`:         "event 9 (run_done)",
		`{"v":1,"seq":1.5,"kind":"run_done","body":{}}`:                       "seq",
		`{"v":1,"seq":1,"at":"yesterday","kind":"run_done","body":{}}`:        "parsing time",
		`{"v":1,"seq":1,"kind":"run_done","body":{"took_ms":1}`:               "unexpected end",
		`{"v":1,"seq":1,"kind":"step_failed","body":{"fault":"not a fault"}}`: "fault",
	} {
		var e release.Event
		err := json.Unmarshal([]byte(line), &e)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want one with %q", line, err, want)
		}
	}
	if _, err := json.Marshal(release.Event{Seq: 4}); err == nil || !strings.Contains(err.Error(), "event 4 has no body") {
		t.Errorf("an event without a body: got error %v", err)
	}
}

func TestRecorded_isWhatTheRecordWillSay(t *testing.T) {
	got, err := release.Recorded(release.StepDone{Text: "a\xffb", Record: json.RawMessage(`{ "a": "<" }`), Outputs: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	want := release.StepDone{Text: "a\uFFFDb", Record: json.RawMessage(`{"a":"\u003c"}`)}
	if diff := cmp.Diff(release.Body(want), got); diff != "" {
		t.Error(diff)
	}
	if _, err := release.Recorded(release.StepDone{Record: json.RawMessage(`{`)}); err == nil || !strings.Contains(err.Error(), "record step_done") {
		t.Errorf("a record that is no JSON: got error %v", err)
	}
}

func TestBody_sentences(t *testing.T) {
	fault := release.Fault{Title: "no room", Detail: "disk full"}
	for want, body := range map[string]release.Body{
		"done (1.5s)":                                               release.StepDone{TookMS: 1500},
		"put back: d0 is live again (2m05s)":                        release.StepDone{Undo: true, TookMS: 125_000, Text: "d0 is live again"},
		"put back: nothing to do, kept: the bucket (3ms)":           release.StepDone{Undo: true, TookMS: 3, Text: "nothing to do", Kept: "the bucket"},
		"failed after 1.0s: no room: disk full":                     release.StepFailed{TookMS: 1000, Fault: fault},
		"NOT put back, failed after 1.0s: no room: disk full":       release.StepFailed{Undo: true, TookMS: 1000, Fault: fault},
		"cancelled: interrupt":                                      release.StepCancelled{Why: "interrupt"},
		"NOT put back, cancelled: interrupt":                        release.StepCancelled{Undo: true, Why: "interrupt"},
		"attempt 1 passed in 5ms: 200 OK":                           release.CheckResult{Attempt: 1, OK: true, TookMS: 5, Saw: "200 OK"},
		"attempt 2 failed in 5ms: expected 200, got 500":            release.CheckResult{Attempt: 2, TookMS: 5, Expected: "200", Actual: "500"},
		"attempt 2 failed in 5ms: expected a log line, got nothing": release.CheckResult{Attempt: 2, TookMS: 5, Expected: "a log line"},
		"attempt 3 failed in 5ms: connection refused":               release.CheckResult{Attempt: 3, TookMS: 5, Saw: "connection refused"},
		"still BUILDING after 10.0s":                                release.StepStill{TookMS: 10_000, Doing: "BUILDING"},
		"still at it after 1h02m":                                   release.StepStill{TookMS: 3_720_000},
	} {
		if got := body.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTook_neverShowsSixtyOfAnything(t *testing.T) {
	for ms, want := range map[int64]string{
		0: "0ms", 999: "999ms", 1000: "1.0s", 59_949: "59.9s", 59_960: "1m00s", 60_000: "1m00s", 3_599_400: "59m59s", 3_599_600: "1h00m", 7_260_000: "2h01m",
	} {
		if got := release.Took(ms); got != want {
			t.Errorf("Took(%d): got %s, want %s", ms, got, want)
		}
	}
}
