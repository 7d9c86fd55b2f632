package vercel_test

import (
	"testing"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/vercel"
)

// theVariable is GREETING as reads show it.
func (b *bench) theVariable() map[string]any {
	b.Helper()
	list := b.call("GET", "/v10/projects/readme/env", nil).json["envs"].([]any)
	id := list[0].(map[string]any)["id"].(string)
	return b.call("GET", "/v1/projects/readme/env/"+id, nil).json
}

func TestVariableFaults_areAnsweredAsSuccesses(t *testing.T) {
	inBubble(t, func(b *bench) {
		edit := func(value string) {
			b.Helper()
			if r := b.call("PATCH", "/v9/projects/readme/env/"+b.theVariable()["id"].(string), map[string]any{"value": value}); r.status != 200 {
				b.Fatalf("%d %s", r.status, r.raw)
			}
		}
		reads := func(what, want string) {
			b.Helper()
			if got := b.theVariable()["value"]; got != want {
				b.Errorf("%s: it reads %q, want %q", what, got, want)
			}
		}
		b.strike(vercel.EnvLost, 1, 0)
		before := b.theVariable()["updatedAt"]
		edit("one")
		reads("lost", "hello")
		if now := b.theVariable()["updatedAt"]; now != before {
			b.Errorf("lost, and written at %v, before at %v", now, before)
		}
		b.strike(vercel.EnvLate, 1, 5*time.Second)
		edit("two")
		reads("late", "hello")
		time.Sleep(6 * time.Second)
		reads("no longer late", "two")
		b.strike(vercel.EnvEmptied, 1, 0)
		edit("three")
		reads("emptied", "")
		b.call("POST", "/v10/projects/readme/env", []any{variable("ONE", "plain", "1")})
		if n := len(b.call("GET", "/v10/projects/readme/env", nil).json["envs"].([]any)); n != 2 {
			b.Errorf("on a good day there are %d", n)
		}
		edit("four")
		b.strike(vercel.EnvUnreadable, 1, 0)
		reads("unreadable", "")
		b.emu.Faults().Clear("")
		reads("readable again", "four")
		if err := b.emu.Faults().Set(fault.Fault{Name: vercel.EnvOwned, Only: "GREETING"}); err != nil {
			b.Fatal(err)
		}
		if got := b.theVariable()["configurationId"]; got != "icfg_GREETING" {
			b.Errorf("it belongs to %v", got)
		}
	})
}
