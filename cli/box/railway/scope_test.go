package railway_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
)

const (
	prodToken = "0b8f1c56-27b8-4f34-93a1-6f6ce1b1a001"
	workspace = "workspace-token"
)

// twoProjects is an account as a person has it: a product with two environments, and another product.
func twoProjects(cfg *railway.Config) {
	cfg.WorkspaceToken = workspace
	api := railway.Service{Name: "api", Public: true, Variables: map[string]string{"A": "1"}}
	prod := api
	prod.Variables = map[string]string{"A": "of production"}
	cfg.Projects[0].Environments = append(cfg.Projects[0].Environments, railway.Environment{
		ID: "prod-id", Name: "production", Token: prodToken, Services: []railway.Service{prod},
	})
	cfg.Projects = append(cfg.Projects, railway.Project{ID: "shop-id", Name: "shop", Environments: []railway.Environment{{Name: "dev"}}})
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func inProd() http.Header { return http.Header{"Project-Access-Token": {prodToken}} }

// names of the nodes of a connection.
func names(v any) []string {
	var list []string
	for _, e := range v.(map[string]any)["edges"].([]any) {
		list = append(list, e.(map[string]any)["node"].(map[string]any)["name"].(string))
	}
	return list
}

func TestTokens_seeWhatTheyAreFor(t *testing.T) {
	bubbleOf(t, twoProjects, func(w *world) {
		t := w.t
		ws := w.ask(bearer(account), `{ apiToken { workspaces { id } } }`, "", nil).Data["apiToken"].(map[string]any)["workspaces"].([]any)[0].(map[string]any)["id"]
		all := `query($w: String) { projects(workspaceId: $w) { edges { node { name } } } }`
		for who, header := range map[string]http.Header{"account": bearer(account), "workspace": bearer(workspace)} {
			a := w.ask(header, all, "", map[string]any{"w": ws})
			if diff := cmp.Diff([]string{"readme", "shop"}, names(a.Data["projects"])); diff != "" {
				t.Errorf("%s: %s", who, diff)
			}
		}
		// Without a workspace the listing is empty for an account, and whole for a workspace.
		if got := names(w.ask(bearer(account), all, "", nil).Data["projects"]); len(got) != 0 {
			t.Errorf("an account lists %v without a workspace", got)
		}
		if got := names(w.ask(bearer(workspace), all, "", nil).Data["projects"]); len(got) != 2 {
			t.Errorf("a workspace lists %v", got)
		}
		me := `{ me { email workspaces { name plan } } }`
		for who, header := range map[string]http.Header{"workspace": bearer(workspace), "project": project()} {
			if a := w.ask(header, me, "", nil); len(a.Errors) != 1 || a.Errors[0].Message != "Not Authorized" {
				t.Errorf("me for a %s token: %+v", who, a)
			}
		}
		if a := w.ask(bearer(account), me, "", nil); len(a.Errors) > 0 {
			t.Errorf("me: %+v", a.Errors)
		}
		envs := w.must(`query($id: String!) { project(id: $id) { environments { edges { node { name } } } } }`, map[string]any{"id": w.ids["project"]})
		if diff := cmp.Diff([]string{"dev", "production"}, names(envs["project"].(map[string]any)["environments"])); diff != "" {
			t.Error(diff)
		}
	})
}

func TestProjectToken_isBoundToItsEnvironment(t *testing.T) {
	bubbleOf(t, twoProjects, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		id := w.deploy("api", "one")
		for name, c := range map[string]struct {
			query string
			vars  map[string]any
		}{
			"its settings":         {`query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { id } }`, map[string]any{"s": w.ids["api"], "e": w.ids["environment"]}},
			"its deployment":       {`query($id: String!) { deployment(id: $id) { id } }`, map[string]any{"id": id}},
			"its logs":             {`query($id: String!) { deploymentLogs(deploymentId: $id) { message } }`, map[string]any{"id": id}},
			"its environment":      {`query($id: String!) { environment(id: $id) { id } }`, map[string]any{"id": w.ids["environment"]}},
			"a rollback in it":     {`mutation($id: String!) { deploymentRollback(id: $id) }`, map[string]any{"id": id}},
			"another product":      {`query($id: String!) { project(id: $id) { id } }`, map[string]any{"id": "shop-id"}},
			"a domain of another":  {`mutation($s: String!) { serviceDomainCreate(input: {serviceId: $s, environmentId: "` + w.ids["environment"] + `"}) { id } }`, map[string]any{"s": w.ids["api"]}},
			"variables of another": {`query($p: String!, $e: String!) { variables(projectId: $p, environmentId: $e) }`, map[string]any{"p": w.ids["project"], "e": w.ids["environment"]}},
		} {
			if a := w.ask(inProd(), c.query, "", c.vars); a.Status != 200 || len(a.Errors) != 1 || a.Errors[0].Message != "Not Authorized" {
				t.Errorf("%s with another environment's token: %+v", name, a)
			}
		}
		a := w.ask(inProd(), `{ deployments(input: {}) { edges { node { id } } } }`, "", nil)
		if n := len(a.Data["deployments"].(map[string]any)["edges"].([]any)); n != 0 {
			t.Errorf("the other environment's token lists %d deployments", n)
		}
		path := "/project/" + w.ids["project"] + "/environment/" + w.ids["environment"] + "/up?serviceId=" + w.ids["api"]
		if status, _ := w.post(path, inProd(), railwaytest.Archive(map[string]string{"./a": "a"})); status != http.StatusUnauthorized {
			t.Errorf("an upload with the other token: HTTP %d", status)
		}
		if status, _ := w.post(path, bearer(account), railwaytest.Archive(map[string]string{"./a": "a"})); status != http.StatusOK {
			t.Errorf("an upload with the account's token: HTTP %d", status)
		}
	})
}

