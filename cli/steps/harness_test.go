package steps_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/box/railway/railwaytest"
	"readme/cli/engine"
	"readme/cli/release"
	"readme/cli/steps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// step is one step of a plan, with these inputs.
func step(t *testing.T, kind release.Kind, id, precondition string, inputs any) release.Step {
	t.Helper()
	raw, err := json.Marshal(inputs)
	if err != nil {
		t.Fatal(err)
	}
	return release.Step{ID: id, Kind: kind, Title: "step " + id, Change: release.ChangeUpdate, Inputs: raw, Precondition: precondition, Deadline: 10 * time.Minute}
}

// deed is a check that does this.
type deed func(ctx context.Context) error

func (d deed) Do(ctx context.Context, _ *engine.Task) (release.StepDone, error) {
	return release.StepDone{}, d(ctx)
}

func (deed) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{}, nil
}

// fails is a deed that makes a release put everything back.
func fails(context.Context) error { return &release.Fault{Title: "the check failed"} }

// carryOut runs the steps one after the other, and then the deeds, as a release with this id.
func carryOut(t *testing.T, w *steps.World, run string, list []release.Step, deeds ...deed) *release.State {
	t.Helper()
	p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Commit: release.Commit{SHA: strings.Repeat("ab", 20)}}
	add := func(s release.Step) {
		if n := len(p.Steps); n > 0 {
			s.Needs = []string{p.Steps[n-1].ID}
		}
		p.Steps = append(p.Steps, s)
	}
	for _, s := range list {
		add(s)
	}
	actions, err := steps.Actions(w, p)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range deeds {
		id := "deed " + string(rune('a'+i))
		add(release.Step{ID: id, Kind: release.KindCheck, Change: release.ChangeRun})
		actions[id] = d
	}
	state, err := engine.Run(t.Context(), p, actions, engine.Options{
		Run: run, Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// exits checks a release's exit code, and shows what went wrong if it is another one.
func exits(t *testing.T, s *release.State, want int) {
	t.Helper()
	if got := s.Exit(); got != want {
		t.Errorf("got exit %d, want %d", got, want)
		for _, st := range s.Steps {
			t.Logf("%s: %s %v; undo %+v", st.Step.ID, st.Status, st.Fault, st.Undo)
		}
	}
}

// folder is a test's own, in memory where the machine has a place for that: the emulators sync all that they accept.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "steps-") //nolint:usetesting // t.TempDir lies on the disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// hashOf is what the archive of these files is called.
func hashOf(files map[string]string) string {
	return fmt.Sprintf("%x", sha256.Sum256(railwaytest.Archive(files)))
}

// archive packs the files, and gives the archive's name.
func archive(t *testing.T, w *steps.World, files map[string]string) string {
	t.Helper()
	raw, hash := railwaytest.Archive(files), hashOf(files)
	if err := os.WriteFile(filepath.Join(w.Archives, hash+".tar.gz"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return hash
}
