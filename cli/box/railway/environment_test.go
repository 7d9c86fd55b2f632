package railway_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
)

func (w *world) environment() map[string]any {
	w.t.Helper()
	return w.must(`query($id: String!) { environment(id: $id) { unmergedChangesCount config(decryptVariables: false)
		variables { edges { node { name isSealed references serviceId } } } } }`, map[string]any{"id": w.ids["environment"]})["environment"].(map[string]any)
}

func TestStagedChanges_waitUntilTheyAreCommitted(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		w.configure("worker", map[string]any{"startCommand": "quiet"})
		w.deploy("api", "one")
		w.deploy("worker", "one")
		stage := func(in map[string]any) {
			w.must(`mutation($e: String!, $in: EnvironmentConfig!) { environmentStageChanges(environmentId: $e, input: $in, merge: true) { id status } }`,
				map[string]any{"e": w.ids["environment"], "in": in})
		}
		stage(map[string]any{"services": map[string]any{w.ids["api"]: map[string]any{"deploy": map[string]any{"drainingSeconds": 7}}}})
		stage(map[string]any{"services": map[string]any{w.ids["api"]: map[string]any{"variables": map[string]any{"NEW": map[string]any{"value": "1"}}}}})
		time.Sleep(10 * time.Second)
		if e := w.environment(); e["unmergedChangesCount"] != 1.0 || len(w.history()) != 2 || !w.onDisk("drainingSeconds") {
			t.Errorf("staged: %v, %d deployments", e["unmergedChangesCount"], len(w.history()))
		}
		id := w.must(`mutation($e: String!) { environmentPatchCommitStaged(environmentId: $e) }`, map[string]any{"e": w.ids["environment"]})["environmentPatchCommitStaged"]
		time.Sleep(10 * time.Second)
		runs := w.host.Runs()
		if last := runs[len(runs)-1]; len(runs) != 3 || last.Drain != 7*time.Second || last.Env["NEW"] != "1" {
			t.Errorf("committed: %d runs, the last %+v", len(runs), last)
		}
		if e := w.environment(); e["unmergedChangesCount"] != 0.0 {
			t.Errorf("committed: %v are left", e["unmergedChangesCount"])
		}
		status := w.must(`query($id: String!) { workflowStatus(workflowId: $id) { status } }`, map[string]any{"id": id})["workflowStatus"].(map[string]any)["status"]
		if status != "Complete" {
			t.Errorf("the workflow is %v", status)
		}
		// The same patch again changes nothing, and deploys nothing.
		w.must(`mutation($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: $p) }`, map[string]any{
			"e": w.ids["environment"], "p": map[string]any{"services": map[string]any{w.ids["api"]: map[string]any{"deploy": map[string]any{"drainingSeconds": 7}}}},
		})
		time.Sleep(10 * time.Second)
		if n := len(w.history()); n != 3 {
			t.Errorf("%d deployments after the same patch", n)
		}
	})
}

