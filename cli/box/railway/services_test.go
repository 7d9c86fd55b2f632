package railway_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
)

func (w *world) createService(in map[string]any) answer {
	in["projectId"] = w.ids["project"]
	return w.ask(project(), `mutation($in: ServiceCreateInput!) { serviceCreate(input: $in) { id name projectId } }`, "", map[string]any{"in": in})
}

func (w *world) onDisk(text string) bool {
	w.t.Helper()
	raw, err := os.ReadFile(filepath.Join(w.dir, "state.json"))
	if err != nil {
		w.t.Fatal(err)
	}
	return bytes.Contains(raw, []byte(text))
}

func TestServiceCreate_makesOneInEveryEnvironmentAndNeverTwice(t *testing.T) {
	bubbleOf(t, func(cfg *railway.Config) { twoProjects(cfg); connected(cfg) }, func(w *world) {
		t := w.t
		a := w.createService(map[string]any{"name": "mailer", "source": map[string]any{"repo": "ada/readme"}, "variables": map[string]any{"M": "1"}})
		if len(a.Errors) > 0 || !w.onDisk("mailer") {
			t.Fatalf("%+v", a)
		}
		w.lookUp()
		if a := w.createService(map[string]any{"name": "Mailer"}); len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "BAD_USER_INPUT" ||
			a.Errors[0].Message != `A service named "Mailer" already exists in this project` {
			t.Errorf("a second one: %+v", a)
		}
		for env, header := range map[string]http.Header{w.ids["environment"]: project(), "prod-id": inProd()} {
			a := w.ask(header, `query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { source { repo } latestDeployment { id } } }`,
				"", map[string]any{"s": w.ids["mailer"], "e": env})
			in := a.Data["serviceInstance"].(map[string]any)
			if in["source"].(map[string]any)["repo"] != "ada/readme" || in["latestDeployment"] != nil {
				t.Errorf("in %s: %v", env, in)
			}
		}
		w.configure("mailer", map[string]any{"startCommand": "serve"})
		if d := w.read(w.commit("mailer", first)); d["status"] != "SUCCESS" || w.host.Runs()[0].Env["M"] != "1" {
			t.Errorf("deployed: %v", d)
		}
		before := len(w.history())
		w.fault(fault.Fault{Name: railway.FaultConnect, Times: 1})
		if a := w.createService(map[string]any{"name": "eager", "source": map[string]any{"image": "redis:8"}}); len(a.Errors) > 0 || len(w.history()) != before+1 {
			t.Errorf("connect-deploys: %+v, %v", a, w.history())
		}
		if a := w.createService(map[string]any{"source": map[string]any{"repo": "ada/nothing"}}); len(a.Errors) != 1 || a.Errors[0].Message != "Repository not found" {
			t.Errorf("an unknown repository: %+v", a)
		}
	})
}

func TestServiceConnect_changesTheSourceAndDeploysOnlyByFault(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("worker", map[string]any{"startCommand": "serve"})
		connect := func(in map[string]any) answer {
			return w.ask(project(), `mutation($id: String!, $in: ServiceConnectInput!) { serviceConnect(id: $id, input: $in) { id } }`, "",
				map[string]any{"id": w.ids["worker"], "in": in})
		}
		for name, in := range map[string]map[string]any{"nothing": {}, "an unknown repository": {"repo": "ada/nothing"}, "an unknown branch": {"repo": "ada/readme", "branch": "x"}} {
			if a := connect(in); len(a.Errors) != 1 {
				t.Errorf("%s: %+v", name, a)
			}
		}
		if a := connect(map[string]any{"repo": "ada/readme", "branch": "main"}); len(a.Errors) > 0 || len(w.history()) != 0 {
			t.Fatalf("%+v, %v", a, w.history())
		}
		// Connected, the service has the branch's newest commit.
		if d := w.read(w.commit("worker", "")); d["meta"].(map[string]any)["commitHash"] != second {
			t.Errorf("got %v", d["meta"])
		}
		w.fault(fault.Fault{Name: railway.FaultConnect, Times: 1})
		if a := connect(map[string]any{"image": "redis:8"}); len(a.Errors) > 0 || len(w.history()) != 2 {
			t.Errorf("%+v, %v", a, w.history())
		}
		w.must(`mutation($id: String!) { serviceDisconnect(id: $id) { id } }`, map[string]any{"id": w.ids["worker"]})
		if a := w.deployCommit("worker", first); len(a.Errors) != 1 {
			t.Errorf("disconnected: %+v", a)
		}
	})
}

