package railway_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
)

// oldState is what the version with one environment has written, with a live deployment.
const oldState = `{"project_id":"p","environment_id":"e","token_id":"t","workspace_id":"w","created":"2026-11-01T00:00:00Z","shared":{"S":"1"},
"services":[{"id":"s","instance_id":"i","name":"api","created":"2026-11-01T00:00:00Z","updated":"2026-11-01T00:00:00Z",
"settings":{"start":"serve","health":"/","restart":"ON_FAILURE","retries":10},"variables":{"A":"changed"},"seeded":{"A":"1"},"sealed":["A"],
"domain":{"id":"d","host":"127.0.0.1:9","created":"2026-11-01T00:00:00Z"},"active":"dep"}],
"deployments":[{"id":"dep","service":"s","status":"SUCCESS","created":"2026-11-01T00:00:00Z","updated":"2026-11-01T00:00:00Z","archive":"abc",
"message":"readme-ops x","reason":"deploy","settings":{"start":"serve","health":"/","restart":"ON_FAILURE","retries":10},
"variables":{"A":"changed"},"succeeded":true,"instance":"RUNNING","instance_id":"n","events":[]}]}`

func TestOpen_takesOverTheStateOfTheLastVersion(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte(oldState), 0o600); err != nil {
		t.Fatal(err)
	}
	bubbleOf(t, func(cfg *railway.Config) { cfg.Dir = dir }, func(w *world) {
		t := w.t
		if w.ids["project"] != "p" || w.ids["environment"] != "e" || w.ids["api"] != "s" {
			t.Errorf("the ids are %v", w.ids)
		}
		if d := w.read("dep"); d["status"] != "SUCCESS" || d["meta"].(map[string]any)["cliMessage"] != "readme-ops x" {
			t.Errorf("what was live is %v", d)
		}
		if status, _ := w.get("http://127.0.0.1:8000/"); status != 200 || w.host.Runs()[0].Env["A"] != "changed" {
			t.Errorf("it answers %d, and runs with %v", status, w.host.Runs()[0].Env)
		}
		w.reopen(w.cfg)
		time.Sleep(time.Second)
		if d := w.read("dep"); d["status"] != "SUCCESS" {
			t.Errorf("at the second start it is %v", d["status"])
		}
	})
}

func TestOpen_saysWhatToDoWithTheStateOfANewerVersion(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte(`{"version":99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		_, err := railway.Open(t.Context(), railway.Config{Dir: dir, Host: &railwaytest.Host{}})
		if err == nil || !strings.Contains(err.Error(), "readme-ops box reset") {
			t.Errorf("got %v", err)
		}
	})
}
