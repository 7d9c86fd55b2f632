package view_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"readme/cli/release"
	"readme/cli/view"
)

// failedOutcome is the story's, and what may be to blame.
func failedOutcome() view.Outcome {
	state := release.Fold(story())
	return view.Outcome{
		Command: "release", Env: "local", State: state, Exit: state.Exit(), Began: state.Started, Ended: state.Ended,
		Explained: []view.Explained{
			{Step: "worker", Since: "0f1e2d3", Commits: []string{"1a2b3c4 Take books | up to 50 MB, says @ada", "9f8e7d6 `ticks` and ```` more"}, More: 3, Next: "readme-ops logs worker --env local"},
			{Step: "migrations", Note: "no release was good yet"},
			{Step: "api", Since: "0f1e2d3"},
		},
	}
}

func TestExplain_looksLikeThis(t *testing.T) {
	eachStyle(t, "explain", func(s view.Style) string { return view.Explain(failedOutcome().Explained, s) })
}

func TestJUnit_looksLikeThis(t *testing.T) {
	golden(t, "junit.xml", string(view.JUnit(failedOutcome())))
}

func TestSummary_looksLikeThis(t *testing.T) {
	golden(t, "summary.md", string(view.Summary(failedOutcome(), view.SummaryLimit)))
	p := full()
	golden(t, "summary-plan.md", string(view.Summary(view.Outcome{Command: "plan", Plan: &p}, view.CommentLimit)))
	faults := release.Faults{{Title: "release.yaml: no such key", Try: "readme-ops plan", Exit: 3}}
	golden(t, "summary-fault.md", string(view.Summary(view.Outcome{Command: "release", Env: "dev", Faults: faults, Exit: 3}, view.CommentLimit)))
}

// suites is a report as a reader of JUnit knows it.
type suites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Cases    []struct {
		Name    string    `xml:"name,attr"`
		Failure *struct{} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct{} `xml:"skipped"`
	} `xml:"testsuite>testcase"`
}

func parse(t *testing.T, raw []byte) suites {
	t.Helper()
	var s suites
	if err := xml.Unmarshal(raw, &s); err != nil {
		t.Fatalf("not well-formed: %v\n%s", err, raw)
	}
	d := xml.NewDecoder(strings.NewReader(string(raw)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, raw)
		}
	}
	failures, errs, skipped := 0, 0, 0
	for _, c := range s.Cases {
		if c.Failure != nil {
			failures++
		}
		if c.Error != nil {
			errs++
		}
		if c.Skipped != nil {
			skipped++
		}
	}
	if s.Tests != len(s.Cases) || s.Failures != failures || s.Errors != errs || s.Skipped != skipped {
		t.Errorf("it says %d/%d/%d/%d, and has %d/%d/%d/%d", s.Tests, s.Failures, s.Errors, s.Skipped, len(s.Cases), failures, errs, skipped)
	}
	return s
}

func TestJUnit_isRedWheneverTheCommandDidNotSucceed(t *testing.T) {
	began := time.Date(2026, 11, 22, 15, 30, 0, 0, time.UTC)
	started := release.Event{Seq: 1, At: began, Run: "r", Body: release.RunStarted{Plan: full()}}
	fold := func(more ...release.Body) *release.State {
		events := []release.Event{started}
		for _, b := range more {
			events = append(events, release.Event{Seq: int64(len(events) + 1), At: began.Add(time.Second), Body: b})
		}
		return release.Fold(events)
	}
	for name, o := range map[string]view.Outcome{
		"locked": {Command: "release", Env: "dev", Faults: release.Faults{{Title: "held by ada"}}, Exit: release.ExitLocked},
		"paused": {Command: "release", State: fold(release.RunPaused{Why: "the record is away"}), Exit: release.ExitNotPutBack},
		"denied": {Command: "release", State: fold(release.Denied{Why: "no"}), Exit: release.ExitApproval},
		"bare":   {Command: "release", Exit: release.ExitBug},
		"none":   {Exit: release.ExitUsage},
		"failed": failedOutcome(),
	} {
		s := parse(t, view.JUnit(o))
		last := s.Cases[len(s.Cases)-1]
		if s.Failures+s.Errors == 0 || (last.Failure == nil && last.Error == nil) {
			t.Errorf("%s: it is green", name)
		}
		if text := string(view.Summary(o, view.CommentLimit)); !strings.Contains(text, "### ✘ ") {
			t.Errorf("%s: the summary is green:\n%s", name, text)
		}
	}
	p := full()
	for name, o := range map[string]view.Outcome{
		"plan": {Command: "plan", Plan: &p}, "changes": {Command: "plan", Plan: &p, Exit: release.ExitChanges}, "status": {Command: "status"},
	} {
		if s := parse(t, view.JUnit(o)); s.Failures+s.Errors != 0 {
			t.Errorf("%s: it is red", name)
		}
	}
}

