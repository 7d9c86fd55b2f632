package railway_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
)

// seen is every state that a deployment shows, second by second, without repetitions: status, and what else is odd.
func (w *world) seen(id string, seconds int) string {
	w.t.Helper()
	var list []string
	for range seconds {
		time.Sleep(time.Second)
		d := w.read(id)
		state := d["status"].(string)
		if state == "SUCCESS" && d["deploymentStopped"] == true {
			state += "/stopped"
		}
		if len(list) == 0 || list[len(list)-1] != state {
			list = append(list, state)
		}
	}
	return strings.Join(list, " ")
}

func TestFaults_ofADeployment(t *testing.T) {
	for _, c := range []struct {
		fault  fault.Fault
		health string
		policy string
		want   string // what the new deployment shows
		live   string // which one serves at the end: old, new, other or none
	}{
		{fault.Fault{Name: railway.FaultBuildFails}, "/", "", "BUILDING FAILED", "old"},
		{fault.Fault{Name: railway.FaultStuckBuild}, "/", "", "BUILDING", "old"},
		{fault.Fault{Name: railway.FaultStuckDeploy}, "/", "", "BUILDING DEPLOYING", "old"},
		{fault.Fault{Name: railway.FaultCancelled}, "/", "", "BUILDING CANCELLED", "old"},
		{fault.Fault{Name: railway.FaultHealthNever}, "/", "", "BUILDING DEPLOYING FAILED", "old"},
		{fault.Fault{Name: railway.FaultHealthNever, For: 5 * time.Second}, "/", "", "BUILDING DEPLOYING FAILED", "old"},
		{fault.Fault{Name: railway.FaultCrashes}, "/", "", "BUILDING DEPLOYING SUCCESS CRASHED", "none"},
		{fault.Fault{Name: railway.FaultFlapping}, "/", "", "BUILDING DEPLOYING SUCCESS CRASHED", "none"},
		{fault.Fault{Name: railway.FaultFlapping}, "/", "NEVER", "BUILDING DEPLOYING CRASHED", "old"},
		{fault.Fault{Name: railway.FaultStops}, "/", "", "BUILDING DEPLOYING SUCCESS SUCCESS/stopped", "none"},
		{fault.Fault{Name: railway.FaultFallsAsleep}, "/", "", "BUILDING DEPLOYING SUCCESS SLEEPING", "none"},
		{fault.Fault{Name: railway.FaultSkipped}, "/", "", "SKIPPED", "old"},
		{fault.Fault{Name: railway.FaultSkippedByCI}, "/", "", "SKIPPED", "old"},
		{fault.Fault{Name: railway.FaultApproval}, "/", "", "NEEDS_APPROVAL", "old"},
		{fault.Fault{Name: railway.FaultQueued, For: 10 * time.Second}, "/", "", "QUEUED INITIALIZING BUILDING DEPLOYING SUCCESS", "new"},
		{fault.Fault{Name: railway.FaultWaitsForCI, For: 10 * time.Second}, "/", "", "WAITING INITIALIZING BUILDING DEPLOYING SUCCESS", "new"},
		{fault.Fault{Name: railway.FaultSlowBuild, For: 20 * time.Second}, "/", "", "BUILDING DEPLOYING SUCCESS", "new"},
		{fault.Fault{Name: railway.FaultRemoved}, "/", "", "BUILDING DEPLOYING SUCCESS REMOVED", "none"},
		{fault.Fault{Name: railway.FaultStranger}, "/", "", "BUILDING DEPLOYING SUCCESS REMOVED", "other"},
		{fault.Fault{Name: railway.FaultOldLingers}, "/", "", "BUILDING DEPLOYING SUCCESS", "new"},
	} {
		t.Run(c.fault.Name, func(t *testing.T) {
			bubbleOf(t, connected, func(w *world) {
				t := w.t
				w.configure("api", map[string]any{"startCommand": "serve", "healthcheckPath": c.health, "healthcheckTimeout": 60})
				old := w.commit("api", first)
				if c.policy != "" {
					w.configure("api", map[string]any{"restartPolicyType": c.policy})
				}
				c.fault.Times = 1
				w.fault(c.fault)
				id := w.deployCommit("api", second).Data["serviceInstanceDeployV2"].(string)
				time.Sleep(300 * time.Millisecond)
				if got := strings.TrimPrefix(w.seen(id, 90), "INITIALIZING "); got != c.want {
					t.Errorf("%+v: %s, want %s", c.fault, got, c.want)
				}
				live := "none"
				for _, d := range w.active("api") {
					switch {
					case d["id"] == old:
						live = "old"
					case d["id"] != id:
						live = "other"
					case d["status"] == "SUCCESS" && d["deploymentStopped"] == false:
						live = "new"
					}
				}
				if live != c.live {
					t.Errorf("%+v: the %s one is live, want %s", c.fault, live, c.live)
				}
				if left := w.em.Faults().On(); len(left) > 0 {
					t.Errorf("%+v did not strike", left)
				}
				w.commit("api", second) // one strike was asked for: the next deployment is a good one
				if got := w.history()[0]; got != "SUCCESS" {
					t.Errorf("%+v: the next deployment is %s", c.fault, got)
				}
			})
		})
	}
}

