package railway_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
)

func TestGraphQL_refusesAsRailwayDoes(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		unknown := map[string]any{"id": "11111111-2222-4333-8444-555555555555"}
		stop := `mutation($id: String!) { deploymentStop(id: $id) }`
		for name, c := range map[string]struct {
			header  http.Header
			query   string
			vars    map[string]any
			status  int
			message string
			code    string
		}{
			"no GraphQL":                        {project(), `query {`, nil, 400, "Expected Name", "GRAPHQL_PARSE_FAILED"},
			"a field that is not there":         {project(), `{ projectToken { nickname } }`, nil, 400, "nickname", "GRAPHQL_VALIDATION_FAILED"},
			"a variable that is missing":        {project(), stop, nil, 400, "Problem processing request", "BAD_USER_INPUT"},
			"the token as bearer":               {bearer(token), `{ projectToken { id } }`, nil, 200, "Project Token not found", "INTERNAL_SERVER_ERROR"},
			"no token":                          {http.Header{}, `{ project(id: "x") { id } }`, nil, 200, "Not Authorized", "INTERNAL_SERVER_ERROR"},
			"an account's field":                {project(), `{ projects { edges { node { id } } } }`, nil, 200, "Not Authorized", "INTERNAL_SERVER_ERROR"},
			"another environment":               {project(), `{ environment(id: "x") { id } }`, nil, 200, "Not Authorized", "INTERNAL_SERVER_ERROR"},
			"another project to an account":     {bearer(account), `{ project(id: "x") { id } }`, nil, 200, "Project not found", "INTERNAL_SERVER_ERROR"},
			"a deployment that is not there":    {project(), stop, unknown, 200, "Deployment not found", "INTERNAL_SERVER_ERROR"},
			"a service that never was deployed": {project(), `mutation { serviceInstanceRedeploy(serviceId: "` + w.ids["api"] + `", environmentId: "` + w.ids["environment"] + `") }`, nil, 200, "Deployment not found", "INTERNAL_SERVER_ERROR"},
			"no replicas": {
				project(), `mutation { serviceInstanceUpdate(serviceId: "` + w.ids["api"] + `", input: {numReplicas: 0}) }`, nil,
				200, "Error in numReplicas - Invalid input", "BAD_USER_INPUT",
			},
		} {
			a := w.ask(c.header, c.query, "", c.vars)
			if a.Status != c.status || len(a.Errors) != 1 {
				t.Errorf("%s: got HTTP %d, %+v", name, a.Status, a.Errors)
				continue
			}
			if e := a.Errors[0]; !strings.Contains(e.Message, c.message) || e.Extensions.Code != c.code || e.TraceID == "" {
				t.Errorf("%s: got %+v, want %q with %s", name, e, c.message, c.code)
			}
		}
	})
}

// Every operation of the contract that is about what the emulator emulates runs, and its answer is held against the
// schema by the emulator itself.
func TestGraphQL_answersTheOperationsOfTheContract(t *testing.T) {
	raw, err := os.ReadFile("testdata/operations.graphql")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: string(raw)})
	if err != nil {
		t.Fatal(err)
	}
	later := strings.Fields(`ApiToken Projects Me WorkspaceInfo`) // for other tokens
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve", "healthcheckPath": "/health"})
		id := w.deploy("api", "readme-ops 1f0c")
		for _, op := range doc.Operations {
			if op.Operation != ast.Query {
				continue
			}
			given := map[string]any{
				"id": id, "deploymentId": id, "serviceId": w.ids["api"], "environmentId": w.ids["environment"], "projectId": w.ids["project"],
				"input": map[string]any{"serviceId": w.ids["api"]}, "workspaceId": "x", "workflowId": "x",
			}
			if op.Name == "Project" {
				given["id"] = w.ids["project"]
			}
			if op.Name == "Service" {
				given["id"] = w.ids["api"]
			}
			vars := map[string]any{}
			for _, v := range op.VariableDefinitions {
				if value, ok := given[v.Variable]; ok {
					vars[v.Variable] = value
				}
			}
			a := w.ask(project(), string(raw), op.Name, vars)
			if op.Name == "Me" || op.Name == "ApiToken" || op.Name == "Projects" {
				if b := w.ask(bearer(account), string(raw), op.Name, vars); len(b.Errors) > 0 {
					t.Errorf("%s for an account: %+v", op.Name, b.Errors)
				}
			}
			skipped := slices.Contains(later, op.Name)
			if len(a.Errors) > 0 && !skipped {
				t.Errorf("%s: %s at %v", op.Name, a.Errors[0].Message, a.Errors[0].Path)
			}
			if len(a.Errors) == 0 && skipped {
				t.Errorf("%s is answered by now: take it from the list", op.Name)
			}
		}
	})
}

