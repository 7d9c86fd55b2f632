package baddays_test

import (
	"testing"
	"time"

	"readme/cli/release"
)

func TestWorld_isGoodWithoutFaults(t *testing.T) {
	for _, k := range []kind{fromUploads, fromCommits, fromImages} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			in(t, k, furnished, func(w *world) {
				for version := 1; version <= 2; version++ {
					o := w.release(version, "", func() {})
					if o.exit() != release.ExitDone {
						w.show(o)
						w.Fatalf("version %d exits with %d", version, o.exit())
					}
					time.Sleep(10 * time.Minute)
					if got := w.look(); got != all(string(rune('0'+version))) {
						w.Errorf("version %d: %s", version, got)
					}
					w.Logf("took %s", o.took)
				}
			})
		})
	}
}

func (w *world) show(o *outcome) {
	w.Helper()
	if o.refused != nil {
		w.Logf("refused: %+v", release.AsFault(o.refused))
		return
	}
	for _, st := range o.state.Steps {
		w.Logf("%s: %s %v", st.Step.ID, st.Status, st.Fault)
		if st.Fault != nil {
			w.Logf("  %q", st.Fault.Evidence)
		}
		if st.Undo.Status != "" {
			w.Logf("  undo: %s %v %s %s", st.Undo.Status, st.Undo.Fault, st.Undo.Text, st.Undo.Kept)
		}
	}
}
