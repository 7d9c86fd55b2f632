package railway_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

func TestConfigure_makesTheSettingsThoseThatAreWanted(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		want := railway.Settings{Build: "go build -o bin/api ./services/api", Start: "./bin/api", Health: "/health", HealthTimeout: time.Minute, Drain: 5 * time.Second}
		w.configure("api", want)
		got, err := w.client.Settings(t.Context(), "api")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		// "" clears; what is 0 stays.
		w.configure("api", railway.Settings{Start: "./bin/api"})
		got, _ = w.client.Settings(t.Context(), "api")
		if diff := cmp.Diff(railway.Settings{Start: "./bin/api", HealthTimeout: time.Minute, Drain: 5 * time.Second}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestConfigure_believesWhatItReadsWhenTheAnswerIsLost(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		if err := w.em.Faults().Set(fault.Fault{Name: fault.GatewayTimeout, Only: "ServiceInstanceUpdate"}); err != nil {
			t.Fatal(err)
		}
		w.configure("api", railway.Settings{Start: "./bin/api"})
	})
}

func TestSetVariables_writesWithoutDeploying(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", railway.Settings{Start: "serve"})
		w.wait(w.upload("api", "r1"))
		if err := w.em.Faults().Set(fault.Fault{Name: fault.GatewayTimeout, Only: "VariableCollectionUpsert", Times: 1}); err != nil {
			t.Fatal(err)
		}
		err := w.client.SetVariables(t.Context(), "api", map[string]release.Secret{
			"RELEASE_COMMIT": release.NewSecret("1f0c6a7"),
			"EMPTY":          release.NewSecret(""),
			"GREETING":       release.NewSecret("${{ADMIN_TOKEN}} on ${{RAILWAY_SERVICE_NAME}}"),
			"KEY":            release.NewSecret("sealed"),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.em.Seal(emulator.Place{Service: "api"}, "KEY"); err != nil {
			t.Fatal(err)
		}
		got, err := w.client.Variables(t.Context(), "api")
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"RELEASE_COMMIT": "1f0c6a7", "EMPTY": "", "GREETING": "secret on api", "ADMIN_TOKEN": "secret", "RAILWAY_PUBLIC_DOMAIN": "127.0.0.1:8000"} {
			if v := got[name]; v == nil || *v != want {
				t.Errorf("%s is %v, want %q", name, v, want)
			}
		}
		if v, there := got["KEY"]; !there || v != nil {
			t.Errorf("the sealed variable is %v (there: %v), want nil", v, there)
		}
		time.Sleep(time.Minute)
		if all, _ := w.client.Deployments(t.Context(), "api"); len(all) != 1 {
			t.Errorf("writing variables has deployed: %d deployments", len(all))
		}
		if d := w.wait(w.upload("api", "r2")); d.State != provider.Live {
			t.Fatalf("got %+v", d)
		}
		if status, body := w.get("http://127.0.0.1:8000/"); status != 200 || body != "api 1f0c6a7" {
			t.Errorf("the new process answers %d %s", status, body)
		}
		if env := w.host.Runs()[1].Env; env["KEY"] != "sealed" {
			t.Errorf("the process got KEY=%q", env["KEY"])
		}
	})
}

func TestOpen_keepsWhatWasChangedSinceTheSeeding(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		if err := w.client.SetVariables(t.Context(), "api", map[string]release.Secret{"ADMIN_TOKEN": release.NewSecret("changed")}); err != nil {
			t.Fatal(err)
		}
		w.close()
		w.config.Projects[0].Environments[0].Services[0].Variables = map[string]string{"ADMIN_TOKEN": "seed", "NEW": "seed"}
		w.open()
		got, err := w.client.Variables(t.Context(), "api")
		if err != nil {
			t.Fatal(err)
		}
		if *got["ADMIN_TOKEN"] != "changed" || *got["NEW"] != "seed" {
			t.Errorf("got ADMIN_TOKEN=%s NEW=%s", *got["ADMIN_TOKEN"], *got["NEW"])
		}
	})
}

func TestEnsureDomain_makesOneOnce(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		if u, err := w.client.Domain(t.Context(), "worker"); err != nil || u != "" {
			t.Fatalf("got %q, %v", u, err)
		}
		if err := w.em.Faults().Set(fault.Fault{Name: fault.GatewayTimeout, Only: "ServiceDomainCreate", Times: 1}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if u, err := w.client.EnsureDomain(t.Context(), "worker"); err != nil || u != "http://127.0.0.1:8001" {
				t.Errorf("got %q, %v", u, err)
			}
		}
	})
}
