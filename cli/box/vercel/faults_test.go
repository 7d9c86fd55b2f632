package vercel_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/vercel"
)

func TestFaults_endADeploymentAsTheySay(t *testing.T) {
	for name, want := range map[string]string{
		vercel.BuildFails:      `ERROR`,
		vercel.Blocked:         `BLOCKED`,
		vercel.CanceledUnderUs: `CANCELED`,
		vercel.QueuedForever:   `QUEUED`,
		vercel.BuildStuck:      `BUILDING`,
		vercel.ChecksFailed:    `READY failed`,
		vercel.AliasError:      `READY error`,
		vercel.AliasNever:      `READY unassigned`,
		vercel.CrashesAtRun:    `READY assigned`,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				old := b.deployed("old", nil)
				b.strike(name, 1, 0)
				d := b.call("GET", "/v13/deployments/"+b.deployed("new", nil), nil)
				if got := verdict(d); got != want {
					b.Errorf("it is %q, want %q: %s", got, want, d.raw)
				}
				live, crashed := "old hello", name == vercel.CrashesAtRun
				after := "newer hello"
				if crashed {
					live, after = "FUNCTION_INVOCATION_FAILED", "old hello"
				}
				if got := b.page("production.box:80"); got != live {
					b.Errorf("the domain serves %q, want %q", got, live)
				}
				if crashed {
					b.call("POST", "/v1/projects/readme/rollback/"+old, nil)
				} else {
					b.deployed("newer", nil) // what is stuck does not keep the next one
				}
				time.Sleep(5 * time.Second)
				if got := b.page("production.box:80"); got != after {
					b.Errorf("afterwards the domain serves %q, want %q", got, after)
				}
			})
		})
	}
}

func verdict(d reply) string {
	state := d.text("readyState")
	checks, _ := d.json["checksConclusion"].(string)
	switch {
	case state != "READY":
		return state
	case checks != "":
		return state + " " + checks
	case d.json["aliasError"] != nil:
		return state + " error"
	case d.json["aliasAssigned"] == true:
		return state + " assigned"
	}
	return state + " unassigned"
}

func TestFaults_thatWaitGoOnWhenTheirTimeIsOverOrTheyAreCleared(t *testing.T) {
	for name, state := range map[string]string{
		vercel.QueuedForever: "QUEUED", vercel.BuildStuck: "BUILDING", vercel.UnknownState: "PROVISIONING",
		vercel.AliasLate: "READY unassigned", vercel.AliasNever: "READY unassigned",
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				for _, cleared := range []bool{false, true} {
					times, lasts := 1, 10*time.Minute
					if cleared {
						times, lasts = 0, 100*time.Hour
					}
					b.strike(name, times, lasts)
					id := b.deployed("x", nil)
					if got := verdict(b.call("GET", "/v13/deployments/"+id, nil)); got != state {
						b.Errorf("meanwhile it is %q, want %q", got, state)
					}
					if cleared {
						b.emu.Faults().Clear(name)
					}
					time.Sleep(10 * time.Minute)
					if got := verdict(b.call("GET", "/v13/deployments/"+id, nil)); got != "READY assigned" {
						b.Errorf("cleared %v: it ends as %q", cleared, got)
					}
				}
			})
		})
	}
}

