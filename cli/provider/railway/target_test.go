package railway_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"readme/cli/box/fault"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

func TestTarget_resolvesEitherKindOfTokenByNameAndById(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		want, err := w.client.Target(t.Context())
		if err != nil || want.Project != "readme" || want.Environment != "dev" || want.ProjectID == "" {
			t.Fatalf("got %+v, %v", want, err)
		}
		for name, o := range map[string]railway.Options{
			"project token, pinned by id":   {Project: want.ProjectID, Environment: want.EnvironmentID},
			"account token, pinned by name": {Token: release.NewSecret(account)},
			"account token, pinned by id":   {Token: release.NewSecret(account), Project: want.ProjectID, Environment: want.EnvironmentID},
		} {
			c := w.connect(o)
			got, err := c.Target(t.Context())
			if err != nil || got.String() != want.String() || got.EnvironmentID != want.EnvironmentID {
				t.Errorf("%s: got %+v, %v", name, got, err)
			}
			if _, err := c.Live(t.Context(), "API"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			c.Close()
		}
	})
}

func TestTarget_refusesWhatIsNotPinned(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		for name, c := range map[string]struct {
			o    railway.Options
			want string
		}{
			"another project":               {railway.Options{Project: "billing", Environment: "dev"}, "another environment than the one that release.yaml pins"},
			"another environment":           {railway.Options{Project: "readme", Environment: "production"}, "another environment than the one that release.yaml pins"},
			"a wrong token":                 {railway.Options{Token: release.NewSecret("not-a-token")}, "does not accept the token"},
			"no such project to an account": {railway.Options{Token: release.NewSecret(account), Project: "billing"}, `no project called "billing"`},
			"no such environment":           {railway.Options{Token: release.NewSecret(account), Project: "readme", Environment: "prod"}, `no environment called "prod"`},
		} {
			client := w.connect(c.o)
			_, err := client.Target(t.Context())
			f, ok := errors.AsType[*release.Fault](err)
			if !ok || f.Exit != release.ExitInvalid || !strings.Contains(f.Title, c.want) || f.Try == "" {
				t.Fatalf("%s: got %v", name, err)
			}
			if strings.Contains(err.Error(), "not-a-token") {
				t.Errorf("%s: the error tells the token: %v", name, err)
			}
			client.Close()
		}
	})
}

func TestSettings_namesTheServicesWhenOneIsMissing(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		_, err := w.client.Settings(t.Context(), "apy")
		f, ok := errors.AsType[*release.Fault](err)
		if !ok || f.Exit != release.ExitInvalid || !strings.Contains(f.Detail, "api, worker") {
			t.Errorf("got %v", err)
		}
	})
}

func TestDeployment_ofAnUnknownIdIsARefusalWithHTTP200(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		_, err := w.client.Deployment(t.Context(), "11111111-2222-4333-8444-555555555555")
		e, ok := errors.AsType[*provider.Error](err)
		if !ok || e.Status != http.StatusOK || e.Message != "Deployment not found" || e.RequestID == "" {
			t.Errorf("got %+v", err)
		}
	})
}

func TestLive_readsAgainWhenTheAPIIsDownForAMoment(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		if err := w.em.Faults().Set(fault.Fault{Name: fault.Unavailable, Times: 3}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.client.Live(t.Context(), "api"); err != nil {
			t.Error(err)
		}
	})
}
