package steps_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	emulator "readme/cli/box/railway"
	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

// told carries the steps out, and after a while the run is told to stop for this cause.
func told(t *testing.T, w *steps.World, run string, list []release.Step, after time.Duration, cause error, resume []release.Event) (*release.State, []release.Event) {
	t.Helper()
	p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: list}
	actions, err := steps.Actions(w, p)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	if cause != nil {
		time.AfterFunc(after, func() { cancel(cause) })
	}
	record := &journal{death: &death{}, events: resume}
	s, err := engine.Run(ctx, p, actions, engine.Options{
		Run: run, Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{record}, Resume: resume,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, record.events
}

func saidBy(events []release.Event) string {
	var b strings.Builder
	for _, e := range events {
		b.WriteString(e.Body.String() + "\n")
	}
	return b.String()
}

func TestRailway_aSignalCancelsWhatIsOnItsWayAndAResumeDoesItAgain(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{r.order("c1", "serve")}), release.ExitDone)
		s := r.order("c2", "serve")
		var in plan.DeployInputs
		if err := json.Unmarshal(s.Inputs, &in); err != nil {
			r.Fatal(err)
		}
		in.Build = "slow 5m"
		s = step(r.T, release.KindDeploy, "api", s.Precondition, in)
		state, events := told(r.T, r.w, "run-2", []release.Step{s}, 30*time.Second, engine.Signal("interrupt"), nil)
		if state.Verdict() != release.Paused || !strings.Contains(saidBy(events), "cancelled deployment ") || r.commit() != "c1" {
			r.Errorf("got %s, it would report %q: %s", state.Verdict(), r.commit(), saidBy(events))
		}
		time.Sleep(10 * time.Minute)
		if got := r.serves(); got != "api c1" {
			r.Errorf("it serves %q, though the release was stopped", got)
		}
		w, closeAll := r.open(unwrapped)
		defer closeAll()
		state, _ = told(r.T, w, "run-2", []release.Step{s}, 0, nil, events)
		exits(r.T, state, release.ExitDone)
		if n := len(r.brought()); n != 3 || r.serves() != "api c2" || r.commit() != "c2" {
			r.Errorf("there are %d deployments, want the old one, the cancelled one and ours; %q serves", n, r.serves())
		}
	})
}

// Whoever has lost the lock has no say any more: another release may be at work.
func TestRailway_aLostLockCancelsNothing(t *testing.T) {
	onRailway(t, func(r *atRailway) {
		exits(r.T, carryOut(r.T, r.w, "run-1", []release.Step{r.order("c1", "serve")}), release.ExitDone)
		s := r.order("c2", "serve")
		s.Inputs = []byte(strings.Replace(string(s.Inputs), `"build":"ok"`, `"build":"slow 5m"`, 1))
		state, events := told(r.T, r.w, "run-2", []release.Step{s}, 30*time.Second, engine.Lost("it expired"), nil)
		if state.Verdict() != release.Paused || strings.Contains(saidBy(events), "cancelled deployment") || r.brought()[0].State != provider.Building {
			r.Errorf("got %s, and the newest deployment is %s", state.Verdict(), r.brought()[0].Raw)
		}
		time.Sleep(10 * time.Minute)
	})
}

// The signal comes while the files are on their way: nobody knows yet what came of them.
func TestRailway_aSignalBeforeTheAnswerCancelsToo(t *testing.T) {
	atOurs(t, func(r *atRailway, _ *emulator.Emulator) {
		exits(r.T, bring(r, "run-1", ways(r, 1)["commit"]()), release.ExitDone)
		next := ways(r, 2)["commit"]()
		whole := &death{}
		for n := 1; ; n++ { // which request it is that deploys
			d := &death{at: n, after: true}
			ctx, cancel := context.WithCancelCause(r.Context())
			d.kill = func() { d.dead = false; cancel(engine.Signal("terminated")) } // it lives on, and is only told to stop
			w, closeAll := r.open(func(to http.RoundTripper) http.RoundTripper { return mortal{d, to} })
			p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Steps: []release.Step{next}}
			actions, err := steps.Actions(w, p)
			if err != nil {
				r.Fatal(err)
			}
			record := &journal{death: whole}
			s, err := engine.Run(ctx, p, actions, engine.Options{Run: "run-2", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{record}})
			if err != nil {
				r.Fatal(err)
			}
			closeAll()
			if all := r.brought(); len(all) > 1 {
				time.Sleep(time.Minute)
				if now := r.brought()[0]; now.State == provider.Live || made(r.live()) != sha(1) || !strings.Contains(saidBy(record.events), "cancelled deployment "+now.ID) {
					r.Errorf("request %d: %s is %s: %s", n, now.ID, now.Raw, saidBy(record.events))
				}
				if s.Verdict() != release.Paused {
					r.Errorf("got %s", s.Verdict())
				}
				return
			}
			if n > 100 {
				r.Fatal("it never deployed")
			}
		}
	})
}

