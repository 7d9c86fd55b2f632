package railway_test

import (
	"strings"
	"testing"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
)

func TestWarnings_nameWhatRacesARelease(t *testing.T) {
	bubbleOf(t, []emulator.Service{{Name: "worker", Repo: repo}, {Name: "api"}}, func(w *world) {
		w.fault(emulator.FaultStaged, "dev", 0)
		for service, want := range map[string][]string{
			"worker": {"deploys worker by itself on every push", "staged changes in dev"},
			"api":    {"staged changes in dev"},
			"web":    nil,
		} {
			got, err := w.client.Warnings(w.t.Context(), service)
			if err != nil || len(got) != len(want) {
				w.t.Fatalf("%s: %q, %v", service, got, err)
			}
			for i, words := range want {
				if !strings.Contains(got[i], words) || !strings.Contains(got[i], "turn automatic deploys off") && !strings.Contains(got[i], "discard") {
					w.t.Errorf("%s: %q does not say %q and what to do", service, got[i], words)
				}
			}
		}
	})
}

func TestWarnings_areNoReasonToFail(t *testing.T) {
	bubbleOf(t, []emulator.Service{{Name: "worker", Repo: repo}}, func(w *world) {
		w.fault(fault.Unavailable, "serviceInstanceAutoDeployStatus", 0)
		if got, err := w.client.Warnings(w.t.Context(), "worker"); err != nil || len(got) != 0 {
			w.t.Errorf("got %q, %v", got, err)
		}
	})
}
