package view_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
	"readme/cli/view"
)

// obeyed are the commands that GitHub's runner finds in a text, as "name properties|data". It is written after actions/runner,
// ActionCommand.cs: a line that begins with "::" after white space, or that holds "##[" anywhere, and its comparison looks past
// characters that cannot be seen.
func obeyed(text string) []string {
	var all []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.Map(func(r rune) rune {
			if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || (unicode.IsControl(r) && r != '\t') {
				return -1
			}
			return r
		}, line)
		line = strings.TrimLeftFunc(line, unicode.IsSpace)
		if rest, ok := strings.CutPrefix(line, "::"); ok {
			if name, data, ok := strings.Cut(rest, "::"); ok {
				all = append(all, name+"|"+data)
			}
		} else if _, rest, ok := strings.Cut(line, "##["); ok {
			if name, data, ok := strings.Cut(rest, "]"); ok {
				all = append(all, "##"+name+"|"+data)
			}
		}
	}
	return all
}

// commands are texts that would be obeyed if they were printed as they are.
func commands() []string {
	return []string{
		"::error::owned", "  \t::add-mask::e", "::set-output name=a::b", "##[error]owned", "text ##[add-mask]e", "#\u200b#\u200b[error]owned", "\u200b::error::owned",
		"\ufeff::stop-commands::x", ":\u00ad:error::owned", "a\r::error::owned", "a\n::error::owned", "##\x1b[error]owned", "\x07::error::owned", "##\u2060[error]x", "\u3000::error::x",
		"###[error]x", "##[##[error]x",
	}
}