// active lists what serves a service.
func (w *world) active(service string) []map[string]any {
	w.t.Helper()
	data := w.must(`query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { activeDeployments { id status deploymentStopped meta } } }`,
		map[string]any{"s": w.ids[service], "e": w.ids["environment"]})
	var list []map[string]any
	for _, d := range data["serviceInstance"].(map[string]any)["activeDeployments"].([]any) {
		list = append(list, d.(map[string]any))
	}
	return list
}

func TestApproval_letsADeploymentGoOn(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		w.fault(fault.Fault{Name: railway.FaultApproval, Times: 2})
		id, other := w.commit("api", first), w.commit("api", second)
		w.reopen(w.cfg) // a person takes longer than a box is up
		time.Sleep(time.Hour)
		if d := w.read(id); d["status"] != "NEEDS_APPROVAL" {
			t.Errorf("unapproved: %v", d["status"])
		}
		approve := `mutation($id: String!) { deploymentApprove(id: $id) }`
		w.must(approve, map[string]any{"id": id})
		time.Sleep(10 * time.Second)
		if d := w.read(id); d["status"] != "SUCCESS" {
			t.Errorf("approved: %v", d["status"])
		}
		if a := w.ask(project(), approve, "", map[string]any{"id": id}); len(a.Errors) != 1 {
			t.Errorf("approved twice: %+v", a)
		}
		w.must(`mutation($id: String!) { deploymentCancel(id: $id) }`, map[string]any{"id": other})
		time.Sleep(time.Second)
		if d := w.read(other); d["status"] != "REMOVED" {
			t.Errorf("cancelled: %v", d["status"])
		}
	})
}

func TestSleeping_wakesAtTheFirstRequest(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		w.fault(fault.Fault{Name: railway.FaultFallsAsleep, Times: 1})
		id := w.deploy("api", "one")
		if d := w.read(id); d["status"] != "SLEEPING" || d["deploymentStopped"] != true || w.host.Alive() != 0 {
			t.Fatalf("got %v with %d processes", d, w.host.Alive())
		}
		for _, m := range []string{"deploymentStop", "deploymentRestart"} {
			a := w.ask(project(), `mutation($id: String!) { `+m+`(id: $id) }`, "", map[string]any{"id": id})
			if len(a.Errors) != 1 || !strings.HasSuffix(a.Errors[0].Message, "able") {
				t.Errorf("%s while it sleeps: %+v", m, a)
			}
		}
		if status, _ := w.get("http://127.0.0.1:8000/"); status != 502 {
			t.Errorf("the first request gets %d", status)
		}
		time.Sleep(5 * time.Second)
		if status, _ := w.get("http://127.0.0.1:8000/"); status != 200 || w.read(id)["status"] != "SUCCESS" {
			t.Errorf("woken, it answers %d and is %v", status, w.read(id)["status"])
		}
	})
}

func TestSleeping_comesBackAwake(t *testing.T) {
	bubble(t, func(w *world) {
		w.configure("api", map[string]any{"startCommand": "serve"})
		w.fault(fault.Fault{Name: railway.FaultFallsAsleep, Times: 1})
		id := w.deploy("api", "one")
		w.reopen(w.cfg)
		time.Sleep(time.Second)
		if d := w.read(id); d["status"] != "SUCCESS" || w.host.Alive() != 1 {
			w.t.Errorf("got %v with %d processes", d, w.host.Alive())
		}
	})
}