func TestServiceDelete_stopsItAndFreesItsName(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		id := w.deploy("api", "one")
		w.must(`mutation($id: String!) { serviceDelete(id: $id) }`, map[string]any{"id": w.ids["api"]})
		if !w.onDisk(`"deleted"`) {
			t.Error("the deletion is not on disk")
		}
		if a := w.ask(project(), `mutation($id: String!) { serviceDelete(id: $id) }`, "", map[string]any{"id": w.ids["api"]}); len(a.Errors) != 1 || a.Errors[0].Message != "Not Authorized" {
			t.Errorf("deleted twice: %+v", a)
		}
		time.Sleep(10 * time.Second)
		w.must(`mutation($p: String!, $e: String!) { variableUpsert(input: {projectId: $p, environmentId: $e, name: "X", value: "1"}) }`,
			map[string]any{"p": w.ids["project"], "e": w.ids["environment"]})
		if w.host.Alive() != 0 || w.onDisk(id) || w.onDisk(w.ids["api"]) {
			t.Errorf("%d processes are left, or traces on disk", w.host.Alive())
		}
		if _, err := w.http.Get("http://127.0.0.1:8000/"); err == nil {
			t.Error("its address still answers")
		}
		if a := w.createService(map[string]any{"name": "api"}); len(a.Errors) > 0 {
			t.Errorf("its name is not free: %+v", a)
		}
	})
}

func TestServiceDomainCreate_givesAnotherOneEachTime(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", map[string]any{"startCommand": "serve"})
		create := func() map[string]any {
			return w.must(`mutation($in: ServiceDomainCreateInput!) { serviceDomainCreate(input: $in) { id domain targetPort } }`,
				map[string]any{"in": map[string]any{"serviceId": w.ids["worker"], "environmentId": w.ids["environment"], "targetPort": 8080}})["serviceDomainCreate"].(map[string]any)
		}
		one, two := create(), create() // before the first deployment
		if one["domain"] == two["domain"] || two["targetPort"] != 8080.0 {
			t.Errorf("got %v and %v", one, two)
		}
		if got, _ := w.get("http://" + one["domain"].(string) + "/"); got != 404 {
			t.Errorf("before a deployment: %d", got)
		}
		w.deploy("worker", "one")
		if err := w.em.AddCustomDomain(railway.Place{Service: "worker"}, "readme.example.com", true); err != nil {
			t.Fatal(err)
		}
		list := func() []any {
			d := w.must(`query($p: String!, $e: String!, $s: String!) { domains(projectId: $p, environmentId: $e, serviceId: $s) { serviceDomains { domain } customDomains { domain status { verified } } } }`,
				map[string]any{"p": w.ids["project"], "e": w.ids["environment"], "s": w.ids["worker"]})["domains"].(map[string]any)
			return append(d["customDomains"].([]any), d["serviceDomains"].([]any)...)
		}
		want := []any{
			map[string]any{"domain": "readme.example.com", "status": map[string]any{"verified": true}},
			map[string]any{"domain": two["domain"]},
			map[string]any{"domain": one["domain"]}, // newest first
		}
		if diff := cmp.Diff(want, list()); diff != "" {
			t.Error(diff)
		}
		w.must(`mutation($id: String!) { serviceDomainDelete(id: $id) }`, map[string]any{"id": two["id"]})
		if _, err := w.http.Get("http://" + two["domain"].(string) + "/"); err == nil || len(list()) != 2 {
			t.Errorf("the deleted one answers, or is listed: %v", list())
		}
		if got, _ := w.get("http://" + one["domain"].(string) + "/"); got != 200 {
			t.Errorf("the first one answers %d", got)
		}
		w.reopen(w.cfg)
		if n := len(list()); n != 2 {
			t.Errorf("%d domains after a restart", n)
		}
	})
}
