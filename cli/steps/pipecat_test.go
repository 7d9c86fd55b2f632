package steps_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	emulator "readme/cli/box/pipecat"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/provider/providertest"
	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/steps"
)

// atPipecat is the bot at an emulated Pipecat Cloud.
type atPipecat struct {
	*testing.T
	*pipecat.Client
	cloud *emulator.Emulator
	tr    *http.Transport
	host  steps.Host
	w     *steps.World
}

const settle = 5 * time.Second

func onPipecat(t *testing.T, f func(p *atPipecat)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := &atPipecat{T: t}
		var err error
		p.cloud, err = emulator.Open(t.Context(), emulator.Config{
			Dir: folder(t), PrivateKey: "sk_local", PublicKey: "pk_local", Pace: 3*time.Second - 7*time.Millisecond,
			Secrets: map[string]map[string]string{"readme-bot": {"OPENAI_API_KEY": "x"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.cloud.Close(context.Background()) })
		p.tr = providertest.Serve(t, p.cloud.Handler())
		p.Client, err = pipecat.New(pipecat.Options{Base: "https://api.pipecat.test", PrivateKey: release.NewSecret("sk_local"), Agent: "readme", Transport: p.tr})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		p.host = steps.OnPipecat(p.Client, steps.Bot{Config: pipecat.Config{SecretSet: "readme-bot"}, Settle: settle})
		p.w = &steps.World{Poll: time.Second, Settle: settle, Hosts: map[string]steps.Host{"bot": p.host}}
		f(p)
	})
}

func (p *atPipecat) live() provider.Deployment {
	p.Helper()
	d, err := p.Live(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	return d
}

// order is the step that brings a tag of the bot.
func (p *atPipecat) order(tag string) release.Step {
	p.Helper()
	cfg, _ := json.Marshal(pipecat.Config{Image: "readme/bot:" + tag, SecretSet: "readme-bot", MaxAgents: new(5)})
	return step(p.T, release.KindDeploy, "bot", "live="+p.live().ID, plan.DeployInputs{To: "pipecat", Name: "bot", Image: "readme/bot:" + tag, Config: cfg})
}

func (p *atPipecat) bring(tag string) string {
	p.Helper()
	exits(p.T, carryOut(p.T, p.w, "run-"+tag, []release.Step{p.order(tag)}), release.ExitDone)
	return p.live().ID
}

// start starts a session, as the client would.
func (p *atPipecat) start() string {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), http.MethodPost, p.StartURL(), bytes.NewReader([]byte(`{"createDailyRoom":true,"transport":"daily"}`)))
	if err != nil {
		p.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer pk_local")
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: p.tr}).Do(req)
	if err != nil {
		p.Fatal(err)
	}
	defer resp.Body.Close()
	var a struct{ SessionID string }
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || a.SessionID == "" {
		p.Fatalf("HTTP %d starts no session: %v", resp.StatusCode, err)
	}
	return a.SessionID
}

// running counts the sessions that are billed.
func (p *atPipecat) running() int {
	p.Helper()
	all, err := p.Sessions(p.Context(), pipecat.SessionFilter{Active: true})
	if err != nil {
		p.Fatal(err)
	}
	return len(all)
}

func (p *atPipecat) session(id, want string, since time.Time) error {
	return p.host.(steps.Sessions).Session(p.Context(), id, want, since)
}

func TestSession_isWatchedAndStopped(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		ours := p.bring("1")
		for _, named := range []bool{true, false} {
			began := time.Now()
			id := p.start()
			if !named {
				id = ""
			}
			if err := p.session(id, ours, began); err != nil {
				p.Errorf("session %q: %v", id, err)
			}
			if took := time.Since(began); took < settle {
				p.Errorf("it was watched for %s only", took)
			}
			if n := p.running(); n != 0 {
				p.Errorf("%d sessions run on", n)
			}
		}
	})
}

func TestSession_thatIsNoProofFails(t *testing.T) {
	for name, c := range map[string]struct {
		before func(p *atPipecat)
		want   string // deployment; "" is the live one
		id     string
		during func(p *atPipecat, id string)
		says   string
		again  bool
	}{
		"another deployment served it": {want: "dep-other", says: "served the session, not dep-other", again: true},
		"the bot raised an exception": {
			before: func(p *atPipecat) { _ = p.cloud.Faults().Set(fault.Fault{Name: emulator.FaultBotRaises, Times: 1}) },
			says:   "Exception running bot()",
		},
		"it ended by itself": {
			during: func(p *atPipecat, id string) { time.Sleep(time.Second); _ = p.StopSession(p.Context(), id) },
			says:   "ended by itself within 5s",
		},
		"nobody knows it": {id: "00000000-0000-4000-8000-000000000000", says: "cannot be found"},
	} {
		t.Run(name, func(t *testing.T) {
			onPipecat(t, func(p *atPipecat) {
				ours := p.bring("1")
				if c.before != nil {
					c.before(p)
				}
				id, want := p.start(), ours
				if c.want != "" {
					want = c.want
				}
				if c.during != nil {
					go c.during(p, id)
				}
				asked := id
				if c.id != "" {
					asked = c.id
				}
				err := p.session(asked, want, time.Time{})
				if err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, smoke.ErrAgain) != c.again {
					p.Errorf("got %v, want %q, again %v", err, c.says, c.again)
				}
				if c.id != "" {
					_ = p.StopSession(p.Context(), id)
				}
				if n := p.running(); n != 0 {
					p.Errorf("%d sessions run on", n)
				}
			})
		})
	}
}

