package app_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"readme/cli/app"
)

// workflow is what the rules look at.
type workflow struct {
	On          yaml.Node         `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]job    `yaml:"jobs"`
}

type job struct {
	If          string            `yaml:"if"`
	Environment yaml.Node         `yaml:"environment"`
	Permissions map[string]string `yaml:"permissions"`
	Minutes     int               `yaml:"timeout-minutes"`
	Concurrency struct {
		Group  string `yaml:"group"`
		Cancel any    `yaml:"cancel-in-progress"`
	} `yaml:"concurrency"`
	Env   map[string]string `yaml:"env"`
	Steps []step            `yaml:"steps"`
}

type step struct {
	Name string            `yaml:"name"`
	Uses string            `yaml:"uses"`
	Run  string            `yaml:"run"`
	Env  map[string]string `yaml:"env"`
	With map[string]any    `yaml:"with"`
}

func workflows(t *testing.T) (texts map[string]string, all map[string]workflow) {
	t.Helper()
	files, err := filepath.Glob("../../.github/workflows/*.y*ml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v: %v", files, err)
	}
	texts, all = map[string]string{}, map[string]workflow{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var w workflow
		if err := yaml.Unmarshal(raw, &w); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		texts[filepath.Base(file)], all[filepath.Base(file)] = string(raw), w
	}
	return texts, all
}

var (
	pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	noted  = regexp.MustCompile(`uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n`)
	secret = regexp.MustCompile(`\bsecrets\b`)
)

func TestWorkflows_keepTheRules(t *testing.T) {
	t.Parallel()
	texts, all := workflows(t)
	for name, w := range all {
		text := texts[name]
		if strings.Contains(text, "pull_request_target") || strings.Contains(text, "workflow_run") {
			t.Errorf("%s runs with rights that a change from a fork must not have", name)
		}
		if diff := cmp.Diff(map[string]string{"contents": "read"}, w.Permissions); diff != "" {
			t.Errorf("%s: permissions at the top (-want +got):\n%s", name, diff)
		}
		if uses, notes := strings.Count(text, "uses:"), len(noted.FindAllString(text, -1)); uses != notes {
			t.Errorf("%s: %d of %d actions are pinned by a commit with its version beside it", name, notes, uses)
		}
		if strings.Contains(text, "secrets: inherit") || strings.Contains(text, "toJSON(secrets") {
			t.Errorf("%s hands out all secrets", name)
		}
		for id, j := range w.Jobs {
			at := name + ", " + id
			if j.Minutes < 1 || j.Minutes > 90 {
				t.Errorf("%s: timeout-minutes is %d", at, j.Minutes)
			}
			for scope, right := range j.Permissions {
				if right != "read" && !slices.Contains([]string{"ci.yml, comment: pull-requests", "drift.yml, drift: issues"}, at+": "+scope) {
					t.Errorf("%s may write %s", at, scope)
				}
			}
			if len(j.Env) > 0 {
				t.Errorf("%s gives %v to every step", at, j.Env)
			}
			j.steps(t, at)
		}
	}
}

func (j job) steps(t *testing.T, at string) {
	t.Helper()
	for _, s := range j.Steps {
		if s.Uses != "" && !pinned.MatchString(s.Uses) {
			t.Errorf("%s: %s is not pinned by a commit", at, s.Uses)
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s: a script has an expression in it, whose text somebody else may choose: %s", at, s.Run)
		}
		if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
			t.Errorf("%s: the checkout leaves its token behind", at)
		}
		for name, value := range s.Env {
			if secret.MatchString(value) && value != "${{ secrets."+name+" }}" {
				t.Errorf("%s: %s is given %s", at, name, value)
			}
			if secret.MatchString(value) && j.Environment.Value == "" {
				t.Errorf("%s: %s is a secret of the whole repository", at, name)
			}
		}
	}
}

// TestWorkflows_changesOfOthersSeeNoKeyOfProd: what runs for a pull request gets secrets of dev alone, in a job that may
// write nothing, and not for forks.
func TestWorkflows_changesOfOthersSeeNoKeyOfProd(t *testing.T) {
	t.Parallel()
	texts, all := workflows(t)
	for name, w := range all {
		if name != "ci.yml" && strings.Contains(texts[name], "pull_request") {
			t.Errorf("%s runs for pull requests", name)
		}
		if name != "ci.yml" {
			continue
		}
		for id, j := range w.Jobs {
			gets := false
			for _, s := range j.Steps {
				for _, value := range s.Env {
					gets = gets || secret.MatchString(value)
				}
			}
			switch {
			case j.Environment.Value != "" && j.Environment.Value != "dev":
				t.Errorf("%s is in the environment %s", id, j.Environment.Value)
			case gets && (len(j.Permissions) > 0 || !strings.Contains(j.If, "head.repo.full_name == github.repository")):
				t.Errorf("%s has secrets, permissions %v and runs if %s", id, j.Permissions, j.If)
			}
		}
	}
}

// TestWorkflows_stopReleasesWell: a signal of CI reaches only the process that the step began as.
func TestWorkflows_stopReleasesWell(t *testing.T) {
	t.Parallel()
	_, all := workflows(t)
	j := all["release.yml"].Jobs["release"]
	last := ""
	for _, s := range j.Steps {
		if strings.Contains(s.Run, "readme-ops\" release") {
			last = s.Run
		}
	}
	lines := strings.Split(strings.TrimSpace(last), "\n")
	if !strings.HasPrefix(lines[len(lines)-1], "exec ") {
		t.Errorf("the release is not what the step becomes:\n%s", last)
	}
	if j.Concurrency.Cancel != false || !strings.HasPrefix(j.Concurrency.Group, "release-${{ ") {
		t.Errorf("concurrency is %+v", j.Concurrency)
	}
}

// TestWorkflows_giveWhatDoctorSays compares the secrets and variables of the workflows with those that doctor asks for.
func TestWorkflows_giveWhatDoctorSays(t *testing.T) {
	t.Parallel()
	_, all := workflows(t)
	needs, reads := map[string]string{}, map[string]string{}
	for _, env := range []string{"dev", "prod"} {
		required, rest, err := app.Needs("../..", env)
		if err != nil {
			t.Fatal(err)
		}
		for name, context := range required {
			needs[name] = context
			if env == "dev" {
				reads[name] = context
			}
		}
		maps.Copy(needs, rest)
	}
	given := func(file, id string) map[string]string {
		out := map[string]string{}
		for _, s := range all[file].Jobs[id].Steps {
			for name, value := range s.Env {
				if context, ok := strings.CutSuffix(strings.TrimPrefix(value, "${{ "), "."+name+" }}"); ok {
					out[name] = context
				}
			}
		}
		return out
	}
	reads["VERCEL_AUTOMATION_BYPASS_SECRET"] = "secrets"
	if diff := cmp.Diff(reads, given("ci.yml", "plan")); diff != "" {
		t.Errorf("the plan of a pull request (-doctor +workflow):\n%s", diff)
	}
	if diff := cmp.Diff(needs, given("release.yml", "release")); diff != "" {
		t.Errorf("a release (-doctor +workflow):\n%s", diff)
	}
	delete(needs, "DEV_DATABASE_URL")
	if diff := cmp.Diff(needs, given("drift.yml", "drift")); diff != "" {
		t.Errorf("drift (-doctor +workflow):\n%s", diff)
	}
}