// held lets the answer to an upload never arrive.
type held struct{ to http.RoundTripper }

func (h held) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := h.to.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/up") {
		_ = resp.Body.Close()
		<-r.Context().Done()
		return nil, context.Cause(r.Context())
	}
	return resp, err
}

// The time is over before the vendor has said which deployment it made: it must not go live after everything was put back.
func TestRailway_putsBackWhatItHasNotHeardOf(t *testing.T) {
	atOurs(t, func(r *atRailway, _ *emulator.Emulator) {
		exits(r.T, bring(r, "run-1", ways(r, 1)["upload"]()), release.ExitDone)
		next := ways(r, 2)["upload"]()
		next.Deadline = 2 * time.Second
		w, closeAll := r.open(func(to http.RoundTripper) http.RoundTripper { return held{to} })
		defer closeAll()
		exits(r.T, carryOut(r.T, w, "run-2", []release.Step{next}), release.ExitStepFailed)
		time.Sleep(10 * time.Minute)
		if n := len(r.brought()); n < 2 || made(r.live()) != sha(1) {
			r.Errorf("there are %d deployments, and ten minutes after it was put back %s serves", n, made(r.live()))
		}
	})
}

func TestVercel_aSignalCancelsWhatIsOnItsWayAndAResumeDoesItAgain(t *testing.T) {
	onVercel(t, func(v *atVercel) {
		order := v.order("one")
		state, events := told(v.T, v.w, "run-1", order[:1], 20*time.Second, engine.Signal("terminated"), nil)
		if state.Verdict() != release.Paused || !strings.Contains(saidBy(events), "cancelled deployment ") {
			v.Errorf("got %s: %s", state.Verdict(), saidBy(events))
		}
		time.Sleep(5 * time.Minute)
		if n := v.host.Builds(); n != 0 {
			v.Errorf("%d builds went on after the release had stopped", n)
		}
		w, closeAll := v.open(unwrapped)
		defer closeAll()
		state, _ = told(v.T, w, "run-1", order[:1], 0, nil, events)
		exits(v.T, state, release.ExitDone)
		if all := v.made("run-1"); len(all) != 2 || all[0].State != provider.Staged || all[1].State != provider.Superseded {
			v.Errorf("got %+v", all)
		}
	})
}

func TestPipecat_aSignalSaysThatItCannotBeCancelledThere(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		p.bring("1")
		order := p.order("2")
		state, events := told(p.T, p.w, "run-2", []release.Step{order}, time.Second, engine.Signal("interrupt"), nil)
		if state.Verdict() != release.Paused || !strings.Contains(saidBy(events), "goes on at pipecat") {
			p.Errorf("got %s: %s", state.Verdict(), saidBy(events))
		}
		posts := 0
		w, closeAll := p.open(&posts)(unwrapped)
		defer closeAll()
		state, _ = told(p.T, w, "run-2", []release.Step{order}, 0, nil, events)
		exits(p.T, state, release.ExitDone)
		if posts != 0 || p.live().Image != "readme/bot:2" {
			p.Errorf("%d more were asked for, and %+v serves", posts, p.live())
		}
	})
}

func TestDeploy_sendsTheApprovedArchiveOrNone(t *testing.T) {
	for name, spoil := range map[string]func(file string) error{
		"gone":    os.Remove,
		"another": func(file string) error { return os.WriteFile(file, []byte("something else"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			onRailway(t, func(r *atRailway) {
				order := r.order("c1", "serve")
				var in plan.DeployInputs
				if err := json.Unmarshal(order.Inputs, &in); err != nil {
					r.Fatal(err)
				}
				if err := spoil(filepath.Join(r.w.Archives, in.Archive+".tar.gz")); err != nil {
					r.Fatal(err)
				}
				s := carryOut(r.T, r.w, "run-1", []release.Step{order})
				exits(r.T, s, release.ExitStepFailed)
				if f := s.Step("api").Fault; f == nil || !strings.Contains(f.Title, "approved are not here any more") || !strings.Contains(strings.Join(lines(f), "\n"), in.Archive) || len(r.brought()) != 0 {
					r.Errorf("got %+v, and %d deployments", f, len(r.brought()))
				}
			})
		})
	}
}