func TestFaults_spareWhatOthersHaveStarted(t *testing.T) {
	bubble(t, func(w *world) {
		w.configure("api", map[string]any{"startCommand": "serve"})
		w.fault(fault.Fault{Name: railway.FaultStranger, Times: 1})
		w.deploy("api", "one")
		w.fault(fault.Fault{Name: railway.FaultCrashes})
		w.fault(fault.Fault{Name: railway.FaultBuildFails})
		w.fault(fault.Fault{Name: railway.FaultSkipped})
		time.Sleep(time.Minute)
		live := w.active("api")
		if len(live) != 1 || live[0]["status"] != "SUCCESS" || live[0]["meta"].(map[string]any)["cliMessage"] != "a hotfix from a laptop" {
			w.t.Errorf("the stranger's is %v", live)
		}
	})
}

func TestFaults_ofARollback(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		old := w.commit("api", first)
		w.commit("api", second)
		rollback := func() answer {
			return w.ask(project(), `mutation($id: String!) { deploymentRollback(id: $id) }`, "", map[string]any{"id": old})
		}
		w.fault(fault.Fault{Name: railway.FaultNoRollback, Times: 1})
		if a := rollback(); a.Status != 200 || len(a.Errors) != 1 || w.read(old)["canRollback"] != true {
			t.Errorf("refused: %+v", a)
		}
		w.fault(fault.Fault{Name: railway.FaultImageGone})
		if a := rollback(); a.Status != 200 || len(a.Errors) != 1 || w.read(old)["canRollback"] != false {
			t.Errorf("without its image: %+v", a)
		}
		w.em.Faults().Clear("")
		if n := len(w.history()); n != 2 {
			t.Errorf("%d deployments, want 2", n)
		}
		time.Sleep(72*time.Hour + time.Minute) // the image is kept so long
		if a := rollback(); len(a.Errors) != 1 || w.read(old)["canRollback"] != false {
			t.Errorf("after the retention: %+v", a)
		}
		w.commit("api", first)
		if d := w.active("api"); len(d) != 1 || d[0]["meta"].(map[string]any)["commitHash"] != first {
			t.Errorf("built again: %v", d)
		}
	})
}

func TestFaults_ofWhatIsDeployed(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		w.commit("api", first)
		w.fault(fault.Fault{Name: railway.FaultWrongCommit, Times: 1})
		if meta := w.read(w.commit("api", second))["meta"].(map[string]any); meta["commitHash"] != first {
			t.Errorf("wrong-commit has deployed %v", meta["commitHash"])
		}
		manifest := func(id string) any {
			return w.read(id)["meta"].(map[string]any)["serviceManifest"].(map[string]any)["deploy"].(map[string]any)["drainingSeconds"]
		}
		w.fault(fault.Fault{Name: railway.FaultOldSettings, Times: 1})
		w.configure("api", map[string]any{"drainingSeconds": 30})
		if got := manifest(w.commit("api", second)); got != 0.0 {
			t.Errorf("settings-ignored has taken %v", got)
		}
		if got := manifest(w.commit("api", second)); got != 30.0 {
			t.Errorf("then it takes %v", got)
		}
		w.fault(fault.Fault{Name: railway.FaultSettingsFail, Times: 1})
		w.configure("api", map[string]any{"drainingSeconds": 60})
		if got := manifest(w.commit("api", second)); got != 30.0 {
			t.Errorf("settings-lost has taken %v", got)
		}
		w.fault(fault.Fault{Name: railway.FaultTooLarge, Times: 1})
		path := "/project/" + w.ids["project"] + "/environment/" + w.ids["environment"] + "/up?serviceId=" + w.ids["api"]
		if status, _ := w.post(path, project(), []byte("x")); status != 413 {
			t.Errorf("too large: HTTP %d", status)
		}
	})
}

