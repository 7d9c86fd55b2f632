package pipecat_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
)

// newDeployment is how the cases of the contract name the second deployment, and the first.
const (
	firstDeployment = "11111111-1111-4111-8111-111111111111"
	newDeployment   = "22222222-2222-4222-8222-222222222222"
)

// way is how a case of the contract comes about: a fault of the last deployment, a fault that stays, whether there was
// a deployment before, and when to look.
type way struct {
	fate, stays string
	update      bool
	after       time.Duration
}

func ways() map[string]way {
	return map[string]way{
		"create, operator has not started":       {},
		"update, old revision still looks ready": {update: true},
		"errors beat everything":                 {fate: pipecat.FaultImageUnauthorized, update: true, after: 5 * time.Second},
		"ready":                                  {update: true, after: 10 * time.Second},
		"ready through the legacy flag":          {stays: pipecat.FaultLegacyReady, update: true, after: 10 * time.Second},
		"old API without available":              {stays: pipecat.FaultOldAnswers, after: 10 * time.Second},
		"scaled to zero counts as ready":         {update: true, after: 10 * time.Second},
		"rolling update":                         {update: true, after: 2 * time.Second},
		"degraded but serving":                   {fate: pipecat.FaultDegraded, update: true, after: 10 * time.Second},
		"first rollout progressing":              {after: time.Second},
		"unavailable":                            {fate: pipecat.FaultNeverReady, after: time.Minute},
		"crash loop on a first rollout":          {fate: pipecat.FaultCrashLoop, after: 7 * time.Second},
	}
}

// judged is the part of an agent that decides on its readiness.
func judged(a map[string]any, ids map[any]string) map[string]any {
	out := map[string]any{}
	for _, key := range []string{"ready", "available", "activeDeploymentReady"} {
		if v, has := a[key]; has {
			out[key] = v
		}
	}
	for _, key := range []string{"desiredDeploymentId", "reconciledDeploymentId", "activeDeploymentId"} {
		if v, has := a[key]; has {
			out[key] = ids[v]
		}
	}
	if list, _ := a["errors"].([]any); len(list) > 0 {
		out["error"] = list[0].(map[string]any)["code"]
	}
	for _, raw := range list(a["conditions"]) {
		if c := raw.(map[string]any); c["status"] == "True" && c["type"] != "Available" {
			out[fmt.Sprint(c["type"])] = true
		}
	}
	if r, _ := a["currentRevision"].(map[string]any); r != nil {
		out["current"] = fmt.Sprint(ids[r["deploymentID"]], r["phase"], r["readyReplicas"])
		if h, _ := r["health"].(map[string]any); h != nil && h["reason"] != nil {
			out["health"] = fmt.Sprint(h["reason"], h["restartCount"], h["state"], h["lastExitCode"], h["lastTerminationReason"], h["replicasStarted"])
		}
	}
	if r, _ := a["previousRevision"].(map[string]any); r != nil {
		out["previous"] = ids[r["deploymentID"]]
	}
	return out
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func TestReadiness_everyCaseOfTheContractComesAbout(t *testing.T) {
	raw, err := os.ReadFile("../../provider/pipecat/testdata/pipecat.readiness-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Cases []struct {
			Name    string
			Agent   map[string]any
			Desired string
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil || len(doc.Cases) != 12 {
		t.Fatalf("%d cases, %v", len(doc.Cases), err)
	}
	for _, x := range doc.Cases {
		t.Run(x.Name, func(t *testing.T) {
			w, known := ways()[x.Name]
			if !known {
				t.Fatal("nobody knows how it comes about")
			}
			synctest.Test(t, func(t *testing.T) {
				c := open(t)
				ids := map[any]string{nil: "null"}
				last := func(m map[string]any) { ids[m["desiredDeploymentId"]] = x.Desired }
				if w.update {
					ids[c.create("1")["desiredDeploymentId"]] = firstDeployment
					time.Sleep(time.Minute)
				}
				if w.fate != "" {
					c.on(w.fate)
				}
				if w.stays != "" {
					c.on(w.stays, func(f *fault.Fault) { f.Times = 0 })
				}
				if w.update {
					last(c.update(`{"image":"readme/bot:2"}`))
				} else {
					last(c.create("1"))
				}
				time.Sleep(w.after)
				want := judged(x.Agent, map[any]string{nil: "null", firstDeployment: firstDeployment, newDeployment: newDeployment})
				got := judged(c.agent(), ids)
				for key := range got { // the case says nothing of it
					if _, said := want[key]; !said && key != "Degraded" && key != "error" && (key != "Progressing" || x.Agent["conditions"] == nil) {
						delete(got, key)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-case +emulator):\n%s", diff)
				}
			})
		})
	}
}
