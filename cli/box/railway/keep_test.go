package railway_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
)

// What a kill leaves is what lies on disk at that moment: a copy of the folder, taken right after the answer.
func TestOpen_goesOnAfterAKill(t *testing.T) {
	killed := filepath.Join(t.TempDir(), "killed")
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		first := w.deploy("api", "one")
		w.configure("worker", map[string]any{"startCommand": "stubborn", "drainingSeconds": 30})
		gone := w.deploy("worker", "one")
		w.must(`mutation($id: String!) { deploymentRemove(id: $id) }`, map[string]any{"id": gone})
		status, a := w.up("api", "two", railwaytest.Archive(map[string]string{"./a": "two"}))
		if status != http.StatusOK {
			t.Fatal(a)
		}
		if d := w.read(gone); d["status"] != "REMOVING" {
			t.Errorf("the removed one is %v before the kill", d["status"])
		}
		synctest.Wait() // nothing is being written
		if err := os.CopyFS(killed, os.DirFS(w.dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(killed, "archives", ".new-123"), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		n := railwaytest.NewNet()
		host := &railwaytest.Host{Listen: n.Listen}
		em, err := railway.Open(t.Context(), railway.Config{
			Dir: killed, Projects: railwaytest.Project("readme", "dev", token), Host: host, Dial: n.Dial, Pace: time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(host.Runs()); got != 1 {
			t.Errorf("%d processes were started by Open, want the one that was live", got)
		}
		stop, err := n.Serve(address, em.Handler())
		if err != nil {
			t.Fatal(err)
		}
		w.http.Transport = &http.Transport{DialContext: n.Dial, DisableKeepAlives: true}
		if d := w.read(gone); d["status"] != "REMOVED" {
			t.Errorf("the removed one is %v after the kill", d["status"])
		}
		time.Sleep(20 * time.Second)
		if old, now := w.read(first), w.read(a["deploymentId"]); old["status"] != "REMOVED" || now["status"] != "SUCCESS" {
			t.Errorf("after the kill the old one is %v, the new one %v", old["status"], now["status"])
		}
		if left, _ := filepath.Glob(filepath.Join(killed, "*", ".new-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		stop()
		if err := em.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestHistoryAndLogsAreBounded(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", map[string]any{"startCommand": "quiet"})
		var last string
		for i := range 33 {
			last = w.deploy("worker", fmt.Sprintf("number %d", i))
		}
		for _, pattern := range []string{"archives/*.tar.gz", "logs/*.run.jsonl"} {
			if files, _ := filepath.Glob(filepath.Join(w.dir, pattern)); len(files) != 30 {
				t.Errorf("%d of %s are kept, want 30", len(files), pattern)
			}
		}
		runs := w.host.Runs()
		for i := range 25_000 {
			runs[len(runs)-1].Say("stdout", fmt.Sprintf("line %d", i))
		}
		raw, err := os.ReadFile(filepath.Join(w.dir, "logs", last+".run.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(raw, []byte("\n")); n > 10_000 || !bytes.Contains(raw, []byte("line 24999")) {
			t.Errorf("the log file has %d lines", n)
		}
	})
}

func TestSeedVariables_leavesADeletedOneDeleted(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		where := map[string]any{"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"], "name": "A"}
		w.must(`mutation($in: VariableDeleteInput!) { variableDelete(input: $in) }`, map[string]any{"in": where})
		if err := w.em.SeedVariables(t.Context(), railway.Place{Service: "api"}, map[string]string{"A": "1", "B": "2"}); err != nil {
			t.Fatal(err)
		}
		data := w.must(`query($p: String!, $e: String!, $s: String) { variables(projectId: $p, environmentId: $e, serviceId: $s) }`,
			map[string]any{"p": w.ids["project"], "e": w.ids["environment"], "s": w.ids["api"]})
		v := data["variables"].(map[string]any)
		if _, there := v["A"]; there || v["B"] != "2" {
			t.Errorf("got %v", v)
		}
	})
}

func TestFaults_areKnownByName(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		if err := w.em.Faults().Set(fault.Fault{Name: "earthquake"}); err == nil {
			t.Error("an unknown fault was taken")
		}
		for _, kind := range w.em.Faults().Kinds() {
			if err := w.em.Faults().Set(fault.Fault{Name: kind.Name, Only: "nobody"}); err != nil {
				t.Error(err)
			}
		}
		w.em.Faults().Clear("")
		w.must(`{ projectToken { id } }`, nil)
	})
}

func TestRemove_isOnDiskBeforeItIsAnswered(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", map[string]any{"buildCommand": "fail"})
		id := w.deploy("worker", "one")
		w.must(`mutation($id: String!) { deploymentRemove(id: $id) }`, map[string]any{"id": id})
		raw, err := os.ReadFile(filepath.Join(w.dir, "state.json"))
		if err != nil || !bytes.Contains(raw, []byte(`"status":"REMOVED"`)) {
			t.Errorf("the state on disk does not say so: %s, %v", raw, err)
		}
	})
}