func TestEnvironments_haveInstancesOfTheirOwn(t *testing.T) {
	bubbleOf(t, twoProjects, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve", "healthcheckPath": "/"})
		id := w.deploy("api", "one")
		read := func(header http.Header, env string) map[string]any {
			a := w.ask(header, `query($s: String!, $e: String!, $p: String!) {
				serviceInstance(serviceId: $s, environmentId: $e) { startCommand activeDeployments { id } domains { serviceDomains { domain } } }
				variables(serviceId: $s, environmentId: $e, projectId: $p) }`, "", map[string]any{"s": w.ids["api"], "e": env, "p": w.ids["project"]})
			if len(a.Errors) > 0 {
				t.Fatal(a.Errors)
			}
			return a.Data
		}
		dev, prod := read(project(), w.ids["environment"]), read(inProd(), "prod-id")
		d, p := dev["serviceInstance"].(map[string]any), prod["serviceInstance"].(map[string]any)
		if d["startCommand"] != "serve" || p["startCommand"] != nil {
			t.Errorf("the start commands are %v and %v", d["startCommand"], p["startCommand"])
		}
		if active := d["activeDeployments"].([]any); len(active) != 1 || active[0].(map[string]any)["id"] != id || len(p["activeDeployments"].([]any)) != 0 {
			t.Errorf("active: %v and %v", active, p["activeDeployments"])
		}
		if cmp.Equal(d["domains"], p["domains"]) {
			t.Errorf("both have the domains %v", d["domains"])
		}
		dv, pv := dev["variables"].(map[string]any), prod["variables"].(map[string]any)
		if dv["A"] != "1" || pv["A"] != "of production" || dv["RAILWAY_ENVIRONMENT_NAME"] != "dev" || pv["RAILWAY_ENVIRONMENT_NAME"] != "production" {
			t.Errorf("the variables are %v and %v", dv, pv)
		}
		// An update without an environment changes all of them, for who may; a project token changes its own.
		update := `mutation($s: String!) { serviceInstanceUpdate(serviceId: $s, input: {startCommand: "quiet"}) }`
		if a := w.ask(inProd(), update, "", map[string]any{"s": w.ids["api"]}); len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
		if got := read(project(), w.ids["environment"])["serviceInstance"].(map[string]any)["startCommand"]; got != "serve" {
			t.Errorf("the other environment's start command became %v", got)
		}
		if a := w.ask(bearer(account), update, "", map[string]any{"s": w.ids["api"]}); len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
		if got := read(project(), w.ids["environment"])["serviceInstance"].(map[string]any)["startCommand"]; got != "quiet" {
			t.Errorf("the start command stayed %v", got)
		}
	})
}

func TestOpen_keepsIdsAndTakesThoseThatAreGiven(t *testing.T) {
	bubbleOf(t, twoProjects, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		id := w.deploy("api", "one")
		cfg := w.cfg
		cfg.Projects[0].ID, cfg.Projects[0].Environments[0].ID = "readme-id", "dev-id"
		w.reopen(cfg)
		before := w.ids["api"]
		w.lookUp()
		if w.ids["project"] != "readme-id" || w.ids["environment"] != "dev-id" || w.ids["api"] != before {
			t.Errorf("the ids are %v, the service's was %s", w.ids, before)
		}
		time.Sleep(time.Second)
		if d := w.read(id); d["status"] != "SUCCESS" {
			t.Errorf("what was live is %v", d["status"])
		}
	})
}