func TestWorkflow_givesNoCommandThatForeignTextBringsIn(t *testing.T) {
	for _, c := range commands() {
		if len(obeyed(c)) == 0 {
			t.Errorf("%q is no command, so it proves nothing", c)
		}
		var b strings.Builder
		w := view.NewWorkflow(&b)
		for _, piece := range []string{c, "\n", c[:1], c[1:] + "\n", c} {
			if n, err := w.Write([]byte(piece)); err != nil || n != len(piece) {
				t.Fatal(n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := obeyed(b.String()); len(got) > 0 {
			t.Errorf("%q became %q, and is obeyed: %q", c, b.String(), got)
		}
	}
}

// evilStory is a run in which every text that is not ours is text.
func evilStory(text string) []release.Event {
	f := release.Fault{Title: text, Detail: text, Where: &release.Place{File: text, Line: 3}, Evidence: []release.Evidence{{Label: text, Lines: []string{text}}}, Try: text}
	p := full()
	p.Steps = p.Steps[:3]
	for i := range p.Steps {
		p.Steps[i].Title, p.Steps[i].Needs = text, nil
	}
	p.Steps[2].ID = text
	var events []release.Event
	add := func(step string, b release.Body) {
		events = append(events, release.Event{Seq: int64(len(events) + 1), At: time.Date(2026, 11, 22, 15, 30, len(events), 0, time.UTC), Run: "r", Step: step, Body: b})
	}
	add("", release.RunStarted{Plan: p, By: text})
	for _, s := range p.Steps {
		add(s.ID, release.StepStarted{})
		add(s.ID, release.StepIntent{Text: text})
		add(s.ID, release.StepSaid{Text: text, From: text})
		add(s.ID, release.StepSaid{Text: text})
		add(s.ID, release.StepStill{TookMS: 1, Doing: text})
		add(s.ID, release.StepRetried{Why: text})
		add(s.ID, release.CheckResult{Expected: text, Actual: text})
	}
	add(p.Steps[0].ID, release.StepFailed{Fault: f})
	add(p.Steps[1].ID, release.StepDone{Text: text, Kept: text})
	add("", release.RunStopping{Why: text})
	add(p.Steps[0].ID, release.StepCancelled{Undo: true, Why: text})
	add("", release.RunDone{})
	return events
}

func TestGitHub_obeysNothingButItsOwnCommands(t *testing.T) {
	for _, c := range commands() {
		var b strings.Builder
		w := view.NewWorkflow(&b)
		if err := view.NewGitHub(w, view.Style{}).Write(evilStory(c)); err != nil {
			t.Fatal(err)
		}
		state := release.Fold(evilStory(c))
		fmt.Fprint(w, view.Report(state, view.Style{}), view.Plan(state.Plan, view.Style{}), state.LastLine()+"\n")
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, o := range obeyed(b.String()) {
			name, _, _ := strings.Cut(o, "|")
			name, _, _ = strings.Cut(name, " ")
			names = append(names, name)
		}
		want := []string{"group", "endgroup", "error", "group", "endgroup", "group", "endgroup"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%q: (-want +got)\n%s\n%s", c, diff, b.String())
		}
	}
}

func TestJSON_holdsNoCommandAndTheSameTexts(t *testing.T) {
	for _, c := range commands() {
		var b strings.Builder
		if err := view.NewJSON(&b).Write([]release.Event{{Seq: 1, Run: "r", Step: "api", Body: release.StepSaid{Text: c}}}); err != nil {
			t.Fatal(err)
		}
		if got := obeyed(b.String()); len(got) > 0 {
			t.Errorf("%q is obeyed: %q", c, got)
		}
		var e release.Event
		if err := json.Unmarshal([]byte(strings.Split(b.String(), "\n")[1]), &e); err != nil || e.Body.String() != c {
			t.Errorf("%q became %q, %v", c, e.Body, err)
		}
	}
}

func TestGitHub_looksLikeThis(t *testing.T) {
	var b strings.Builder
	w := view.NewWorkflow(&b)
	g := view.NewGitHub(w, view.Style{})
	for _, e := range story() {
		if err := g.Write([]release.Event{e}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	golden(t, "github", b.String())
}

func TestGitHub_speaksOfAStepAtWorkNowAndThen(t *testing.T) {
	var b strings.Builder
	g := view.NewGitHub(view.NewWorkflow(&b), view.Style{})
	at := story()[0].At
	events := []release.Event{story()[0], {At: at, Step: "api", Body: release.StepStarted{}}}
	for i := range 9 {
		events = append(events, release.Event{At: at.Add(time.Duration(i+1) * 10 * time.Second), Step: "api", Body: release.StepStill{TookMS: int64(i+1) * 10_000}})
	}
	if err := g.Write(events); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.String(), "still at it"); got != 3 || strings.Contains(b.String(), "::") {
		t.Errorf("got %d lines, want 3 in 90 s:\n%s", got, b.String())
	}
	if err := g.Write([]release.Event{{At: at, Body: release.RunPaused{Why: "killed"}}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "::group::deploy api to railway (9 lines)\n") {
		t.Errorf("what was held is lost:\n%s", b.String())
	}
}

func TestWorkflow_makesAsManyAnnotationsAsGitHubShows(t *testing.T) {
	var b strings.Builder
	w := view.NewWorkflow(&b)
	for i := range 13 {
		f := &release.Fault{
			Title: fmt.Sprintf("a, b: 100%% %d", i), Detail: "one\ntwo: 50%", Where: &release.Place{File: "a,b:c.yaml", Line: 7, Column: 3}, Try: "readme-ops plan",
		}
		if err := w.Faults("error", f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Faults("warning", &release.Fault{Title: "w"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	first, _, _ := strings.Cut(text, "\n")
	want := "::error file=a%2Cb%3Ac.yaml,line=7,col=3,title=a%2C b%3A 100%25 0::one%0Atwo: 50%25%0Atry: readme-ops plan"
	if first != want {
		t.Errorf("got\n%s\nwant\n%s", first, want)
	}
	if got := strings.Count(text, "::error "); got != 10 {
		t.Errorf("got %d errors, want 10", got)
	}
	if !strings.HasSuffix(text, "::warning title=w::w\nand 3 more errors: GitHub shows 10 annotations of a kind, all are in the log above\n") {
		t.Errorf("got\n%s", text)
	}
}

func TestWorkflow_masksEveryLineOfEverySecretOnce(t *testing.T) {
	var b strings.Builder
	err := view.NewWorkflow(&b).Mask([]release.Secret{
		release.NewSecret("tok%n:1"), release.NewSecret(""), release.NewSecret("abc"), release.NewSecret("tok%n:1"), release.NewSecret("line one\r\nline two\n"),
	})
	want := "::add-mask::tok%25n:1\n::add-mask::line one%0D%0Aline two%0A\n::add-mask::line one\n::add-mask::line two\n"
	if diff := cmp.Diff(want, b.String()); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestWorkflow_tellsThatNobodyReads(t *testing.T) {
	w := view.NewWorkflow(broken{})
	f := &release.Fault{Title: "x"}
	for name, err := range map[string]error{
		"mask": w.Mask([]release.Secret{release.NewSecret("abcd")}), "fault": w.Faults("error", f), "group": view.NewGitHub(w, view.Style{}).Write(story()),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
