package pipecat_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
)

func TestSecretFaults_areAcceptedAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		put := func(name string, lasts time.Duration) (status, keys string) {
			t.Helper()
			c.on(name, func(f *fault.Fault) { f.For = lasts })
			c.must(private, "PUT", "/v1/secrets/mine", `{"secrets":[{"secretKey":"A","secretValue":"b"}]}`)
			time.Sleep(2 * time.Second)
			got := c.must(private, "GET", "/v1/secrets/mine", "")
			return fmt.Sprint(got["status"]), fmt.Sprint(got["secrets"])
		}
		if status, keys := put(pipecat.FaultSecretsLost, 0); status != "ready" || keys != "[]" {
			t.Errorf("lost: %s, %s", status, keys)
		}
		if status, keys := put(pipecat.FaultSecretsSlow, 10*time.Second); status != "pending" || keys != "[map[fieldName:A]]" {
			t.Errorf("slow: %s, %s", status, keys)
		}
		time.Sleep(10 * time.Second)
		if status := fmt.Sprint(c.must(private, "GET", "/v1/secrets/mine", "")["status"]); status != "ready" {
			t.Errorf("slow, and then: %s", status)
		}
	})
}