func FuzzReports_areWellFormedWhateverTheTextsHold(f *testing.F) {
	for _, s := range append(commands(), evil, "]]>", "\x00\xff\xfe", "\ufffe\uffff", "```\n~~~\n````", "<!-- -->", "--> <b>", "@ada #1 [x](y)") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		events := evilStory(text)
		state := release.Fold(events)
		o := view.Outcome{
			Command: text, Env: text, State: state, Exit: 6,
			Explained: []view.Explained{{Step: text, Since: text, Commits: []string{text}, Note: text, Next: text}}, Faults: release.Faults{{Title: text, Detail: text, Try: text}},
		}
		parse(t, view.JUnit(o))
		for _, limit := range []int{view.CommentLimit, 3000} {
			raw := view.Summary(o, limit)
			if len(raw) > limit || !utf8.Valid(raw) {
				t.Errorf("%d bytes of at most %d, valid: %t", len(raw), limit, utf8.Valid(raw))
			}
			outside(t, string(raw))
		}
	})
}

var (
	span = regexp.MustCompile("(?s)(`+)(.*?[^`])(`+)")
	call = regexp.MustCompile(`(^|[^0-9A-Za-z_])@[0-9A-Za-z]`)
)

// outside looks at what is neither in a fence nor in code: nobody is called there, and nothing is HTML but our own marker.
func outside(t *testing.T, text string) {
	t.Helper()
	fence := ""
	for i, line := range strings.Split(text, "\n") {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3 && line == ticks+"text":
			fence = ticks
		case fence != "" && line == fence:
			fence = ""
		case fence == "" && i > 0:
			bare := strings.ReplaceAll(line, "\\`", "")
			for m := span.FindStringIndex(bare); m != nil; m = span.FindStringIndex(bare) {
				bare = bare[:m[0]] + bare[m[1]:]
			}
			if call.MatchString(bare) || strings.Contains(strings.ReplaceAll(bare, `\<`, ""), "<") {
				t.Errorf("line %d acts: %q", i+1, line)
			}
		}
	}
	if fence != "" {
		t.Errorf("a fence is open at the end:\n%s", text)
	}
}

func TestSummary_keepsWhatMattersMostWithinItsLimit(t *testing.T) {
	o := failedOutcome()
	lines := make([]string, 5000)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d of a log that goes on and on", i)
	}
	for _, st := range o.State.Steps {
		if st.Fault != nil {
			st.Fault.Evidence = []release.Evidence{{Label: "log", Lines: lines}}
		}
	}
	for _, limit := range []int{view.CommentLimit, view.SummaryLimit} {
		raw := string(view.Summary(o, limit))
		if len(raw) > limit {
			t.Errorf("%d bytes of at most %d", len(raw), limit)
		}
		if !strings.Contains(raw, "### ✘ did not release") {
			t.Errorf("the verdict is missing in %d", limit)
		}
		if cut := strings.Contains(raw, "Not all fits in here"); cut != (limit == view.CommentLimit) {
			t.Errorf("within %d: says that it is cut: %t", limit, cut)
		}
		outside(t, raw)
	}
}

func TestMarker_isOneCommentWhateverTheNames(t *testing.T) {
	if got := view.Marker("plan", "dev"); got != "<!-- readme-ops plan dev -->" {
		t.Errorf("got %s", got)
	}
	if got := view.Marker("plan", "--> <b>\n"); got != "<!-- readme-ops plan _____b__ -->" {
		t.Errorf("got %s", got)
	}
}
