package pipecat_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/pipecat"
)

func TestOpen_goesOnWhereTheLastOneEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		inDir := func(c *pipecat.Config) { c.Dir = dir }
		c := open(t, inDir)
		c.create("1")
		time.Sleep(time.Minute)
		c.update(`{"image":"readme/bot:2"}`)
		c.must(private, "PUT", "/v1/secrets/mine", `{"secrets":[{"secretKey":"A","secretValue":"hunter2"}]}`)
		id := c.must(public, "POST", "/v1/public/readme/start", `{"createDailyRoom":true}`)["sessionId"].(string)
		before := c.agent()
		c = open(t, inDir) // the old one was killed, in the middle of a rollout
		if diff := cmp.Diff(before, c.agent()); diff != "" {
			t.Errorf("the agent (-before +after):\n%s", diff)
		}
		time.Sleep(10 * time.Second)
		if got := seen(c.agent()); got != "reconciled=true ready=true available=true current=Active previous=- errors=0" {
			t.Errorf("the rollout did not go on: %s", got)
		}
		c.must(private, "DELETE", "/v1/agents/readme/sessions/"+id, "")
		if m := c.must(private, "GET", "/v1/secrets/mine", ""); m["status"] != "ready" {
			t.Errorf("the secret set: %v", m)
		}
		raw, err := os.ReadFile(filepath.Join(dir, "pipecat.json"))
		if err != nil || strings.Contains(string(raw), "hunter2") || strings.Contains(string(raw), "a-value") {
			t.Errorf("a secret's value lies on disk, or nothing does: %v", err)
		}
	})
}

func TestAgent_remembersWithinBounds(t *testing.T) {
	got := pipecat.AfterALongTime(2000)
	if want := (pipecat.Remembered{Sessions: 501, Running: 1, Logs: 1000, Deployments: 21, FirstServes: true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestOpen_refusesWhatCannotWork(t *testing.T) {
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "pipecat.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]pipecat.Config{
		"no keys":          {Dir: t.TempDir()},
		"one key for both": {Dir: t.TempDir(), PrivateKey: "k", PublicKey: "k"},
		"a broken file":    {Dir: broken, PrivateKey: "s", PublicKey: "p"},
		"a runner":         {Dir: t.TempDir(), PrivateKey: "s", PublicKey: "p", Runner: "localhost:7860"},
		"another route":    {Dir: t.TempDir(), PrivateKey: "s", PublicKey: "p", Runner: "http://localhost:7860/other"},
	} {
		if _, err := pipecat.Open(t.Context(), cfg); err == nil {
			t.Errorf("%s: it opened", name)
		}
	}
}
