package pipecat_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider/pipecat"
)

// The cases are the contract's. In one of them we go beyond it on purpose: a crash loop fails early.
func TestInterpret_readsTheContractsCases(t *testing.T) {
	raw, err := os.ReadFile("testdata/pipecat.readiness-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Name    string          `json:"name"`
			Agent   json.RawMessage `json:"agent"`
			Desired string          `json:"desired"`
			Expect  pipecat.Reading `json:"expect"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(raw, &file); err != nil || len(file.Cases) < 12 {
		t.Fatalf("%d cases, %v", len(file.Cases), err)
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			if c.Name == "crash loop on a first rollout" {
				c.Expect.Failed = true
			}
			got, err := pipecat.Interpret(c.Agent, c.Desired)
			if err != nil {
				t.Fatal(err)
			}
			got.Sign, got.Why = "", ""
			if diff := cmp.Diff(c.Expect, got); diff != "" {
				t.Errorf("reading (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInterpret_ourOwnSigns(t *testing.T) {
	rolling := func(rest string) string {
		return `{"desiredDeploymentId":"d2","reconciledDeploymentId":"d2","ready":false,"available":true,` + rest + `}`
	}
	cases := map[string]struct {
		agent string
		want  pipecat.Reading
	}{
		"two crashes are not a loop yet": {
			rolling(`"currentRevision":{"deploymentID":"d2","health":{"restartCount":2}}`),
			pipecat.Reading{Phase: "progressing_available", Available: true},
		},
		"three are": {
			rolling(`"currentRevision":{"deploymentID":"d2","health":{"restartCount":3,"lastExitCode":1,"message":"Traceback\n  File\nKeyError: 'X'\n"}}`),
			pipecat.Reading{Phase: "progressing_available", Available: true, Failed: true, Why: "it crashed 3 times at start (exit code 1): KeyError: 'X'"},
		},
		"the crashes of the revision before do not count": {
			rolling(`"currentRevision":{"deploymentID":"d1","phase":"Failed","health":{"restartCount":9}}`),
			pipecat.Reading{Phase: "progressing_available", Available: true},
		},
		"nor while one replica is up": {
			rolling(`"currentRevision":{"deploymentID":"d2","readyReplicas":1,"health":{"restartCount":9}}`),
			pipecat.Reading{Phase: "progressing_available", Available: true},
		},
		"a failed revision": {
			rolling(`"currentRevision":{"deploymentID":"d2","phase":"Failed","health":{"headline":"OOM"}}`),
			pipecat.Reading{Phase: "progressing_available", Available: true, Failed: true, Why: "the new revision failed: OOM"},
		},
		"a failed revision without health": {
			rolling(`"currentRevision":{"deploymentID":"d2","phase":"Failed"}`),
			pipecat.Reading{Phase: "progressing_available", Available: true, Failed: true, Why: "the new revision failed"},
		},
		"a pull that is tried again may still work": {
			rolling(`"currentRevision":{"deploymentID":"d2","health":{"reason":"ErrImagePull"}}`),
			pipecat.Reading{Phase: "progressing_available", Available: true, Sign: "ErrImagePull", Why: "the image cannot be pulled (ErrImagePull)"},
		},
		"errors of the deployment before are not ours yet": {
			`{"desiredDeploymentId":"d2","reconciledDeploymentId":"d1","available":true,"errors":[{"code":"PCC_IMAGE_NOT_FOUND"}]}`,
			pipecat.Reading{Phase: "waiting_for_operator", Available: true, Sign: "errors", Why: "PCC_IMAGE_NOT_FOUND"},
		},
		"errors before anything was picked up are": {
			`{"desiredDeploymentId":"d2","errors":[{"error":"no quota"}]}`,
			pipecat.Reading{Phase: "failed", Failed: true, Why: "no quota"},
		},
		"a warm pool must be up": {
			`{"desiredDeploymentId":"d2","reconciledDeploymentId":"d2","ready":true,"available":true,"autoScaling":{"minReplicas":2},"currentRevision":{"deploymentID":"d2","readyReplicas":1}}`,
			pipecat.Reading{Phase: "ready, 1 of 2 agents", Available: true},
		},
		"a warm pool that is up": {
			`{"desiredDeploymentId":"d2","reconciledDeploymentId":"d2","ready":true,"available":true,"autoScaling":{"minReplicas":2},"currentRevision":{"deploymentID":"d2","readyReplicas":2}}`,
			pipecat.Reading{Phase: "ready", Ready: true, Available: true},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := pipecat.Interpret([]byte(c.agent), "d2")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("reading (-want +got):\n%s", diff)
			}
		})
	}
}
