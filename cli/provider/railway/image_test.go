package railway_test

import (
	"context"
	"strings"
	"testing"
	"time"

	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
)

const image = "ghcr.io/founder/worker:"

func pull(tag string) provider.Request {
	return provider.Request{Service: "worker", Image: image + tag, Marker: marker("r1")}
}

func TestDeploy_ofAnImagePinsItFirst(t *testing.T) {
	bubble(t, func(w *world) {
		w.configure("worker", railway.Settings{})
		for _, tag := range []string{"1", "2", "2"} {
			d := w.wait(w.deploy(pull(tag)))
			if d.State != provider.Live || d.Image != image+tag || w.live("worker").ID != d.ID {
				w.t.Errorf("got %+v", d)
			}
		}
		if n := w.history("worker"); n != 3 {
			w.t.Errorf("there are %d deployments", n)
		}
	})
}

func TestDeploy_ofAnImageThatIsRefusedPutsTheOldPinBack(t *testing.T) {
	for _, name := range []string{emulator.FaultReadOnly, "unavailable"} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(w *world) {
				w.wait(w.deploy(pull("1")))
				w.fault(name, "serviceInstanceDeployV2", 0)
				if _, err := w.client.Deploy(w.t.Context(), pull("2")); err == nil {
					w.t.Fatal("it was taken")
				}
				w.em.Faults().Clear("")
				if got, err := w.client.Pinned(w.t.Context(), "worker"); err != nil || got != image+"1" {
					w.t.Errorf("it is pinned to %q, %v", got, err)
				}
			})
		})
	}
}

func TestDeploy_ofAnImageThatIsInterruptedPutsTheOldPinBack(t *testing.T) {
	bubble(t, func(w *world) {
		w.wait(w.deploy(pull("1")))
		w.fault("hangs", "serviceInstanceDeployV2", 1)
		ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Second)
		defer cancel()
		if _, err := w.client.Deploy(ctx, pull("2")); err == nil {
			w.t.Fatal("it was taken")
		}
		if got, err := w.client.Pinned(w.t.Context(), "worker"); err != nil || got != image+"1" {
			w.t.Errorf("it is pinned to %q, %v", got, err)
		}
	})
}

func TestDeploy_ofAnImageThatCannotBePulledFails(t *testing.T) {
	bubble(t, func(w *world) {
		good := w.wait(w.deploy(pull("1")))
		w.fault(emulator.FaultPullFails, "worker", 1)
		bad := w.wait(w.deploy(pull("2")))
		if bad.State != provider.Failed || !strings.Contains(bad.Why, " ") {
			w.t.Errorf("got %+v", bad)
		}
		if live := w.live("worker"); live.ID != good.ID {
			w.t.Errorf("%+v is live", live)
		}
	})
}