func TestSession_isStoppedWhenTheReleaseIsInterrupted(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		ours := p.bring("1")
		id := p.start()
		ctx, cancel := context.WithCancel(p.Context())
		time.AfterFunc(time.Second, cancel)
		if err := p.host.(steps.Sessions).Session(ctx, id, ours, time.Time{}); !errors.Is(err, context.Canceled) {
			p.Errorf("got %v", err)
		}
		if n := p.running(); n != 0 {
			p.Errorf("%d sessions run on, and are billed", n)
		}
	})
}

func TestSession_withoutAnIDIsNoSession(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		p.bring("1")
		if err := p.session("", "", time.Now()); err == nil || !strings.Contains(err.Error(), "no new one") {
			p.Errorf("got %v", err)
		}
	})
}

// Nobody knows which of several is ours, and an older one is not: a person may be in it.
func TestSession_ofAPersonIsLeftAlone(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		ours := p.bring("1")
		person := p.start()
		time.Sleep(time.Second)
		began := time.Now()
		if err := p.session("", ours, began); err == nil || !strings.Contains(err.Error(), "no new one") {
			p.Errorf("one that is older: %v", err)
		}
		p.start()
		if err := p.session("", ours, began); err != nil || p.running() != 1 {
			p.Errorf("ours: %v, %d run", err, p.running())
		}
		began = time.Now()
		p.start()
		p.start()
		if err := p.session("", ours, began); err == nil || !strings.Contains(err.Error(), "2 have begun since") || p.running() != 3 {
			p.Errorf("two: %v, %d run", err, p.running())
		}
		if s, err := p.Session(p.Context(), person); err != nil || !s.Ended.IsZero() {
			p.Errorf("the person's: %+v, %v", s, err)
		}
	})
}

func TestSession_thatCannotBeStoppedIsSaid(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		ours := p.bring("1")
		stop := func(times int) {
			if err := p.board().Set(fault.Fault{Name: emulator.FaultSessionUnstoppable, Times: times}); err != nil {
				p.Fatal(err)
			}
		}
		stop(7) // more than one call of the client tries
		if err := p.session(p.start(), ours, time.Time{}); err != nil || p.running() != 0 {
			p.Errorf("in the end it was stopped: %v, %d run", err, p.running())
		}
		stop(0)
		id := p.start()
		err := p.session(id, ours, time.Time{})
		if !errors.Is(err, smoke.ErrRuns) || !strings.Contains(err.Error(), id) {
			p.Errorf("got %v", err)
		}
		err = p.session(id, "another", time.Time{})
		if !errors.Is(err, smoke.ErrRuns) || !errors.Is(err, smoke.ErrAgain) {
			p.Errorf("beside another failure: %v", err)
		}
	})
}

func TestPipecat_goesBackToTheImageBefore(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		s := carryOut(p.T, p.w, "run-0", []release.Step{p.order("1")}, fails)
		exits(p.T, s, release.ExitSmokeFailed)
		if kept := s.Step("bot").Undo.Kept; !strings.Contains(kept, "bot stays at pipecat") || p.live().ID == "" {
			p.Errorf("a first agent stays, and is said to: %q", kept)
		}
		s = carryOut(p.T, p.w, "run-2", []release.Step{p.order("2")}, fails)
		exits(p.T, s, release.ExitSmokeFailed)
		if d := p.live(); d.Image != "readme/bot:1" || d.State != provider.Live {
			p.Errorf("got %+v", d)
		}
		if text := s.Step("bot").Undo.Text; text != "back to readme/bot:1" {
			p.Errorf("got %q", text)
		}
		exits(p.T, carryOut(p.T, p.w, "run-3", []release.Step{p.order("image_not_found")}), release.ExitStepFailed)
		if d := p.live(); d.Image != "readme/bot:1" || d.State != provider.Live {
			p.Errorf("got %+v", d)
		}
	})
}

func TestPipecat_rollsAgainWhatDidNotComeUp(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		for i := range 2 {
			order := p.order("crashloop")
			id := p.live().ID
			s := carryOut(p.T, p.w, fmt.Sprintf("run-%d", i), []release.Step{order})
			if s.Step("bot").Fault == nil || p.live().ID == id {
				p.Errorf("attempt %d: got %v and %s, which was there before", i, s.Step("bot").Fault, p.live().ID)
			}
		}
	})
}