func TestUpload_refusesWhatIsNoArchive(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		good := railwaytest.Archive(map[string]string{"./a": strings.Repeat("a", 1000)})
		for name, c := range map[string]struct {
			body []byte
			want string
		}{
			"text":        {[]byte("hello"), "no gzip"},
			"cut":         {good[:len(good)/2], "no tar"},
			"bare names":  {railwaytest.Archive(map[string]string{"a": "a"}), "does not begin with ./"},
			"a way out":   {railwaytest.Archive(map[string]string{"./../a": "a"}), "leaves the archive"},
			"empty":       {railwaytest.Archive(nil), "empty"},
			"no checksum": {good[:len(good)-8], "unexpected EOF"},
		} {
			status, a := w.up("api", "", c.body)
			if status != http.StatusBadRequest || !strings.Contains(a["message"], c.want) {
				t.Errorf("%s: got HTTP %d %v, want %q", name, status, a, c.want)
			}
		}
		if n := len(w.host.Builds()); n != 0 {
			t.Errorf("%d builds were started", n)
		}
		path := "/project/" + w.ids["project"] + "/environment/" + w.ids["environment"] + "/up?serviceId=" + w.ids["api"]
		if status, _ := w.post(path, http.Header{}, good); status != http.StatusUnauthorized {
			t.Errorf("without a token: HTTP %d", status)
		}
	})
}

func TestDeployment_goesThroughRailwaysStatuses(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"buildCommand": "slow 3s", "startCommand": "serve", "healthcheckPath": "/"})
		if err := w.em.Faults().Set(fault.Fault{Name: railway.FaultSlowBuild, Times: 1, For: 5 * time.Second}); err != nil {
			t.Fatal(err)
		}
		_, a := w.up("api", "readme-ops 1f0c", railwaytest.Archive(map[string]string{"./a": "a"}))
		id := a["deploymentId"]
		time.Sleep(time.Millisecond)
		var got []string
		latest := func() any {
			data := w.must(`query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { latestDeployment { id } } }`,
				map[string]any{"s": w.ids["api"], "e": w.ids["environment"]})
			return data["serviceInstance"].(map[string]any)["latestDeployment"]
		}
		if l := latest(); l != nil {
			t.Errorf("right after it was made, latestDeployment is %v already", l)
		}
		for range 13 {
			got = append(got, w.read(id)["status"].(string))
			time.Sleep(time.Second)
		}
		want := append([]string{"INITIALIZING"}, slices.Repeat([]string{"BUILDING"}, 8)...) // 5 s of the fault and 3 s of the command
		want = append(want, "DEPLOYING", "SUCCESS", "SUCCESS", "SUCCESS")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if l, _ := latest().(map[string]any); l["id"] != id {
			t.Errorf("latestDeployment is %v", l)
		}
		meta := w.read(id)["meta"].(map[string]any)
		manifest := meta["serviceManifest"].(map[string]any)["deploy"].(map[string]any)
		if meta["cliMessage"] != "readme-ops 1f0c" || manifest["startCommand"] != "serve" || meta["commitHash"] != nil {
			t.Errorf("meta is %v", meta)
		}
	})
}

func TestDeployment_endsAnOlderOneThatIsStillOnItsWay(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"buildCommand": "slow 1h", "startCommand": "serve"})
		slow := w.deploy("api", "one")
		w.configure("api", map[string]any{"buildCommand": "ok"})
		fast := w.deploy("api", "two")
		if old, now := w.read(slow), w.read(fast); old["status"] != "REMOVED" || now["status"] != "SUCCESS" {
			t.Errorf("the older is %v, the newer %v", old["status"], now["status"])
		}
	})
}

