package railway_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
)

const (
	first  = "1111111111111111111111111111111111111111"
	second = "2222222222222222222222222222222222222222"
)

// connected is an account whose service api follows a repository, without automatic deploys unless a test wants them.
func connected(cfg *railway.Config) {
	cfg.Forge = &railwaytest.Forge{Repo: "ada/readme", Commits: []string{first, second}}
	cfg.Projects[0].Environments[0].Services[0].Repo = "ada/readme"
}

func (w *world) deployCommit(service, sha string) answer {
	w.t.Helper()
	vars := map[string]any{"s": w.ids[service], "e": w.ids["environment"]}
	if sha != "" {
		vars["c"] = sha
	}
	return w.ask(project(), `mutation($s: String!, $e: String!, $c: String) { serviceInstanceDeployV2(serviceId: $s, environmentId: $e, commitSha: $c) }`, "", vars)
}

// commit deploys one and waits for its end.
func (w *world) commit(service, sha string) string {
	w.t.Helper()
	a := w.deployCommit(service, sha)
	if len(a.Errors) > 0 {
		w.t.Fatal(a.Errors)
	}
	time.Sleep(10 * time.Second)
	return a.Data["serviceInstanceDeployV2"].(string)
}

func (w *world) fault(f fault.Fault) {
	w.t.Helper()
	if err := w.em.Faults().Set(f); err != nil {
		w.t.Fatal(err)
	}
}

// history is a service's deployments in the environment, newest first: their statuses.
func (w *world) history() []string {
	w.t.Helper()
	data := w.must(`{ deployments(input: {}) { edges { node { status } } } }`, nil)
	var list []string
	for _, e := range data["deployments"].(map[string]any)["edges"].([]any) {
		list = append(list, e.(map[string]any)["node"].(map[string]any)["status"].(string))
	}
	return list
}

func TestDeployV2_deploysTheCommitThatIsAskedFor(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"buildCommand": "ok", "startCommand": "serve", "healthcheckPath": "/"})
		id := w.commit("api", first)
		d := w.read(id)
		want := map[string]any{"commitHash": first, "commitMessage": "commit 1111111", "commitAuthor": "Ada", "branch": "main", "repo": "ada/readme"}
		meta := d["meta"].(map[string]any)
		got := map[string]any{}
		for name := range want {
			got[name] = meta[name]
		}
		if diff := cmp.Diff(want, got); diff != "" || d["status"] != "SUCCESS" || meta["cliMessage"] != nil {
			t.Errorf("%v: %s", d["status"], diff)
		}
		env := w.host.Runs()[0].Env
		if env["RAILWAY_GIT_COMMIT_SHA"] != first || env["RAILWAY_GIT_REPO_OWNER"] != "ada" || env["RAILWAY_GIT_REPO_NAME"] != "readme" {
			t.Errorf("the process was given %v", env)
		}
		if archive := w.host.Builds()[0].Archive; filepath.Base(archive) != first+".tar.gz" {
			t.Errorf("built from %s", archive)
		}
		// Without a commit it is the one that the service has, not the branch's newest.
		if again := w.read(w.commit("api", "")); again["meta"].(map[string]any)["commitHash"] != first {
			t.Errorf("without a commit: %v", again["meta"])
		}
		// A rollback does not build again, and says the same commit.
		w.commit("api", second)
		w.must(`mutation($id: String!) { deploymentRollback(id: $id) }`, map[string]any{"id": id})
		time.Sleep(10 * time.Second)
		if runs := w.host.Runs(); runs[len(runs)-1].Env["RAILWAY_GIT_COMMIT_SHA"] != first {
			t.Error("the rollback runs another commit")
		}
	})
}

func TestDeployV2_makesNothingOfACommitThatIsNotThere(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		for name, a := range map[string]answer{
			"an unknown one":           w.deployCommit("api", strings.Repeat("3", 40)),
			"a short one":              w.deployCommit("api", first[:7]),
			"a branch":                 w.deployCommit("api", "main"),
			"one without a repository": w.deployCommit("worker", first),
			"one that is not there yet": func() answer {
				w.fault(fault.Fault{Name: railway.FaultNoCommit, Times: 1})
				return w.deployCommit("api", first)
			}(),
		} {
			if a.Status != 200 || len(a.Errors) != 1 || a.Errors[0].Message != "Commit not found" {
				t.Errorf("%s: %+v", name, a)
			}
		}
		if got := w.history(); len(got) != 0 {
			t.Errorf("deployments were made: %v", got)
		}
	})
}

func TestDeployV2_ofACommitGoesOnAfterAKill(t *testing.T) {
	killed := filepath.Join(t.TempDir(), "killed")
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		id := w.deployCommit("api", second).Data["serviceInstanceDeployV2"].(string)
		synctest.Wait() // nothing is being written
		if err := os.CopyFS(killed, os.DirFS(w.dir)); err != nil {
			t.Fatal(err)
		}
		cfg := w.cfg
		cfg.Dir = killed
		w.reopen(cfg)
		time.Sleep(10 * time.Second)
		if d := w.read(id); d["status"] != "SUCCESS" || d["meta"].(map[string]any)["commitHash"] != second {
			t.Errorf("got %v", d)
		}
	})
}

