package steps_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

// forgetful is a vendor that begins a way back and loses its answer. begun says whether it has begun after the first call.
type forgetful struct {
	begun   bool
	restore int
	live    provider.Deployment
}

func (f *forgetful) Live(context.Context) (provider.Deployment, error) { return f.live, nil }

func (f *forgetful) Deploy(context.Context, steps.Order) (string, error) {
	panic("nothing is deployed")
}

func (f *forgetful) Deployment(_ context.Context, id string) (provider.Deployment, error) {
	f.live = provider.Deployment{ID: id, State: provider.Live}
	return f.live, nil
}

func (f *forgetful) Restore(context.Context, provider.Deployment, provider.Marker) (string, error) {
	if f.restore++; f.restore == 1 {
		return "", &provider.Error{Vendor: "railway", Op: "roll back", Message: "no answer", Ambiguous: true}
	}
	return "second", nil
}

func (f *forgetful) Past(context.Context, provider.Marker) ([]string, error) {
	return []string{"new"}, nil
}

func (f *forgetful) Find(context.Context, steps.Order, []string) (string, error) { return "", nil }

func (f *forgetful) FindBack(context.Context, provider.Deployment, provider.Marker, []string) (string, error) {
	if f.begun {
		return "first", nil
	}
	return "", nil
}

func TestRestore_whoseAnswerIsLostIsLookedForBeforeItIsAskedForAgain(t *testing.T) {
	for begun, want := range map[bool]string{true: "first", false: "second"} {
		synctest.Test(t, func(t *testing.T) {
			f := &forgetful{begun: begun, live: provider.Deployment{ID: "new", State: provider.Live}}
			w := &steps.World{Poll: time.Second, Hosts: map[string]steps.Host{"api": f}}
			order := backTo(t, "api", "railway", "new", provider.Deployment{ID: "old"})
			exits(t, carryOut(t, w, "run-3", []release.Step{order}), release.ExitDone)
			if n := map[bool]int{true: 1, false: 2}[begun]; f.live.ID != want || f.restore != n {
				t.Errorf("begun %t: %s serves, after %d calls", begun, f.live.ID, f.restore)
			}
		})
	}
}