func TestFaults_ofAnOperation(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		for name, c := range map[string]struct {
			message string
			made    int
		}{
			railway.FaultReadOnly:      {"Not Authorized", 0},
			railway.FaultNotAuthorized: {"Not Authorized", 0},
			railway.FaultTooQuickly:    {"too quickly", 0},
			railway.FaultTwoFactor:     {"Two Factor Authentication Required", 0},
			railway.FaultMuddledAnswer: {"Problem processing request", 1},
		} {
			before := len(w.history())
			w.fault(fault.Fault{Name: name, Only: "serviceInstanceDeployV2", Times: 1})
			w.must(`{ projectToken { id } }`, nil) // another operation is not struck
			a := w.deployCommit("api", first)
			if a.Status != 200 || len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, c.message) {
				t.Errorf("%s: %+v", name, a)
			}
			if n := len(w.history()) - before; n != c.made {
				t.Errorf("%s has made %d deployments", name, n)
			}
		}
		before, begun := len(w.history()), time.Now()
		w.fault(fault.Fault{Name: railway.FaultAnswerHeld, Only: "serviceInstanceDeployV2", Times: 1})
		req, _ := w.http.Post("http://"+address+"/graphql/v2", "application/json", strings.NewReader("{}")) // no operation: not struck
		req.Body.Close()
		if err := w.cut(first); err == nil || time.Since(begun) != time.Minute || len(w.history()) != before+1 {
			t.Errorf("answer-held: %v after %s", err, time.Since(begun))
		}
		w.fault(fault.Fault{Name: fault.AnswerCut, Only: "mutation serviceInstanceDeployV2", Times: 1})
		if err := w.cut(second); err == nil || len(w.history()) != before+2 {
			t.Errorf("answer-cut: %v, %v", err, w.history())
		}
	})
}

// cut deploys a commit with a call that is not answered.
func (w *world) cut(sha string) error {
	body := fmt.Sprintf(`{"query": "mutation { serviceInstanceDeployV2(serviceId: \"%s\", environmentId: \"%s\", commitSha: \"%s\") }"}`,
		w.ids["api"], w.ids["environment"], sha)
	req := must(newRequest(body))
	resp, err := w.http.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	return err
}

func TestFaults_ofWhatIsRead(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		w.deploy("api", "one")
		env := func() map[string]any {
			return w.must(`query($e: String!) { environment(id: $e) { canAccess unmergedChangesCount } environmentStagedChanges(environmentId: $e) { status patch } }`,
				map[string]any{"e": w.ids["environment"]})
		}
		domains := func() map[string]any {
			return w.must(`query($p: String!, $e: String!, $s: String!) { domains(projectId: $p, environmentId: $e, serviceId: $s) {
				serviceDomains { domain } customDomains { domain status { verified } } } }`,
				map[string]any{"p": w.ids["project"], "e": w.ids["environment"], "s": w.ids["api"]})["domains"].(map[string]any)
		}
		lines := func() int {
			return len(w.must(`query($id: String!) { deploymentLogs(deploymentId: $id) { message } }`, map[string]any{"id": w.active("api")[0]["id"]})["deploymentLogs"].([]any))
		}
		if e := env()["environment"].(map[string]any); e["canAccess"] != true || e["unmergedChangesCount"] != 0.0 || lines() == 0 {
			t.Errorf("without a fault: %v, %d lines", e, lines())
		}
		for _, name := range []string{railway.FaultStaged, railway.FaultRestricted, railway.FaultLogsEmpty, railway.FaultNoDomain} {
			w.fault(fault.Fault{Name: name})
		}
		got := env()
		if e := got["environment"].(map[string]any); e["canAccess"] != false || e["unmergedChangesCount"] != 1.0 || lines() != 0 {
			t.Errorf("with faults: %v, %d lines", e, lines())
		}
		if p := got["environmentStagedChanges"].(map[string]any); len(p["patch"].(map[string]any)) == 0 {
			t.Errorf("nothing is staged: %v", p)
		}
		if d := domains(); len(d["serviceDomains"].([]any)) != 0 {
			t.Errorf("there are domains: %v", d)
		}
		if a := w.ask(project(), `mutation { variableUpsert(input: {projectId: "`+w.ids["project"]+`", environmentId: "`+w.ids["environment"]+`", name: "X", value: ""}) }`, "", nil); len(a.Errors) != 1 {
			t.Error("a restricted environment was written to")
		}
		w.em.Faults().Clear("")
		w.fault(fault.Fault{Name: railway.FaultUnverified})
		if d := domains()["customDomains"].([]any); len(d) != 1 || d[0].(map[string]any)["status"].(map[string]any)["verified"] != false {
			t.Errorf("unverified: %v", d)
		}
		w.fault(fault.Fault{Name: railway.FaultLogsLate, For: time.Minute})
		if lines() != 0 {
			t.Error("late lines are there at once")
		}
		time.Sleep(time.Minute)
		if lines() == 0 {
			t.Error("late lines never come")
		}
		for name, status := range map[string]int{railway.FaultEdgeChallenge: 429, railway.FaultEdgeSignIn: 401} {
			w.fault(fault.Fault{Name: name, Times: 1})
			if got, _ := w.get("http://127.0.0.1:8000/"); got != status {
				t.Errorf("%s: %d", name, got)
			}
		}
		w.fault(fault.Fault{Name: railway.FaultEdgeLate, For: 20 * time.Second})
		w.deploy("api", "two")
		if got, _ := w.get("http://127.0.0.1:8000/"); got != 404 {
			t.Errorf("edge-late: %d at first", got)
		}
		time.Sleep(20 * time.Second)
		if got, _ := w.get("http://127.0.0.1:8000/"); got != 200 {
			t.Errorf("edge-late: %d at last", got)
		}
	})
}

