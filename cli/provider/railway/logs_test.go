package railway_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readme/cli/provider"
	"readme/cli/provider/railway"
)

func TestLogs_findsWhatAServiceHasSaid(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", railway.Settings{Start: "quiet"})
		id := w.upload("worker", "r1")
		w.wait(id)
		before := time.Now()
		time.Sleep(time.Second)
		say := w.host.Runs()[0].Say
		say("stdout", `{"time":"2026-11-22T10:00:00Z","level":"INFO","msg":"processing your book","book_id":"b-17","pages":3}`)
		say("stdout", `discord: bot online`)
		say("stderr", `he said "no" to it`)

		for needle, want := range map[string][]provider.LogLine{
			"Processing Your Book": {{Deployment: id, Severity: "info", Text: "processing your book", Attributes: map[string]string{
				"time": "2026-11-22T10:00:00Z", "level": "INFO", "book_id": "b-17", "pages": "3",
			}}},
			"discord: bot":       {{Deployment: id, Severity: "info", Text: "discord: bot online"}},
			`"no" to`:            {{Deployment: id, Severity: "error", Text: `he said "no" to it`}},
			`said "yes`:          nil,
			"hello from worker":  nil, // before
			"AND":                nil,
			"processing a paper": nil,
		} {
			got, err := w.client.Logs(t.Context(), id, before, needle)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(provider.LogLine{}, "At"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q (-want +got):\n%s", needle, diff)
			}
		}
	})
}

func TestLogs_givesTheLast500OfMany(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", railway.Settings{Start: "quiet"})
		id := w.upload("worker", "r1")
		w.wait(id)
		say := w.host.Runs()[0].Say
		for i := range 700 {
			say("stdout", fmt.Sprintf("line %d", i))
		}
		got, err := w.client.Logs(t.Context(), id, time.Time{}, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 500 || got[0].Text != "line 200" || got[499].Text != "line 699" {
			t.Errorf("got %d lines from %q to %q", len(got), got[0].Text, got[len(got)-1].Text)
		}
		for i := 1; i < len(got); i++ {
			if !got[i].At.After(got[i-1].At) {
				t.Fatalf("line %d is not later than the one before", i)
			}
		}
	})
}

func TestBuildLogs_showWhyABuildFailed(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Build: "fail"})
		id := w.upload("api", "r1")
		w.wait(id)
		got, err := w.client.BuildLogs(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var text []string
		for _, l := range got {
			text = append(text, l.Text)
		}
		want := []string{"building api", "main.go:7:2: undefined: readBook", "Build failed: the build command exited with code 1"}
		if diff := cmp.Diff(want, text); diff != "" {
			t.Error(diff)
		}
	})
}
