package env_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
	"readme/cli/env/envtest"
	"readme/cli/source"
	"readme/cli/spec"
)

const (
	clean    = "testdata/clean.txtar"
	mistakes = "testdata/mistakes"
)

func TestCheck_findsNothingInACleanProject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	envtest.Clean(t, clean, dir)
	report := checkIn(t, dir)
	if got := found(t, dir, report); len(got) > 0 || len(report.Notes) > 0 {
		t.Errorf("found %s\nnotes %q", strings.Join(got, "\n"), report.Notes)
	}
	want := env.Counts{Variables: 23, Services: 5, Examples: 5, Values: 2, Sources: 6, Reads: 22}
	if diff := cmp.Diff(want, report.Counts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every kind of mistake that env check promises to find, one file each, at the very line and column.
func TestCheck_findsEveryMistakeAtItsPlace(t *testing.T) {
	t.Parallel()
	all := envtest.Mistakes(t, mistakes)
	if len(all) < 40 {
		t.Errorf("only %d mistakes", len(all))
	}
	for _, m := range all {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			envtest.Clean(t, clean, dir)
			m.Make(t, dir)
			got := found(t, dir, checkIn(t, dir))
			if *update {
				m.Update(t, mistakes, got)
				return
			}
			if diff := cmp.Diff(m.Want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheck_seesEachOfItsRulesBroken(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	for _, m := range envtest.Mistakes(t, mistakes) {
		for _, w := range m.Want {
			broken[w[strings.LastIndexByte(w, ' ')+1:]] = true
		}
	}
	for _, rule := range env.Rules() {
		if !broken[rule] {
			t.Errorf("no mistake breaks %s", rule)
		}
		delete(broken, rule)
	}
	for rule := range broken {
		t.Errorf("%s is not among the rules", rule)
	}
}

func TestRules_areToldInThePageAboutThem(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range append(env.Rules(), env.RuleOracle) {
		if !strings.Contains(string(page), "`"+rule+"`") {
			t.Errorf("docs/checks.md does not tell of %s", rule)
		}
	}
}

func TestCheck_isCutOffByItsContext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	envtest.Clean(t, clean, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := env.Check(ctx, shop(t, dir)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCheck_goesOnWithoutGit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	envtest.Clean(t, clean, dir)
	p := shop(t, dir)
	p.Git = func(context.Context, []string) (tracked, ignored map[string]bool, err error) {
		return nil, nil, source.ErrNoRepository
	}
	report, err := env.Check(t.Context(), p)
	if err != nil || len(report.Findings()) > 0 || len(report.Notes) != 1 {
		t.Errorf("got %v, %q, %v", report.Findings(), report.Notes, err)
	}
}

// What a link leads to is committed, however well the link itself is ignored.
func TestCheck_findsValuesBehindALinkThatGitTracks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	envtest.Clean(t, clean, dir)
	p := shop(t, dir)
	file, to := filepath.Join(dir, ".env.dev"), filepath.Join(dir, "values-of-dev")
	if err := errors.Join(os.Rename(file, to), os.Symlink("values-of-dev", file)); err != nil {
		t.Fatal(err)
	}
	p.Git = func(_ context.Context, paths []string) (tracked, ignored map[string]bool, err error) {
		tracked, ignored = map[string]bool{}, map[string]bool{}
		for _, path := range paths {
			tracked[path] = filepath.Base(path) == "values-of-dev"
			ignored[path] = !tracked[path]
		}
		return tracked, ignored, nil
	}
	report, err := env.Check(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, f := range report.Findings() {
		rules = append(rules, filepath.Base(f.Where.File)+" "+f.Rule)
	}
	if diff := cmp.Diff([]string{"values-of-dev " + env.RuleTracked}, rules); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A value that the process has is not missing, wherever it stands.
func TestCheck_takesWhatTheProcessHas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	envtest.Clean(t, clean, dir)
	path := filepath.Join(dir, ".env.dev")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n")
	if err := os.WriteFile(path, []byte(rest), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := found(t, dir, checkIn(t, dir)); !slices.Equal(got, []string{"envmatrix.yaml:9:3 env/unset"}) {
		t.Errorf("got %q", got)
	}
	p := shop(t, dir)
	p.Process = lookup(map[string]string{"RAILWAY_TOKEN": "0d5f3c6e-1b1f-4c58-9a3b-0a4f6d2e8c11"})
	report, err := env.Check(t.Context(), p)
	if err != nil || len(report.Findings()) > 0 {
		t.Errorf("got %v, %v", report.Findings(), err)
	}
}

func TestCheck_letsExamplesDifferWhereNobodyWantsThemAlike(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	envtest.Clean(t, clean, dir)
	swap := func(name, before, after string) {
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), before) {
			t.Fatalf("%s: no %q, %v", name, before, err)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), before, after, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	swap("api/env.example", "QUEUE_HOST=", "QUEUE_HOST=queue-a")
	swap("worker/env.example", "QUEUE_HOST=", "QUEUE_HOST=queue-b")
	swap("envmatrix.yaml", "type: host, required: false, services: [api, worker], same_everywhere: true", "type: host, required: false, services: [api, worker]")
	r, m, err := spec.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, env.DocsFile), env.Docs(r, m), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := found(t, dir, checkIn(t, dir)); len(got) > 0 {
		t.Errorf("found %q", got)
	}
}

func checkIn(t *testing.T, dir string) env.Report {
	t.Helper()
	report, err := env.Check(t.Context(), shop(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func shop(t *testing.T, dir string) env.Project {
	t.Helper()
	r, m, err := spec.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	environ := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	return env.Project{
		Dir: dir, Release: r, Matrix: m, Environments: r.Environments,
		Committed: func(ctx context.Context) ([]string, error) { return source.EnvFiles(ctx, dir, environ) },
		Git: func(ctx context.Context, paths []string) (tracked, ignored map[string]bool, err error) {
			if tracked, err = source.Tracked(ctx, dir, environ, paths); err == nil {
				ignored, err = source.Ignored(ctx, dir, environ, paths)
			}
			return tracked, ignored, err
		},
	}
}

// found lists findings as "file:line:column rule", sorted, and looks whether one is incomplete or shows a value.
func found(t *testing.T, dir string, report env.Report) []string {
	t.Helper()
	var out []string
	for _, f := range report.Findings() {
		out = append(out, strings.TrimPrefix(f.Where.String(), dir+"/")+" "+f.Rule)
		if f.Title == "" || f.Fix == "" || f.Where.File == "" {
			t.Errorf("incomplete: %+v", f)
		}
		if strings.Contains(fmt.Sprintf("%+v %v", f, f.Fault()), "hunter2") {
			t.Errorf("shows a value: %+v", f)
		}
	}
	if strings.Contains(strings.Join(report.Notes, " "), "hunter2") {
		t.Errorf("a note shows a value: %q", report.Notes)
	}
	slices.Sort(out)
	return out
}

// Nothing is wrong with an address of a target in other letters, of one that nobody pins, or where no other environment needs it.
func TestCheck_takesAddressesOfTheRightTargets(t *testing.T) {
	t.Parallel()
	const agent = "https://api.pipecat.daily.co/v1/public/shop-dev/start"
	for name, change := range map[string]func(*env.Project, *spec.Variable){
		"in capitals": func(p *env.Project, v *spec.Variable) {
			for i := range p.Release.Environments {
				p.Release.Environments[i].Targets.Pipecat.Agent = "SHOP-DEV"
			}
			v.Value = agent
		},
		"nobody pins one": func(p *env.Project, v *spec.Variable) {
			for i := range p.Release.Environments {
				p.Release.Environments[i].Targets.Pipecat.Agent = ""
			}
			v.Value = agent
		},
		"one environment needs it": func(_ *env.Project, v *spec.Variable) { v.Value, v.Required = agent, []string{"dev"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			envtest.Clean(t, clean, dir)
			p := shop(t, dir)
			i := slices.IndexFunc(p.Matrix.Variables, func(v spec.Variable) bool { return v.Name == "BOT_START_URL" })
			change(&p, &p.Matrix.Variables[i])
			example := filepath.Join(dir, "client", "env.example")
			text, err := os.ReadFile(example)
			if err == nil {
				err = os.WriteFile(example, []byte(strings.Replace(string(text), "BOT_START_URL=", "BOT_START_URL="+agent, 1)), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			report, err := env.Check(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range report.Findings() {
				if f.Rule == env.RuleTarget {
					t.Error(f.Title)
				}
			}
			if again, _ := os.ReadFile(example); string(again) == string(text) {
				t.Error("the example was not changed")
			}
		})
	}
}
