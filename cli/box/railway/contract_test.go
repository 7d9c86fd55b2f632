package railway_test

import (
	"maps"
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
)

// Introspection needs no token, and shows the contract: every field with its arguments and types, and every value of
// an enum.
func TestIntrospection_isTheContract(t *testing.T) {
	raw, err := os.ReadFile("schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := parser.ParseSchema(&ast.Source{Input: string(raw)})
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, func(w *world) {
		t := w.t
		a := w.ask(http.Header{}, `{ __schema { queryType { name } mutationType { name } directives { name args { name } } types { kind name
			fields { name type { ...T } args { name type { ...T } defaultValue } } inputFields { name type { ...T } } enumValues { name } } } }
			fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`, "", nil)
		if len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
		types := map[string]map[string]any{}
		for _, v := range a.Data["__schema"].(map[string]any)["types"].([]any) {
			types[v.(map[string]any)["name"].(string)] = v.(map[string]any)
		}
		for _, def := range schema.Definitions {
			var want, got []string
			for _, f := range def.Fields {
				line := f.Name + ": " + f.Type.String()
				for _, arg := range f.Arguments {
					line += " " + arg.Name + "=" + arg.Type.String()
				}
				want = append(want, line)
			}
			for _, v := range def.EnumValues {
				want = append(want, v.Name)
			}
			for _, part := range []string{"fields", "inputFields", "enumValues"} {
				list, _ := types[def.Name][part].([]any)
				for _, f := range list {
					got = append(got, describe(f.(map[string]any)))
				}
			}
			got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "serviceDelete:") }) // beyond the trimmed contract
			if diff := cmp.Diff(want, got); diff != "" || types[def.Name]["kind"] != string(def.Kind) {
				t.Errorf("%s: %s", def.Name, diff)
			}
		}
		one := w.ask(http.Header{}, `{ __type(name: "DeploymentStatus") { enumValues { name } } none: __type(name: "Nothing") { name } }`, "", nil)
		if len(one.Errors) > 0 || one.Data["none"] != nil || len(one.Data["__type"].(map[string]any)["enumValues"].([]any)) != 13 {
			t.Errorf("got %+v", one)
		}
	})
}

func describe(f map[string]any) string {
	line := f["name"].(string)
	typ, ok := f["type"].(map[string]any)
	if !ok {
		return line
	}
	line += ": " + spell(typ)
	args, _ := f["args"].([]any)
	for _, arg := range args {
		arg := arg.(map[string]any)
		line += " " + arg["name"].(string) + "=" + spell(arg["type"].(map[string]any))
	}
	return line
}

func spell(typ map[string]any) string {
	of, _ := typ["ofType"].(map[string]any)
	switch typ["kind"] {
	case "NON_NULL":
		return spell(of) + "!"
	case "LIST":
		return "[" + spell(of) + "]"
	}
	return typ["name"].(string)
}

