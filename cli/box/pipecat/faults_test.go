package pipecat_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
	"readme/cli/provider/providertest"
)

// on switches a fault on that strikes once.
func (c *cloud) on(name string, change ...func(*fault.Fault)) {
	c.t.Helper()
	f := fault.Fault{Name: name, Times: 1}
	for _, ch := range change {
		ch(&f)
	}
	if err := c.Faults().Set(f); err != nil {
		c.t.Fatal(err)
	}
}

func always(f *fault.Fault) { f.Times = 0 }

func TestFaults_ofStart(t *testing.T) {
	for name, want := range map[string]string{
		pipecat.FaultStartError: "500 500", pipecat.FaultStartRateLimited: "429 429", pipecat.FaultStartNotReady: "400 PCC-1001",
		pipecat.FaultCapacity: "429 PCC-AGENT-AT-CAPACITY", pipecat.FaultBilling: "400 PCC-1004",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t)
				c.create("1")
				time.Sleep(time.Minute)
				c.on(name, func(f *fault.Fault) { f.Only = "another" })
				c.on(name, func(f *fault.Fault) { f.Only = "readme" })
				status, m := c.call(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)
				if got := fmt.Sprint(status, " ", m["code"]); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				c.start()
			})
		})
	}
}

func TestFaults_ofSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		time.Sleep(time.Minute)
		active := func() any {
			return c.must(private, "GET", "/v1/agents/readme/sessions?status=active", "")["total_count"]
		}
		session := func(id string) map[string]any {
			return c.must(private, "GET", "/v1/agents/readme/sessions/"+id, "")
		}

		c.on(pipecat.FaultBotRaises)
		id := c.start()
		time.Sleep(2 * time.Second)
		if m := session(id); m["endedAt"] == nil || m["completionStatus"] != "HTTP_COMPLETED" || !strings.Contains(c.logs("sessionId="+id), "Exception running bot()") {
			t.Errorf("a bot that raises: %v, %s", m, c.logs("sessionId="+id))
		}

		c.on(pipecat.FaultSessionEndsAtOnce)
		if m := session(c.start()); m["endedAt"] == nil || m["endedAt"] != m["createdAt"] {
			t.Errorf("a session that ends at once: %v", m)
		}

		id = c.start()
		c.on(pipecat.FaultSessionsUnlisted, always)
		if n := active(); n != 0.0 || session(id)["endedAt"] != nil {
			t.Errorf("%v sessions are listed, want none", n)
		}
		c.Faults().Clear("")
		c.on(pipecat.FaultSessionUnstoppable)
		watched := c.rt
		c.rt = providertest.Serve(t, c.Handler()) // the contract has no 500 for a stop
		if status, _ := c.call(private, "DELETE", "/v1/agents/readme/sessions/"+id, ""); status != 500 || active() != 1.0 {
			t.Errorf("stopping what cannot be stopped: %d, %v active", status, active())
		}
		c.rt = watched
		c.must(private, "DELETE", "/v1/agents/readme/sessions/"+id, "")
	})
}

func TestFaults_anOldDeploymentServesForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		first := c.create("1")["desiredDeploymentId"]
		time.Sleep(time.Minute)
		c.on(pipecat.FaultSessionByOld, always, func(f *fault.Fault) { f.For = 20 * time.Second })
		by := func() any {
			id := c.start()
			m := c.must(private, "GET", "/v1/agents/readme/sessions/"+id, "")
			c.must(private, "DELETE", "/v1/agents/readme/sessions/"+id, "")
			return m["deploymentId"]
		}
		if got := by(); got != first {
			t.Errorf("there is no older one than %v, and %v served", first, got)
		}
		second := c.update(`{"image":"readme/bot:2"}`)["desiredDeploymentId"]
		time.Sleep(10 * time.Second)
		if got := by(); c.agent()["ready"] != true || got != first {
			t.Errorf("just ready: %v served, want the old %v", got, first)
		}
		time.Sleep(20 * time.Second)
		if got := by(); got != second {
			t.Errorf("later: %v served, want the new %v", got, second)
		}
	})
}

func TestFaults_logsComeLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		time.Sleep(time.Minute)
		c.on(pipecat.FaultLogsLate, always)
		id := c.start()
		if got := c.logs("sessionId=" + id); strings.Contains(got, "Starting bot session") {
			t.Errorf("at once: %s", got)
		}
		time.Sleep(31 * time.Second)
		if got := c.logs("sessionId=" + id); !strings.Contains(got, "Starting bot session") {
			t.Errorf("later: %s", got)
		}
	})
}

func TestFaults_ofSecretSets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		put := func() int {
			status, _ := c.call(private, "PUT", "/v1/secrets/readme-bot", `{"secrets":[{"secretKey":"A","secretValue":"b"}]}`)
			time.Sleep(time.Hour)
			return status
		}
		read := func() any { return c.must(private, "GET", "/v1/secrets/readme-bot", "")["status"] }
		only := func(f *fault.Fault) { f.Only = "readme-bot" }
		c.on(pipecat.FaultSecretsConflict, only)
		if got := put(); got != 409 {
			t.Errorf("a conflict: %d", got)
		}
		c.on(pipecat.FaultSecretsPending, only)
		if put(); read() != "pending" {
			t.Errorf("an hour later: %v", read())
		}
		if status, _ := c.call(private, "POST", "/v1/agents", `{"serviceName":"readme","image":"a:1","secretSet":"readme-bot"}`); status != 409 {
			t.Errorf("a deploy with it: %d", status)
		}
		c.on(pipecat.FaultSecretsFailed, only)
		if put(); read() != "failed" {
			t.Errorf("a set that fails: %v", read())
		}
		if got := put(); got != 202 || read() != "ready" {
			t.Errorf("a good day: %d, %v", got, read())
		}
	})
}

func TestFaults_aStartWithoutATransportDiesInTheBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		time.Sleep(time.Minute)
		broken := func(body string) bool {
			id := c.must(public, "POST", "/v1/public/readme/start", body)["sessionId"].(string)
			time.Sleep(2 * time.Second)
			return strings.Contains(c.logs("sessionId="+id), "Exception running bot()")
		}
		if broken(`{"createDailyRoom":true}`) || !broken(`{}`) {
			t.Error("only a start that names no transport breaks the bot")
		}
	})
}

func TestFaults_everyOneSaysWhatItIs(t *testing.T) {
	e, err := pipecat.Open(t.Context(), pipecat.Config{Dir: t.TempDir(), PrivateKey: private, PublicKey: public})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range e.Faults().Kinds() {
		if k.Name == "" || k.About == "" || k.Names == "" || seen[k.Name] {
			t.Errorf("%+v", k)
		}
		seen[k.Name] = true
	}
	if n := len(seen) - len(fault.Wire()); n != 43 {
		t.Errorf("%d faults of its own", n)
	}
}
