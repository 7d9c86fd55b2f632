package railway_test

import (
	"errors"
	"strings"
	"testing"

	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

const aWorker = `{"environment":{"serviceInstances":{"edges":[{"node":{"serviceId":"s","serviceName":"worker"}}],"pageInfo":{}}}}`

func TestErrors_holdNeitherTheTokenNorAValue(t *testing.T) {
	answers := map[string]string{
		"ProjectToken":             `{"projectToken":{"project":{"id":"p","name":"readme"},"environment":{"id":"e","name":"dev"}}}`,
		"Services":                 aWorker,
		"Deployments":              `{"deployments":{"edges":[]}}`,
		"VariableCollectionUpsert": "!Invalid value p4ssw0rd-p4ssw0rd for KEY, sent by " + token + "\r\n\x1b[31mred " + strings.Repeat("long ", 300),
	}
	scripted(t, railway.Options{}, answers, func(c *railway.Client, s *script) {
		t := s.t
		err := c.SetVariables(t.Context(), "worker", map[string]release.Secret{"KEY": release.NewSecret("p4ssw0rd-p4ssw0rd"), "SHORT": release.NewSecret("long")})
		if err == nil || !strings.Contains(err.Error(), "Invalid value ••• for KEY") || !strings.Contains(err.Error(), "red long") {
			t.Fatalf("got %v", err)
		}
		if strings.Contains(err.Error(), "p4ssw0rd") || strings.Contains(err.Error(), token) || strings.ContainsAny(err.Error(), "\r\n\x1b") || len(err.Error()) > 700 {
			t.Errorf("it says too much: %q", err)
		}
	})
}

func TestSetVariables_saysThatADeploymentWasStarted(t *testing.T) {
	bubble(t, func(w *world) {
		w.configure("worker", railway.Settings{Start: "quiet"})
		w.wait(w.upload("worker", "r1"))
		w.fault(emulator.FaultVariables, "worker", 1)
		set := func(value string) error {
			return w.client.SetVariables(w.t.Context(), "worker", map[string]release.Secret{"KEY": release.NewSecret(value)})
		}
		err := set("one")
		started, ok := errors.AsType[*railway.StartedError](err)
		if !ok || !strings.Contains(err.Error(), started.Deployment) {
			t.Fatalf("got %v", err)
		}
		if d := w.wait(started.Deployment); d.State != provider.Live || d.Marker != marker("r1") {
			t.Errorf("it has started %+v", d)
		}
		if vars, err := w.client.Variables(w.t.Context(), "worker"); err != nil || *vars["KEY"] != "one" {
			t.Errorf("it was not written: %v, %v", vars["KEY"], err)
		}
		if err := set("two"); err != nil {
			t.Errorf("without a deployment: %v", err)
		}
	})
}

func TestRanWith_isWhatADeploymentWentOutWith(t *testing.T) {
	bubble(t, func(w *world) {
		w.configure("worker", railway.Settings{Start: "quiet"})
		for _, v := range []string{"one", "two"} {
			if err := w.client.SetVariables(w.t.Context(), "worker", map[string]release.Secret{"KEY": release.NewSecret(v)}); err != nil {
				t.Fatal(err)
			}
			d := w.wait(w.upload("worker", "r-"+v))
			if got, err := w.client.RanWith(w.t.Context(), d.ID, "KEY"); err != nil || got != v {
				t.Errorf("got %q, %v, want %q", got, err, v)
			}
			if got, err := w.client.RanWith(w.t.Context(), d.ID, "NONE"); err != nil || got != "" {
				t.Errorf("a variable that it has not is %q, %v", got, err)
			}
		}
	})
}
