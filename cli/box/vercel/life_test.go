package vercel_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func jsonText(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestMove_followsVercelsRules(t *testing.T) {
	inBubble(t, func(b *bench) {
		first := b.deployed("first", nil)
		second := b.deployed("second", staged())
		move := func(kind, id string) int {
			return b.call("POST", "/v10/projects/readme/"+kind+"/"+id, map[string]any{}).status
		}
		if got := move("promote", first); got != http.StatusConflict {
			b.Errorf("promote what is live: %d", got)
		}
		if got := move("rollback", second); got != http.StatusUnprocessableEntity {
			b.Errorf("roll back to what never served: %d", got)
		}
		r := b.call("POST", "/v10/projects/readme/promote/"+second, map[string]any{})
		if r.status != http.StatusCreated || r.raw != "" || r.header.Get("Content-Type") != "" {
			b.Errorf("promote: %d %q, type %q; want an empty 201 without a type", r.status, r.raw, r.header.Get("Content-Type"))
		}
		if got := move("promote", second); got != http.StatusConflict {
			b.Errorf("promote during a promotion: %d", got)
		}
		if b.page("production.box:80") != "first hello" {
			b.Error("the domain moved before its time")
		}
		time.Sleep(5 * time.Second)
		if got := b.page("production.box:80"); got != "second hello" {
			b.Errorf("the domain serves %q", got)
		}
		if p := b.call("GET", "/v9/projects/readme", nil); p.json["lastAliasRequest"] != nil {
			b.Error("the last request is shown to somebody who did not ask for it")
		}
		p := b.call("GET", "/v9/projects/readme?rollbackInfo=true", nil)
		if job := p.json["lastAliasRequest"].(map[string]any); job["jobStatus"] != "succeeded" || job["fromDeploymentId"] != first {
			b.Errorf("the job says %v", job)
		}
		if got := move("rollback", first); got != http.StatusCreated {
			b.Errorf("roll back: %d", got)
		}
		time.Sleep(5 * time.Second)
		if p := b.call("GET", "/v9/projects/readme", nil); p.json["autoAssignCustomDomains"] != false {
			b.Error("a rollback did not freeze the domain")
		}
	})
}

func TestOpen_bringsBackWhatWasLiveAndGoesOnWithTheRest(t *testing.T) {
	inBubble(t, func(b *bench) {
		live := b.deployed("first", nil)
		waiting := b.deployed("second", staged())
		building := b.create("third", staged()).text("id")
		time.Sleep(20 * time.Second)
		b.close()
		b.cfg.Projects[0].Env = map[string]string{"GREETING": "hello", "NEW": "1"}
		b.open()

		time.Sleep(time.Second)
		if got := b.page("production.box:80"); got != "first hello" {
			b.Errorf("a second after the start the domain serves %q", got)
		}
		if got := b.page("dpl-" + waiting + ".box:80"); got != "second hello" {
			b.Errorf("the staged one serves %q", got)
		}
		time.Sleep(time.Minute)
		if d := b.call("GET", "/v13/deployments/"+building, nil); d.text("readyState") != "READY" || d.text("readySubstate") != "STAGED" {
			b.Errorf("what was being built is %s", d.text("readyState"))
		}
		if d := b.call("GET", "/v13/deployments/production.box:80", nil); d.text("id") != live {
			b.Errorf("the domain belongs to %s", d.text("id"))
		}
		if n := b.host.Builds(); n != 3 {
			b.Errorf("%d builds, want 3: nothing is built twice", n)
		}
		if e := b.call("GET", "/v9/projects/readme/env", nil); len(e.json["envs"].([]any)) != 2 {
			b.Errorf("the variables are %s", e.raw)
		}
	})
}

func TestOpen_leavesVariablesThatSomebodyHasChanged(t *testing.T) {
	inBubble(t, func(b *bench) {
		envs := b.call("GET", "/v9/projects/readme/env", nil).json["envs"].([]any)
		id := envs[0].(map[string]any)["id"].(string)
		b.call("PATCH", "/v9/projects/readme/env/"+id, map[string]any{"value": "typed"})
		b.close()
		b.cfg.Projects[0].Env = map[string]string{"GREETING": "moved"}
		b.open()
		if got := b.call("GET", "/v1/projects/readme/env/"+id, nil).text("value"); got != "typed" {
			b.Errorf("the value is %q", got)
		}
		b.call("DELETE", "/v9/projects/readme/env/"+id, nil)
		b.close()
		b.open()
		if e := b.call("GET", "/v9/projects/readme/env", nil); len(e.json["envs"].([]any)) != 0 {
			b.Errorf("a deleted variable came back: %s", e.raw)
		}
	})
}

func TestEdge_servesOnlyTheDomainAndTheNewestBuildBesideIt(t *testing.T) {
	inBubble(t, func(b *bench) {
		live := b.deployed("live", nil)
		var ids []string
		for i := range 7 {
			ids = append(ids, b.deployed(fmt.Sprint("page ", i), staged()))
		}
		if n := b.host.Running(); n != 2 {
			b.Errorf("%d processes run, want 2", n)
		}
		for host, want := range map[string]string{
			"production.box:80":         "live hello",
			"dpl-" + live + ".box:80":   "live hello",
			"dpl-" + ids[6] + ".box:80": "page 6 hello",
			"dpl-" + ids[4] + ".box:80": "DEPLOYMENT_NOT_FOUND",
		} {
			if got := b.page(host); got != want {
				b.Errorf("%s serves %q, want %q", host, got, want)
			}
		}
		if _, err := b.net.DialContext(b.Context(), "tcp", "dpl-"+ids[0]+".box:80"); err == nil {
			b.Error("the oldest still has an address")
		}
	})
}

func TestEdge_startsAgainWhatHasEndedAndSaysWhatDoesNotStart(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.deployed("live", nil)
		b.host.Crash()
		if got := b.page("production.box:80"); got != "live hello" {
			b.Errorf("after a crash the domain serves %q", got)
		}
		b.host.Refuse("Error: Cannot find module 'next'")
		b.host.Crash()
		r := b.send("GET", "http://production.box/", nil)
		if r.status != http.StatusInternalServerError || r.header.Get("X-Vercel-Error") != "FUNCTION_INVOCATION_FAILED" ||
			!strings.Contains(r.raw, "Cannot find module 'next'") {
			b.Errorf("what does not start: %d %q", r.status, r.raw)
		}
		b.host.Refuse("")
		if got := b.page("production.box:80"); got != "live hello" {
			b.Errorf("once it can start again the domain serves %q", got)
		}
	})
}

func TestDeployments_areForgottenBeyondTheNewestThirty(t *testing.T) {
	inBubble(t, func(b *bench) {
		live := b.deployed("live", nil)
		for i := range 35 {
			b.deployed(fmt.Sprint("page ", i), staged())
		}
		all := b.call("GET", "/v6/deployments?limit=100", nil).json["deployments"].([]any)
		if len(all) != 30 {
			b.Errorf("%d deployments are kept", len(all))
		}
		if oldest := all[29].(map[string]any)["uid"]; oldest != live {
			b.Errorf("the oldest is %v, want what is live", oldest)
		}
	})
}
