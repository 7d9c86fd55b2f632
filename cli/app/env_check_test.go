package app_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env/envtest"
	"readme/cli/release"
)

const corpus = "../env/testdata/"

// The corpus of env check through the real binary: each mistake ends with 4, and names its very place.
func TestEnvCheck_endsWithFourForEveryMistake(t *testing.T) {
	bin := filepath.Join(buildBinary(t), "readme-ops")
	t.Run("none in a clean project", func(t *testing.T) { allIsWell(t, bin) })
	t.Run("none in this repository", func(t *testing.T) {
		if stdout, stderr, code := checked(t, bin, "../.."); code != 0 {
			t.Errorf("exit %d: %s%s", code, stdout, stderr)
		}
	})
	const each = 8 // of those is also shown on GitHub, which is slower than to look at
	for i, m := range envtest.Mistakes(t, corpus+"mistakes") {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			envtest.Clean(t, corpus+"clean.txtar", dir)
			m.Make(t, dir)
			stdout, stderr, code := checked(t, bin, dir, "--view", "json")
			var got struct {
				V        int `json:"v"`
				Findings []struct {
					Rule              string
					Where             release.Place
					Title, Fix, Group string
				}
				Notes   []string
				Checked map[string]int
			}
			if err := json.Unmarshal([]byte(stdout), &got); err != nil || got.V != 1 || got.Notes == nil || got.Checked["services"] != 5 {
				t.Fatalf("%v: %s%s", err, stdout, stderr)
			}
			var found []string
			for _, f := range got.Findings {
				found = append(found, f.Where.String()+" "+f.Rule)
				if f.Title == "" || f.Fix == "" || f.Group == "" {
					t.Errorf("incomplete: %+v", f)
				}
			}
			slices.Sort(found)
			if diff := cmp.Diff(m.Want, found); diff != "" || code != release.ExitDrift {
				t.Errorf("exit %d (-want +got):\n%s", code, diff)
			}
			if strings.Contains(stdout+stderr, "hunter2") {
				t.Errorf("a value is shown:\n%s%s", stdout, stderr)
			}
			if i%each > 0 {
				return
			}
			annotated, log, _ := checked(t, bin, dir, "--view", "github")
			place, _, _ := strings.Cut(found[0], ":")
			if !strings.Contains(log, "::error file="+place+",line=") {
				t.Errorf("no annotation of %s:\n%s", place, log)
			}
			if strings.Contains(annotated+log, "hunter2") {
				t.Errorf("a value is shown:\n%s%s", annotated, log)
			}
		})
	}
}

func allIsWell(t *testing.T, bin string) {
	t.Helper()
	dir := t.TempDir()
	envtest.Clean(t, corpus+"clean.txtar", dir)
	stdout, stderr, code := checked(t, bin, dir)
	want := "The 23 variables of 5 services agree: 5 examples, 22 reads in 6 files of code, 2 with values.\n"
	if stdout != want || stderr != "" || code != 0 {
		t.Errorf("exit %d\ngot  %s%s\nwant %s", code, stdout, stderr, want)
	}
	stdout, _, code = checked(t, bin, dir, "--env", "dev")
	if !strings.Contains(stdout, "1 with values") || code != 0 {
		t.Errorf("of one environment alone: exit %d, %s", code, stdout)
	}
}

// checked runs env check in a folder, with nothing of the environment but what finds git.
func checked(t *testing.T, bin, dir string, flags ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err strings.Builder
	cmd := exec.CommandContext(t.Context(), bin, append([]string{"env", "check"}, flags...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &err
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_GLOBAL=" + os.DevNull, "TERM=dumb"}
	if failed := cmd.Run(); failed != nil {
		exit, ok := errors.AsType[*exec.ExitError](failed)
		if !ok {
			t.Fatal(failed)
		}
		return out.String(), err.String(), exit.ExitCode()
	}
	return out.String(), err.String(), 0
}