func TestVariables_areSharedReferredToAndSealed(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		set := func(service string, values map[string]any) {
			in := map[string]any{"projectId": w.ids["project"], "environmentId": w.ids["environment"], "variables": values, "skipDeploys": true}
			if service != "" {
				in["serviceId"] = w.ids[service]
			}
			w.must(`mutation($in: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $in) }`, map[string]any{"in": in})
		}
		read := func(service string, unrendered bool) map[string]any {
			vars := map[string]any{"p": w.ids["project"], "e": w.ids["environment"], "u": unrendered}
			if service != "" {
				vars["s"] = w.ids[service]
			}
			return w.must(`query($p: String!, $e: String!, $s: String, $u: Boolean) { variables(projectId: $p, environmentId: $e, serviceId: $s, unrendered: $u) }`, vars)["variables"].(map[string]any)
		}
		set("", map[string]any{"DOMAIN": "example.com"})
		set("api", map[string]any{"URL": "https://${{shared.DOMAIN}}", "KEY": "secret", "EMPTY": ""})
		set("worker", map[string]any{"API": "${{api.URL}}/v1", "SELF": "${{API}}!", "LOOP": "${{LOOP}}"})
		if diff := cmp.Diff(map[string]any{"DOMAIN": "example.com"}, read("", false)); diff != "" {
			t.Error(diff)
		}
		got := read("worker", false)
		if got["API"] != "https://example.com/v1" || got["SELF"] != "https://example.com/v1!" || read("worker", true)["API"] != "${{api.URL}}/v1" {
			t.Errorf("got %v", got)
		}
		if api := read("api", false); api["EMPTY"] != "" || api["RAILWAY_PUBLIC_DOMAIN"] != "127.0.0.1:8000" {
			t.Errorf("got %v", api)
		}
		if err := w.em.Seal(railway.Place{Service: "api"}, "KEY"); err != nil {
			t.Fatal(err)
		}
		value, there := read("api", false)["KEY"]
		if value != nil || !there || w.environment()["config"] == nil {
			t.Errorf("sealed: %v, %v", value, there)
		}
		w.configure("api", map[string]any{"startCommand": "serve"})
		id := w.deploy("api", "one")
		if w.host.Runs()[0].Env["KEY"] != "secret" {
			t.Error("the process does not get the sealed value")
		}
		snapshot := w.must(`query($id: String!) { deploymentSnapshot(deploymentId: $id) { variables } }`, map[string]any{"id": id})["deploymentSnapshot"].(map[string]any)["variables"].(map[string]any)
		if v, there := snapshot["KEY"]; v != nil || !there || snapshot["URL"] != "https://example.com" {
			t.Errorf("the snapshot is %v", snapshot)
		}
		w.fault(fault.Fault{Name: railway.FaultSealed, Only: "URL"})
		sealed := map[string]bool{}
		for _, e := range w.environment()["variables"].(map[string]any)["edges"].([]any) {
			n := e.(map[string]any)["node"].(map[string]any)
			sealed[n["name"].(string)] = n["isSealed"].(bool)
		}
		want := map[string]bool{"A": false, "API": false, "DOMAIN": false, "EMPTY": false, "KEY": true, "LOOP": false, "SELF": false, "URL": true}
		if diff := cmp.Diff(want, sealed); diff != "" || read("api", false)["URL"] != nil {
			t.Error(diff)
		}
		share := `mutation($in: SharedVariableConfigureInput!) { sharedVariableConfigure(input: $in) { name } }`
		in := map[string]any{"projectId": w.ids["project"], "environmentId": w.ids["environment"], "name": "DOMAIN", "enabledServiceIds": []string{w.ids["worker"]}, "disabledServiceIds": []string{}}
		w.must(share, map[string]any{"in": in})
		if v := read("worker", false)["DOMAIN"]; v != "example.com" {
			t.Errorf("shared with the worker: %v", v)
		}
		in["enabledServiceIds"], in["disabledServiceIds"] = []string{}, []string{w.ids["worker"]}
		w.must(share, map[string]any{"in": in})
		if v, there := read("worker", false)["DOMAIN"]; there {
			t.Errorf("shared no more: %v", v)
		}
	})
}

func TestVariableWrites_deployTheOldCommit(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		w.commit("api", first)
		write := func(skip bool) {
			w.must(`mutation($in: VariableUpsertInput!) { variableUpsert(input: $in) }`, map[string]any{"in": map[string]any{
				"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"], "name": "B", "value": "2", "skipDeploys": skip,
			}})
			time.Sleep(10 * time.Second)
		}
		write(true)
		if n := len(w.history()); n != 1 {
			t.Errorf("skipDeploys: %d deployments", n)
		}
		write(false)
		if live := w.active("api"); len(w.history()) != 2 || live[0]["meta"].(map[string]any)["commitHash"] != first {
			t.Errorf("got %v", live)
		}
		w.fault(fault.Fault{Name: railway.FaultDeleteStages, Times: 1})
		w.must(`mutation($in: VariableDeleteInput!) { variableDelete(input: $in) }`, map[string]any{"in": map[string]any{
			"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"], "name": "B",
		}})
		if e := w.environment(); e["unmergedChangesCount"] != 1.0 || len(w.history()) != 2 || !w.onDisk(`"B":"2"`) {
			t.Errorf("delete-stages: %v staged, %d deployments", e["unmergedChangesCount"], len(w.history()))
		}
		w.fault(fault.Fault{Name: railway.FaultVariables, Times: 1})
		write(true)
		if n := len(w.history()); n != 3 {
			t.Errorf("variables-trigger-deploy: %d deployments", n)
		}
	})
}