// Every mutation of the contract is carried out, in an order that makes sense, with an account's token.
func TestMutations_ofTheContractAreAllKnown(t *testing.T) {
	raw, err := os.ReadFile("testdata/operations.graphql")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: string(raw)})
	if err != nil {
		t.Fatal(err)
	}
	bubbleOf(t, connected, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		place := map[string]any{"projectId": w.ids["project"], "environmentId": w.ids["environment"], "serviceId": w.ids["api"]}
		with := func(more map[string]any) map[string]any {
			in := map[string]any{}
			maps.Copy(in, place)
			maps.Copy(in, more)
			return in
		}
		input := map[string]map[string]any{
			"ServiceCreate":                   {"projectId": w.ids["project"], "name": "new"},
			"ServiceConnect":                  {"repo": "ada/readme"},
			"ServiceInstanceUpdate":           {"startCommand": "serve", "watchPatterns": []string{"a/**"}, "preDeployCommand": []string{"true"}, "builder": "RAILPACK", "multiRegionConfig": map[string]any{"x": map[string]any{"numReplicas": 1}}},
			"ServiceInstanceAutoDeployUpdate": with(map[string]any{"enabled": true}),
			"DeploymentTriggerCreate":         with(map[string]any{"branch": "main", "provider": "github", "repository": "ada/readme"}),
			"DeploymentTriggerUpdate":         {"checkSuites": true},
			"EnvironmentStageChanges":         {"sharedVariables": map[string]any{"S": map[string]any{"value": "1"}}},
			"EnvironmentTriggersDeploy":       place,
			"VariableUpsert":                  with(map[string]any{"name": "V", "value": "1", "skipDeploys": true}),
			"VariableCollectionUpsert":        with(map[string]any{"variables": map[string]any{"W": "1"}, "skipDeploys": true}),
			"VariableDelete":                  with(map[string]any{"name": "V"}),
			"SharedVariableConfigure":         {"projectId": w.ids["project"], "environmentId": w.ids["environment"], "name": "S", "enabledServiceIds": []string{}, "disabledServiceIds": []string{}},
			"ServiceDomainCreate":             {"serviceId": w.ids["api"], "environmentId": w.ids["environment"]},
		}
		last := map[string]string{"ServiceDisconnect": "api"} // needs an id of a service, as ServiceConnect does
		done := 0
		for _, op := range doc.Operations {
			if op.Operation != ast.Mutation {
				continue
			}
			done++
			vars := with(map[string]any{"input": input[op.Name], "commitSha": first, "latestCommit": true, "patch": map[string]any{}, "commitMessage": "m"})
			switch {
			case op.Name == "ServiceConnect", last[op.Name] != "":
				vars["id"] = w.ids["api"]
			case strings.HasPrefix(op.Name, "DeploymentTrigger"):
				vars["id"] = w.trigger()
			case op.Name == "ServiceDomainDelete":
				vars["id"] = w.must(`query($p: String!, $e: String!, $s: String!) { domains(projectId: $p, environmentId: $e, serviceId: $s) { serviceDomains { id } } }`,
					map[string]any{"p": w.ids["project"], "e": w.ids["environment"], "s": w.ids["api"]})["domains"].(map[string]any)["serviceDomains"].([]any)[0].(map[string]any)["id"]
			case strings.HasPrefix(op.Name, "Deployment"):
				vars["id"] = w.candidate(op.Name)
			}
			a := w.ask(bearer(account), string(raw), op.Name, pick(op, vars))
			if a.Status != 200 || len(a.Errors) > 0 {
				t.Errorf("%s: HTTP %d %+v", op.Name, a.Status, a.Errors)
			}
			if op.Name == "ServiceDisconnect" { // what follows wants a source again
				w.must(`mutation($id: String!) { serviceConnect(id: $id, input: {repo: "ada/readme"}) { id } }`, map[string]any{"id": w.ids["api"]})
			}
			time.Sleep(10 * time.Second)
		}
		if done != 28 {
			t.Errorf("%d mutations, want 28", done)
		}
	})
}

// candidate is a deployment on which the mutation makes sense.
func (w *world) candidate(mutation string) string {
	switch mutation {
	case "DeploymentApprove":
		w.fault(fault.Fault{Name: "needs-approval", Times: 1})
		return w.commit("api", first)
	case "DeploymentCancel":
		w.fault(fault.Fault{Name: "stuck-building", Times: 1})
		return w.commit("api", first)
	case "DeploymentRollback":
		id := w.commit("api", first)
		w.commit("api", second)
		return id
	}
	return w.commit("api", second)
}

func (w *world) trigger() string {
	data := w.must(`query($p: String!, $e: String!, $s: String!) { deploymentTriggers(projectId: $p, environmentId: $e, serviceId: $s) { edges { node { id } } } }`,
		map[string]any{"p": w.ids["project"], "e": w.ids["environment"], "s": w.ids["api"]})
	return data["deploymentTriggers"].(map[string]any)["edges"].([]any)[0].(map[string]any)["node"].(map[string]any)["id"].(string)
}

// pick takes the variables that an operation declares.
func pick(op *ast.OperationDefinition, from map[string]any) map[string]any {
	vars := map[string]any{}
	for _, v := range op.VariableDefinitions {
		if value, ok := from[v.Variable]; ok {
			vars[v.Variable] = value
		}
	}
	return vars
}

// Every answer has Railway's headers; a page of the proxy in front of it has not.
func TestHeaders_areRailwaysOwn(t *testing.T) {
	bubble(t, func(w *world) {
		for name, want := range map[string]string{"": `"default";q=1000;w=3600`, fault.RateLimited: `"default";q=1000;w=3600`, fault.RateLimitPage: ""} {
			if name != "" {
				w.fault(fault.Fault{Name: name, Only: "query projectToken", Times: 1})
			}
			resp, err := w.http.Do(must(newRequest(`{"query": "{ projectToken { id } }"}`)))
			if err != nil {
				w.t.Fatal(err)
			}
			resp.Body.Close()
			if got := resp.Header.Get("RateLimit-Policy"); got != want || (name != "") != (resp.StatusCode == http.StatusTooManyRequests) {
				w.t.Errorf("%q: HTTP %d with %q", name, resp.StatusCode, got)
			}
		}
	})
}