func TestFaults_ofAMove(t *testing.T) {
	for _, c := range []struct {
		fault       string
		status      int
		job         string // "" for none
		soon, later string // what the domain serves after 5 s, and after 2 min
		alias       bool   // the alias has moved after 5 s
	}{
		{vercel.PromoteRefused, 409, "", "first hello", "first hello", false},
		{vercel.PromoteLost, 201, "", "first hello", "first hello", false},
		{vercel.PromoteLate, 201, "succeeded", "first hello", "second hello", false},
		{vercel.PromoteFails, 201, "failed", "first hello", "first hello", false},
		{vercel.StaleAlias, 201, "succeeded", "second hello", "second hello", false},
		{vercel.ServesOld, 201, "succeeded", "first hello", "second hello", true},
	} {
		t.Run(c.fault, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				b.deployed("first", nil)
				second := b.deployed("second", staged())
				b.strike(c.fault, 1, 0)
				if r := b.call("POST", "/v10/projects/readme/promote/"+second, nil); r.status != c.status {
					b.Errorf("it is answered with %d %s, want %d", r.status, r.raw, c.status)
				}
				time.Sleep(5 * time.Second)
				if got := b.page("production.box:80"); got != c.soon {
					b.Errorf("soon the domain serves %q, want %q", got, c.soon)
				}
				alias := b.call("GET", "/v4/aliases/production.box:80", nil)
				if got := alias.text("deploymentId") == second; got != c.alias {
					b.Errorf("soon the alias has moved: %v, want %v", got, c.alias)
				}
				time.Sleep(2 * time.Minute)
				if got := b.page("production.box:80"); got != c.later {
					b.Errorf("later the domain serves %q, want %q", got, c.later)
				}
				job, _ := b.call("GET", "/v9/projects/readme?rollbackInfo=true", nil).json["lastAliasRequest"].(map[string]any)
				if got, _ := job["jobStatus"].(string); got != c.job {
					b.Errorf("the job is %q, want %q", got, c.job)
				}
			})
		})
	}
}

func TestFaults_ofARollback(t *testing.T) {
	for name, want := range map[string]string{
		vercel.RollbackRefused: "402 second hello", vercel.RollbackLost: "201 second hello", vercel.RollbackFails: "201 second hello",
		vercel.RollbackLate: "201 first hello",
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				first := b.deployed("first", nil)
				b.deployed("second", nil)
				b.strike(name, 1, 0)
				status := b.call("POST", "/v1/projects/readme/rollback/"+first, nil).status
				time.Sleep(2 * time.Minute)
				if got := fmt.Sprint(status, " ", b.page("production.box:80")); got != want {
					b.Errorf("it ends as %q, want %q", got, want)
				}
			})
		})
	}
}

func TestFaults_ofADeploy(t *testing.T) {
	inBubble(t, func(b *bench) {
		count := func() int {
			return len(b.call("GET", "/v7/deployments?limit=100", nil).json["deployments"].([]any))
		}
		b.strike(vercel.DeployLost, 1, 0)
		if r := b.create("x", nil); r.status != http.StatusInternalServerError || count() != 0 {
			b.Errorf("a lost deploy: %d, and %d are made", r.status, count())
		}
		b.strike(vercel.DailyLimit, 1, 5*time.Hour)
		r := b.create("x", nil)
		limit, _ := r.json["error"].(map[string]any)["limit"].(map[string]any)
		if r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") != "18000" ||
			limit["reset"] != float64(time.Now().Add(5*time.Hour).Unix()) || count() != 0 {
			b.Errorf("the daily limit: %d %s, Retry-After %s, and %d are made", r.status, r.raw, r.header.Get("Retry-After"), count())
		}
		b.strike(vercel.ListLags, 0, 20*time.Second)
		b.create("x", nil)
		if count() != 0 {
			b.Error("the list shows the new one at once")
		}
		time.Sleep(21 * time.Second)
		if count() != 1 {
			b.Error("the list never shows the new one")
		}
	})
}

func TestFaults_ofTheWireAreNamedByThePathWithoutItsVersion(t *testing.T) {
	inBubble(t, func(b *bench) {
		if err := b.emu.Faults().Set(fault.Fault{Name: fault.RateLimited, Only: "GET /user", Times: 2, For: 9 * time.Second}); err != nil {
			b.Fatal(err)
		}
		if r := b.call("GET", "/v9/projects/readme", nil); r.status != http.StatusOK {
			b.Errorf("another operation: %d", r.status)
		}
		for _, want := range []int{429, 429, 200} {
			r := b.call("GET", "/v2/user", nil)
			if r.status != want || (want == 429 && r.header.Get("Retry-After") != "9") {
				b.Errorf("got %d, Retry-After %q; want %d", r.status, r.header.Get("Retry-After"), want)
			}
		}
		if r := b.call("GET", "/v2/user", nil); !strings.Contains(r.raw, `"username":"box"`) {
			b.Errorf("then: %s", r.raw)
		}
	})
}
