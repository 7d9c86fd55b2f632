package vercel_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/vercel"
)

func variable(key, kind, value string) map[string]any {
	return map[string]any{"key": key, "value": value, "type": kind, "target": []string{"production"}}
}

func TestEnv_isPulledWithoutSensitiveValues(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.call("POST", "/v10/projects/readme/env", variable("SECRET", "sensitive", "s"))
		b.call("POST", "/v10/projects/readme/env", variable("PLAIN", "plain", "p"))
		got := b.call("GET", "/v3/env/pull/readme/production", nil).json["env"]
		want := map[string]any{"GREETING": "hello", "SECRET": "[SENSITIVE]", "PLAIN": "p"}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("pulled (-want +got):\n%s", diff)
		}
	})
}

func TestEnv_severalAreDeletedAtOnce(t *testing.T) {
	inBubble(t, func(b *bench) {
		one := b.call("POST", "/v10/projects/readme/env", variable("ONE", "plain", "1")).json["created"].(map[string]any)["id"]
		r := b.call("DELETE", "/v1/projects/readme/env", map[string]any{"ids": []any{one, "env_gone"}})
		if r.json["deleted"] != 1.0 {
			b.Errorf("deleted: %d %s", r.status, r.raw)
		}
		if r := b.call("DELETE", "/v1/projects/readme/env", map[string]any{"ids": []any{}}); r.status != http.StatusBadRequest {
			b.Errorf("of none: %d", r.status)
		}
		if n := len(b.call("GET", "/v10/projects/readme/env", nil).json["envs"].([]any)); n != 1 {
			b.Errorf("%d are left", n)
		}
	})
}

func TestFaults_ofVariables(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.strike(vercel.EnvPartlyFailed, 1, 0)
		r := b.call("POST", "/v10/projects/readme/env?upsert=true", []any{variable("ONE", "plain", "1"), variable("TWO", "plain", "2")})
		created, failed := r.json["created"].([]any), r.json["failed"].([]any)
		if r.status != http.StatusCreated || len(created) != 1 || len(failed) != 1 {
			b.Fatalf("one of two: %d %s", r.status, r.raw)
		}
		if e, _ := failed[0].(map[string]any)["error"].(map[string]any); e["envVarKey"] != "TWO" {
			b.Errorf("what failed is %v", e)
		}
		if n := len(b.call("GET", "/v10/projects/readme/env", nil).json["envs"].([]any)); n != 2 {
			b.Errorf("there are %d variables, want GREETING and ONE", n)
		}
		b.strike(vercel.EnvBusy, 1, 0)
		for _, want := range []int{http.StatusBadRequest, http.StatusCreated} {
			if r := b.call("POST", "/v10/projects/readme/env", variable("TWO", "plain", "2")); r.status != want {
				b.Errorf("while another change is ongoing, and then: %d %s, want %d", r.status, r.raw, want)
			}
		}
		if r := b.call("GET", "/v9/projects/readme/custom-environments", nil); r.status != http.StatusNotFound {
			b.Errorf("custom environments: %d", r.status)
		}
	})
}