func TestStopRestartAndRedeploy(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		id := w.deploy("api", "one")
		on := func(mutation string) answer {
			return w.ask(project(), `mutation($id: String!) { `+mutation+`(id: $id) }`, "", map[string]any{"id": id})
		}
		for range 2 { // stopping is idempotent
			if a := on("deploymentStop"); len(a.Errors) > 0 {
				t.Fatal(a.Errors)
			}
			time.Sleep(2 * time.Second)
		}
		if d := w.read(id); d["status"] != "SUCCESS" || d["deploymentStopped"] != true || w.host.Alive() != 0 {
			t.Errorf("stopped: %v, %d processes", d, w.host.Alive())
		}
		for starts := 2; starts < 4; starts++ { // from a stop, and from running
			if a := on("deploymentRestart"); len(a.Errors) > 0 {
				t.Fatal(a.Errors)
			}
			time.Sleep(5 * time.Second)
			if d := w.read(id); d["deploymentStopped"] != false || w.host.Alive() != 1 || len(w.host.Runs()) != starts {
				t.Errorf("restarted: %v, %d processes, %d starts", d, w.host.Alive(), len(w.host.Runs()))
			}
		}
		a := w.ask(project(), `mutation($id: String!) { deploymentRedeploy(id: $id) { id status } }`, "", map[string]any{"id": id})
		next := a.Data["deploymentRedeploy"].(map[string]any)["id"].(string)
		time.Sleep(10 * time.Second)
		if old, now := w.read(id), w.read(next); old["status"] != "REMOVED" || now["status"] != "SUCCESS" {
			t.Errorf("redeployed: old %v, new %v", old["status"], now["status"])
		}
		if a := on("deploymentRestart"); len(a.Errors) != 1 || a.Errors[0].Message != "Deployment is not restartable" {
			t.Errorf("restarting one that is removed: %+v", a)
		}
	})
}

func TestVariableWrite_deploysUnlessToldNotTo(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		first := w.deploy("api", "one")
		write := func(name, value string, skip bool) {
			w.must(`mutation($in: VariableUpsertInput!) { variableUpsert(input: $in) }`, map[string]any{"in": map[string]any{
				"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"], "name": name, "value": value, "skipDeploys": skip,
			}})
			time.Sleep(10 * time.Second)
		}
		write("B", "2", true)
		if n := len(w.host.Runs()); n != 1 {
			t.Errorf("a write with skipDeploys has started %d processes", n-1)
		}
		write("C", "3", false)
		runs := w.host.Runs()
		if len(runs) != 2 || runs[1].Env["B"] != "2" || runs[1].Env["C"] != "3" || runs[0].Env["B"] != "" {
			t.Fatalf("%d processes, the last with %v", len(runs), runs[len(runs)-1].Env)
		}
		// A rollback brings the old variables back, and leaves the stored ones alone.
		w.must(`mutation($id: String!) { deploymentRollback(id: $id) }`, map[string]any{"id": first})
		time.Sleep(10 * time.Second)
		runs = w.host.Runs()
		if last := runs[len(runs)-1]; len(runs) != 3 || last.Env["C"] != "" || last.Env["A"] != "1" {
			t.Errorf("rolled back to %v", last.Env)
		}
		data := w.must(`query($p: String!, $e: String!, $s: String) { variables(projectId: $p, environmentId: $e, serviceId: $s, unrendered: true) }`,
			map[string]any{"p": w.ids["project"], "e": w.ids["environment"], "s": w.ids["api"]})
		if v := data["variables"].(map[string]any); v["C"] != "3" {
			t.Errorf("the stored variables are %v", v)
		}
	})
}

func TestClose_killsWhatDoesNotDrainInTime(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", map[string]any{"startCommand": "stubborn", "drainingSeconds": 3600})
		w.deploy("worker", "one")
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := w.em.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took > time.Minute || w.host.Alive() != 0 {
			t.Errorf("Close took %s, and %d processes are left", took, w.host.Alive())
		}
	})
}

func TestDeploymentLogs_giveOneMoreThanAskedFor(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", map[string]any{"startCommand": "quiet"})
		id := w.deploy("worker", "one")
		for _, text := range []string{"one", "two", "three", "four"} {
			w.host.Runs()[0].Say("stdout", `{"msg":"`+text+`","n":"x"}`)
		}
		data := w.must(`query($id: String!) { deploymentLogs(deploymentId: $id, limit: 2) { message attributes { key value } } }`, map[string]any{"id": id})
		var got []string
		for _, l := range data["deploymentLogs"].([]any) {
			l := l.(map[string]any)
			got = append(got, l["message"].(string))
			if a := l["attributes"].([]any)[0].(map[string]any); a["value"] != `"x"` {
				t.Errorf("the attribute's value is %v, want it quoted", a["value"])
			}
		}
		if diff := cmp.Diff([]string{"two", "three", "four"}, got); diff != "" {
			t.Error(diff)
		}
	})
}
