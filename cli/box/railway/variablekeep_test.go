package railway_test

import (
	"testing"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
)

func TestVariableFaults_areAnsweredAsSuccesses(t *testing.T) {
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		read := func() any {
			t.Helper()
			return w.must(`query($p: String!, $e: String!, $s: String!) { variablesForServiceDeployment(projectId: $p, environmentId: $e, serviceId: $s) }`, map[string]any{
				"p": w.ids["project"], "e": w.ids["environment"], "s": w.ids["api"],
			})["variablesForServiceDeployment"].(map[string]any)["KEY"]
		}
		written := func() string {
			t.Helper()
			env := w.must(`query($e: String!) { environment(id: $e) { variables { edges { node { name updatedAt } } } } }`, map[string]any{"e": w.ids["environment"]})
			for _, e := range env["environment"].(map[string]any)["variables"].(map[string]any)["edges"].([]any) {
				if n := e.(map[string]any)["node"].(map[string]any); n["name"] == "KEY" {
					return n["updatedAt"].(string)
				}
			}
			return ""
		}
		write := func(value string) {
			t.Helper()
			w.must(`mutation($in: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $in) }`, map[string]any{"in": map[string]any{
				"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"], "skipDeploys": true,
				"variables": map[string]any{"KEY": value},
			}})
		}
		write("one")
		at := written()
		time.Sleep(time.Minute)
		w.fault(fault.Fault{Name: railway.FaultVarsLost, Only: "api", Times: 1})
		write("two")
		if read() != "one" || written() != at {
			t.Errorf("lost: %v, written at %s", read(), written())
		}
		write("three")
		if read() != "three" || written() <= at {
			t.Errorf("on a good day: %v, written at %s, before at %s", read(), written(), at)
		}
		w.fault(fault.Fault{Name: railway.FaultVarsLate, Times: 1, For: 10 * time.Second})
		write("four")
		if read() != "three" {
			t.Errorf("late: %v", read())
		}
		time.Sleep(11 * time.Second)
		if read() != "four" {
			t.Errorf("no longer late: %v", read())
		}
		w.fault(fault.Fault{Name: railway.FaultVarsEmptied, Times: 1})
		if write("five"); read() != "" {
			t.Errorf("emptied: %v", read())
		}
	})
}
