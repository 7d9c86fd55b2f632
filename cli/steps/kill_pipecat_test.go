package steps_test

import (
	"net/http"
	"testing"
	"time"

	"readme/cli/box/fault"
	emulator "readme/cli/box/pipecat"
	"readme/cli/provider/pipecat"
	"readme/cli/release"
	"readme/cli/steps"
)

// open is what a new process has of this Pipecat Cloud. Each post that the vendor takes is counted.
func (p *atPipecat) open(posts *int) opens {
	return func(wrap func(http.RoundTripper) http.RoundTripper) (*steps.World, func()) {
		c, err := pipecat.New(pipecat.Options{
			Base: "https://api.pipecat.test", PrivateKey: release.NewSecret("sk_local"), Agent: "readme", Transport: wrap(counts{p.tr, posts}),
		})
		if err != nil {
			p.Fatal(err)
		}
		w := &steps.World{
			Dir: p.w.Dir, Archives: p.w.Archives, Poll: 5 * time.Second, Settle: settle,
			Hosts: map[string]steps.Host{"bot": steps.OnPipecat(c, steps.Bot{Config: pipecat.Config{SecretSet: "readme-bot"}, Settle: settle})},
		}
		return w, c.Close
	}
}

// counts the orders to deploy.
type counts struct {
	to http.RoundTripper
	n  *int
}

func (c counts) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost && (r.URL.Path == "/v1/agents" || r.URL.Path == "/v1/agents/readme") {
		*c.n++
	}
	return c.to.RoundTrip(r)
}

func TestPipecat_deploysOnceHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onPipecat(t, func(p *atPipecat) {
			p.bring("1")
			posts := 0
			s := survives(p.T, "run-2", []release.Step{p.order("2")}, p.open(&posts), d)
			exits(p.T, s, release.ExitDone)
			if now := p.live(); posts != 1 || now.Image != "readme/bot:2" || s.Step("bot").Outputs["deployment"] != now.ID {
				p.Errorf("%d were asked for, and %+v serves", posts, now)
			}
		})
	})
}

// For a while after each order the vendor tells of the agent as it was before.
func TestPipecat_deploysAndGoesBackOnceWhereReadsAreLateHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onPipecat(t, func(p *atPipecat) {
			p.bring("1")
			time.Sleep(time.Minute)
			order := p.order("2")
			if err := p.board().Set(fault.Fault{Name: emulator.FaultStaleRead, For: 20 * time.Second}); err != nil {
				p.Fatal(err)
			}
			posts := 0
			exits(p.T, survives(p.T, "run-2", []release.Step{order}, p.open(&posts), d, fails), release.ExitSmokeFailed)
			time.Sleep(time.Minute)
			if now := p.live(); posts != 2 || now.Image != "readme/bot:1" {
				p.Errorf("%d were asked for, want ours and the way back; %+v serves", posts, now)
			}
		})
	})
}

func TestPipecat_makesAnAgentOnceHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onPipecat(t, func(p *atPipecat) {
			posts := 0
			exits(p.T, survives(p.T, "run-1", []release.Step{p.order("1")}, p.open(&posts), d), release.ExitDone)
			if now := p.live(); posts != 1 || now.Image != "readme/bot:1" {
				p.Errorf("%d were asked for, and %+v serves", posts, now)
			}
		})
	})
}

func TestPipecat_goesBackOnceHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onPipecat(t, func(p *atPipecat) {
			p.bring("1")
			posts := 0
			exits(p.T, survives(p.T, "run-2", []release.Step{p.order("2")}, p.open(&posts), d, fails), release.ExitSmokeFailed)
			if now := p.live(); posts != 2 || now.Image != "readme/bot:1" {
				p.Errorf("%d were asked for, want ours and the way back; %+v serves", posts, now)
			}
		})
	})
}

func TestBot_isBuiltAndDeployedOnceHoweverItIsKilled(t *testing.T) {
	sweep(t, func(t *testing.T, d *death) {
		t.Helper()
		onPipecat(t, func(p *atPipecat) {
			step := fromFiles(p, inItsFolder)
			exits(p.T, carryOut(p.T, p.w, "run-1", []release.Step{step(botPy)}), release.ExitDone)
			posts := 0
			exits(p.T, survives(p.T, "run-2", []release.Step{step(botPy + "# two\n")}, p.open(&posts), d), release.ExitDone)
			if posts != 1 {
				p.Errorf("%d deployments were asked for", posts)
			}
		})
	})
}