func TestPush_deploysWhereThatIsSwitchedOn(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		in := map[string]any{"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"]}
		status := func() map[string]any {
			return w.must(`query($projectId: String!, $environmentId: String!, $serviceId: String!) {
				serviceInstanceAutoDeployStatus(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId) { enabled canEnable reason } }`,
				in)["serviceInstanceAutoDeployStatus"].(map[string]any)
		}
		if s := status(); s["enabled"] != true || s["canEnable"] != true {
			t.Errorf("connected: %v", s)
		}
		ids, err := w.em.Push(t.Context(), "ada/readme", "main")
		if err != nil || len(ids) != 1 {
			t.Fatal(ids, err)
		}
		time.Sleep(10 * time.Second)
		if d := w.read(ids[0]); d["status"] != "SUCCESS" || d["meta"].(map[string]any)["commitHash"] != second {
			t.Errorf("the push has made %v", d)
		}
		w.must(`mutation($in: ServiceInstanceAutoDeployUpdateInput!) { serviceInstanceAutoDeployUpdate(input: $in) { enabled } }`, map[string]any{"in": map[string]any{
			"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"], "enabled": false,
		}})
		w.reopen(w.cfg) // it stays off, whatever the configuration says
		if s := status(); s["enabled"] != false {
			t.Errorf("switched off: %v", s)
		}
		if ids, err := w.em.Push(t.Context(), "ada/readme", "main"); err != nil || len(ids) != 0 {
			t.Errorf("a push has made %v, %v", ids, err)
		}
	})
}

func TestPushFaults_raceWithOurDeployment(t *testing.T) {
	for name, want := range map[string]string{railway.FaultPushBefore: "SUCCESS REMOVED", railway.FaultPushAfter: "SUCCESS REMOVED"} {
		t.Run(name, func(t *testing.T) {
			bubbleOf(t, connected, func(w *world) {
				t := w.t
				w.configure("api", map[string]any{"startCommand": "serve"})
				w.fault(fault.Fault{Name: name, Times: 1})
				ours := w.commit("api", first)
				if got := strings.Join(w.history(), " "); got != want {
					t.Errorf("%s: %s", name, got)
				}
				status := "SUCCESS"
				if name == railway.FaultPushAfter {
					status = "REMOVED"
				}
				if d := w.read(ours); d["status"] != status {
					t.Errorf("%s: ours is %v, want %s", name, d["status"], status)
				}
				// Where pushes are not deployed, there is no race.
				w.fault(fault.Fault{Name: name, Times: 1})
				w.must(`mutation($in: ServiceInstanceAutoDeployUpdateInput!) { serviceInstanceAutoDeployUpdate(input: $in) { enabled } }`, map[string]any{"in": map[string]any{
					"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"], "enabled": false,
				}})
				before := len(w.history())
				w.commit("api", second)
				if n := len(w.history()) - before; n != 1 {
					t.Errorf("%s: %d deployments with pushes off", name, n)
				}
			})
		})
	}
}

func TestImage_isPulledAndStoodInFor(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		pin := func(image string) {
			w.configure("api", map[string]any{"source": map[string]any{"image": image}, "healthcheckPath": "/health", "startCommand": nil})
		}
		pin("ghcr.io/ada/api:1")
		if n := len(w.history()); n != 0 {
			t.Errorf("an update has deployed")
		}
		id := w.deployCommit("api", "").Data["serviceInstanceDeployV2"].(string)
		var got []string
		for range 4 {
			time.Sleep(999 * time.Millisecond)
			got = append(got, w.read(id)["status"].(string))
		}
		if diff := cmp.Diff([]string{"INITIALIZING", "DEPLOYING", "SUCCESS", "SUCCESS"}, got); diff != "" {
			t.Error(diff)
		}
		meta := w.read(id)["meta"].(map[string]any)
		if meta["image"] != "ghcr.io/ada/api:1" || !strings.HasPrefix(meta["imageDigest"].(string), "sha256:") || meta["commitHash"] != nil {
			t.Errorf("meta is %v", meta)
		}
		if status, body := w.get("http://127.0.0.1:8000/health"); status != 200 || !strings.Contains(body, "the box runs no images") {
			t.Errorf("the edge answers %d %s", status, body)
		}
		if len(w.host.Builds())+len(w.host.Runs()) != 0 {
			t.Error("the host was used for an image")
		}
		w.fault(fault.Fault{Name: railway.FaultPullFails, Times: 1})
		pin("ghcr.io/ada/api:2")
		bad := w.commit("api", "")
		d := w.read(bad)
		data := w.must(`query($id: String!) { deploymentLogs(deploymentId: $id) { message } buildLogs(deploymentId: $id) { message } }`, map[string]any{"id": bad})
		if d["status"] != "FAILED" || d["meta"].(map[string]any)["imageDigest"] != nil || len(data["deploymentLogs"].([]any))+len(data["buildLogs"].([]any)) != 0 {
			t.Errorf("a pull that fails: %v, %v", d, data)
		}
		if status, body := w.get("http://127.0.0.1:8000/"); status != 200 || !strings.Contains(body, "ada/api:1") {
			t.Errorf("the edge answers %d %s", status, body)
		}
		source := w.must(`query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { source { image repo } } }`,
			map[string]any{"s": w.ids["api"], "e": w.ids["environment"]})["serviceInstance"].(map[string]any)["source"]
		if diff := cmp.Diff(map[string]any{"image": "ghcr.io/ada/api:2", "repo": nil}, source); diff != "" {
			t.Error(diff)
		}
		w.reopen(w.cfg) // what was live comes back
		if status, _ := w.get("http://127.0.0.1:8001/"); status != 200 {
			t.Errorf("after a restart the edge answers %d", status)
		}
	})
}
