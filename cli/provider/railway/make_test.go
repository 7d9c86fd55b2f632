package railway_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

var everything = railway.Needs{Public: true, Repository: true}

func (w *world) missing(service string) []string {
	w.t.Helper()
	got, err := w.client.Missing(w.t.Context(), service, everything)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// make makes all that a service can need.
func (w *world) make(service string) {
	w.t.Helper()
	_, err := w.client.Create(w.t.Context(), service)
	if err == nil {
		_, err = w.client.EnsureDomain(w.t.Context(), service)
	}
	if err == nil {
		err = w.client.Connect(w.t.Context(), service, repo, "main")
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestMissing_namesWhatThereIsNot(t *testing.T) {
	bubble(t, func(w *world) {
		for service, want := range map[string][]string{
			"api":  {"connection to the repository"},
			"API":  {"connection to the repository"},
			"web":  {"service web", "public domain", "connection to the repository"},
			"work": {"service work", "public domain", "connection to the repository"},
		} {
			if diff := cmp.Diff(want, w.missing(service)); diff != "" {
				w.t.Errorf("%s (-want +got):\n%s", service, diff)
			}
		}
		if got, err := w.client.Missing(w.t.Context(), "worker", railway.Needs{}); err != nil || got != nil {
			w.t.Errorf("of a worker that has all: %q, %v", got, err)
		}
	})
}

func TestLive_ofAServiceThatDoesNotExistYetIsNothing(t *testing.T) {
	bubble(t, func(w *world) {
		if d := w.live("web"); d != (provider.Deployment{}) {
			w.t.Errorf("%+v is live", d)
		}
		if vars, err := w.client.Variables(w.t.Context(), "web"); err != nil || len(vars) != 0 {
			w.t.Errorf("it has %d variables, %v", len(vars), err)
		}
		if n := w.history("web"); n != 0 {
			w.t.Errorf("it has %d deployments", n)
		}
	})
}

func TestCreate_makesAServiceThatCanBeDeployed(t *testing.T) {
	bubble(t, func(w *world) {
		w.make("web")
		w.make("web")
		if got := w.missing("web"); len(got) != 0 {
			w.t.Errorf("%q is missing still", got)
		}
		if n := w.history("web"); n != 0 {
			w.t.Errorf("making it has deployed %d times", n)
		}
		if warn, err := w.client.Warnings(w.t.Context(), "web"); err != nil || len(warn) != 0 {
			w.t.Errorf("what we connect is deployed on a push: %q, %v", warn, err)
		}
		w.configure("web", railway.Settings{Start: "serve"})
		if d := w.wait(w.deploy(commit("web", 1))); d.State != provider.Live || d.URL == "" {
			w.t.Errorf("got %+v", d)
		}
	})
}

func TestCreate_looksBeforeItMakesOneTwice(t *testing.T) {
	for _, name := range []string{fault.GatewayTimeout, fault.AnswerCut, fault.BodyCut, emulator.FaultMuddledAnswer} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(w *world) {
				for _, field := range []string{"serviceCreate", "serviceDomainCreate", "serviceConnect"} {
					w.fault(name, field, 1)
				}
				w.make("web")
				if got := w.missing("web"); len(got) != 0 {
					w.t.Errorf("%q is missing still", got)
				}
				again := w.connect(railway.Options{})
				defer again.Close()
				one, err := again.Domain(w.t.Context(), "web")
				if first, _ := w.client.Domain(w.t.Context(), "web"); err != nil || one != first || strings.Contains(one, "web-2") {
					w.t.Errorf("its domain is %s, and then %s, %v", first, one, err)
				}
			})
		})
	}
}

func TestCreate_givesUpWhenNothingWasMade(t *testing.T) {
	bubble(t, func(w *world) {
		w.fault(fault.Unavailable, "serviceCreate", 0)
		begun := time.Now()
		if _, err := w.client.Create(w.t.Context(), "web"); provider.StatusOf(err) != 503 {
			w.t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took < 30*time.Second {
			w.t.Errorf("concluded after %s", took)
		}
	})
}

func TestConnect_refusesWhatAPersonMustDo(t *testing.T) {
	bubble(t, func(w *world) {
		if err := w.client.Connect(w.t.Context(), "worker", repo, "main"); err != nil {
			w.t.Fatal(err)
		}
		for service, c := range map[string]struct{ repo, want string }{
			"worker": {"founder/other", "connected to another repository"},
			"api":    {"somebody/else", "GitHub app"},
		} {
			err := w.client.Connect(w.t.Context(), service, c.repo, "main")
			if f, ok := errors.AsType[*release.Fault](err); !ok || f.Exit != release.ExitInvalid || !strings.Contains(err.Error(), c.want) {
				w.t.Errorf("%s: got %v", service, err)
			}
		}
		for service, c := range map[string]struct {
			repo    string
			refuses bool
		}{"worker": {"founder/other", true}, "WORKER": {repo, false}, "api": {"founder/other", false}, "new": {repo, false}} {
			err := w.client.Fetches(w.t.Context(), service, c.repo)
			if f, ok := errors.AsType[*release.Fault](err); ok != c.refuses || ok && f.Exit != release.ExitInvalid || !ok && err != nil {
				w.t.Errorf("%s from %s: got %v", service, c.repo, err)
			}
		}
		if err := w.client.Connect(w.t.Context(), "api", "", ""); err == nil || !strings.Contains(err.Error(), "no remote") {
			w.t.Errorf("without a repository: %v", err)
		}
		if err := w.client.Connect(w.t.Context(), "worker", "https://github.com/Founder/Readme.git", ""); err != nil {
			w.t.Errorf("the same repository in other words: %v", err)
		}
	})
}

func TestConnect_worksWithoutTheRightToConnect(t *testing.T) {
	bubble(t, func(w *world) {
		w.fault(emulator.FaultReadOnly, "serviceConnect", 0)
		w.fault(emulator.FaultReadOnly, "serviceInstanceAutoDeployUpdate", 0)
		if err := w.client.Connect(w.t.Context(), "worker", repo, "main"); err != nil {
			w.t.Fatal(err)
		}
		w.configure("worker", railway.Settings{Start: "quiet"})
		if d := w.wait(w.deploy(commit("worker", 3))); d.State != provider.Live {
			w.t.Errorf("got %+v", d)
		}
		// What could not be turned off is warned of.
		if warn, err := w.client.Warnings(w.t.Context(), "worker"); err != nil || len(warn) != 1 || !strings.Contains(warn[0], "on every push") {
			w.t.Errorf("the warnings are %q, %v", warn, err)
		}
	})
}