func TestFaults_hideANewDeployment(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		old := w.deploy("api", "one")
		latest := func() any {
			return w.must(`query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { latestDeployment { id } } }`,
				map[string]any{"s": w.ids["api"], "e": w.ids["environment"]})["serviceInstance"].(map[string]any)["latestDeployment"].(map[string]any)["id"]
		}
		w.fault(fault.Fault{Name: railway.FaultStaleLatest, Times: 1, For: 20 * time.Second})
		id := w.deploy("api", "two")
		if latest() != old || len(w.history()) != 2 {
			t.Errorf("the latest one is %v, and %d are listed", latest(), len(w.history()))
		}
		time.Sleep(10 * time.Second)
		if latest() != id {
			t.Errorf("the latest one stays %v", latest())
		}
		w.fault(fault.Fault{Name: railway.FaultStaleReads, Times: 1, For: 20 * time.Second})
		id = w.deploy("api", "three")
		a := w.ask(project(), `query($id: String!) { deployment(id: $id) { id } }`, "", map[string]any{"id": id})
		if len(a.Errors) != 1 || a.Errors[0].Message != "Deployment not found" || len(w.history()) != 2 {
			t.Errorf("hidden: %+v, %d are listed", a, len(w.history()))
		}
	})
}

func TestFaults_canStrikeOneEnvironment(t *testing.T) {
	bubbleOf(t, twoProjects, func(w *world) {
		t := w.t
		w.fault(fault.Fault{Name: railway.FaultImageGone, Only: "production/api"})
		w.fault(fault.Fault{Name: railway.FaultBuildFails, Only: "production/api"})
		w.configure("api", map[string]any{"startCommand": "serve"})
		id := w.deploy("api", "one")
		w.deploy("api", "two")
		if d := w.read(id); d["status"] != "REMOVED" || d["canRollback"] != true {
			t.Errorf("in the other environment: %v", d)
		}
		path := "/project/" + w.ids["project"] + "/environment/prod-id/up?serviceId=" + w.ids["api"]
		if status, raw := w.post(path, inProd(), railwaytest.Archive(map[string]string{"./a": "a"})); status != 200 {
			t.Fatalf("HTTP %d %s", status, raw)
		}
		time.Sleep(10 * time.Second)
		a := w.ask(inProd(), `{ deployments(input: {}) { edges { node { status } } } }`, "", nil)
		if got := a.Data["deployments"].(map[string]any)["edges"].([]any)[0].(map[string]any)["node"].(map[string]any)["status"]; got != "FAILED" {
			t.Errorf("in production: %v", got)
		}
	})
}

// Every fault says what it does and what Only names, and its name is one that a person can type.
func TestKinds_areAllDescribed(t *testing.T) {
	bubble(t, func(w *world) {
		var seen []string
		for _, k := range w.em.Faults().Kinds() {
			if k.About == "" || k.Names == "" || strings.ToLower(k.Name) != k.Name || strings.ContainsAny(k.Name, " _") || slices.Contains(seen, k.Name) {
				w.t.Errorf("%+v", k)
			}
			seen = append(seen, k.Name)
		}
		if len(seen) < 50 {
			w.t.Errorf("%d kinds", len(seen))
		}
	})
}
