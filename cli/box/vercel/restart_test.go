package vercel_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOpen_finishesAMoveThatWasUnderWay(t *testing.T) {
	for _, into := range []time.Duration{time.Second, 3 * time.Second} { // pending, and in-progress
		t.Run(into.String(), func(t *testing.T) {
			inBubble(t, func(b *bench) {
				b.deployed("first", nil)
				second := b.deployed("second", staged())
				b.call("POST", "/v10/projects/readme/promote/"+second, nil)
				time.Sleep(into)
				b.close()
				b.open()
				if got := b.page("production.box:80"); got != "first hello" {
					b.Errorf("at once the domain serves %q", got)
				}
				time.Sleep(5 * time.Second)
				job := b.call("GET", "/v9/projects/readme?rollbackInfo=true", nil).json["lastAliasRequest"].(map[string]any)
				if got := b.page("production.box:80"); got != "second hello" || job["jobStatus"] != "succeeded" {
					b.Errorf("the domain serves %q, and the job says %v", got, job["jobStatus"])
				}
			})
		})
	}
}

func TestOpen_readsWhatASingleProjectHasLeft(t *testing.T) {
	inBubble(t, func(b *bench) {
		live := b.deployed("live", nil)
		b.close()
		path := filepath.Join(b.cfg.Dir, "state.json")
		raw, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		var s map[string]any
		if err := json.Unmarshal(raw, &s); err != nil {
			b.Fatal(err)
		}
		p := s["projects"].([]any)[0].(map[string]any)
		for _, d := range s["deployments"].([]any) {
			for _, key := range []string{"project", "source", "framework"} {
				delete(d.(map[string]any), key)
			}
		}
		old := map[string]any{"project": p, "deployments": s["deployments"], "env": p["env"], "seeded": p["seeded"]}
		for _, key := range []string{"env", "seeded", "edge", "framework"} {
			delete(p, key)
		}
		if err := os.WriteFile(path, []byte(jsonText(old)), 0o600); err != nil {
			b.Fatal(err)
		}
		b.open()
		time.Sleep(time.Second)
		if got := b.page("production.box:80"); got != "live hello" {
			b.Errorf("the domain serves %q", got)
		}
		if d := b.call("GET", "/v13/deployments/production.box:80", nil); d.text("id") != live || d.text("name") != "readme" {
			b.Errorf("the domain belongs to %s", d.raw)
		}
		if got := b.deployed("next", nil); got == "" || b.page("production.box:80") != "next hello" {
			b.Errorf("the next deployment: the domain serves %q", b.page("production.box:80"))
		}
	})
}
