package vercel_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

// canned answers by method and path; anything else is 404.
type canned map[string]string

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if body, ok := c[r.Method+" "+r.URL.Path]; ok {
		_, _ = io.WriteString(w, body)
	} else {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":{"code":"not_found","message":"not here"}}`)
	}
	return w.Result(), nil
}

func (c canned) client(t *testing.T) *vercel.Client {
	t.Helper()
	client, err := vercel.New(vercel.Options{
		Base: "https://api.vercel.com", Token: release.NewSecret("t"), Project: "readme", Transport: c,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// vendor is a project whose domain serves dpl_live, made at 1000.
func vendor(more canned) canned {
	c := canned{
		"GET /v9/projects/readme":        `{"id":"prj_1","name":"readme"}`,
		"GET /v9/projects/prj_1/domains": `{"domains":[{"name":"readme.app","verified":true}]}`,
		"GET /v4/aliases/readme.app":     `{"alias":"readme.app","deploymentId":"dpl_live"}`,
		"GET /v13/deployments/dpl_live":  `{"id":"dpl_live","url":"live.vercel.app","projectId":"prj_1","target":"production","readyState":"READY","readySubstate":"PROMOTED","aliasAssigned":true,"createdAt":1000}`,
	}
	maps.Copy(c, more)
	return c
}

func TestDeployment_readsEveryStateOfVercel(t *testing.T) {
	for _, c := range []struct {
		name   string
		record string // what differs from {"id":"dpl_1","target":"production"}
		state  provider.State
		why    string
	}{
		{"initializing", `"readyState":"INITIALIZING"`, provider.Building, ""},
		{"queued", `"readyState":"QUEUED"`, provider.Building, ""},
		{"building", `"readyState":"BUILDING"`, provider.Building, ""},
		{"a word of next year", `"readyState":"POLISHING","aliasAssigned":true`, provider.Building, ""},
		{"ready but without an alias", `"readyState":"READY","aliasAssigned":false`, provider.Building, ""},
		{"a rolling release", `"readyState":"READY","readySubstate":"ROLLING","aliasAssigned":true`, provider.Building, ""},
		{"staged", `"readyState":"READY","readySubstate":"STAGED","aliasAssigned":true,"autoAssignCustomDomains":false`, provider.Staged, ""},
		{"staged, its alias as a time", `"readyState":"READY","readySubstate":"STAGED","aliasAssigned":1700000000000,"autoAssignCustomDomains":false`, provider.Staged, ""},
		{"checks failed before the alias counts", `"readyState":"READY","checksConclusion":"failed","aliasAssigned":true`, provider.Failed, "Vercel's checks of the deployment failed"},
		{"its alias check failed", `"readyState":"READY","checks":{"deployment-alias":{"state":"failed"}},"aliasAssigned":true`, provider.Failed, "Vercel's checks of the deployment failed"},
		{"an alias error", `"readyState":"READY","aliasAssigned":null,"aliasError":{"code":"cert_missing","message":"no certificate"}`, provider.Failed, "cert_missing: no certificate"},
		{"an error beside an alias that is there", `"readyState":"READY","readySubstate":"STAGED","autoAssignCustomDomains":false,"aliasAssigned":true,"aliasError":{"code":"x","message":"y"}`, provider.Staged, ""},
		{"failed", `"readyState":"ERROR","errorCode":"BUILD_FAILED","errorMessage":"exit 1"`, provider.Failed, "BUILD_FAILED: exit 1"},
		{"failed without a word", `"readyState":"ERROR"`, provider.Failed, "the build failed"},
		{"cancelled", `"readyState":"CANCELED"`, provider.Superseded, "it was cancelled"},
		{"cancelled for a reason", `"readyState":"CANCELED","errorMessage":"the Ignored Build Step says so"`, provider.Superseded, "the Ignored Build Step says so"},
		{"deleted", `"readyState":"DELETED"`, provider.Superseded, "it was deleted"},
		{"blocked", `"readyState":"BLOCKED","seatBlock":{"blockCode":"COMMIT_AUTHOR_REQUIRED"}`, provider.NeedsHuman, "Vercel holds it back until a person lets it through: the commit's author must be a member of the Vercel team with this Git account (COMMIT_AUTHOR_REQUIRED)"},
		{"promoted, and then replaced by a newer one", `"readyState":"READY","readySubstate":"PROMOTED","aliasAssigned":true,"createdAt":900`, provider.Superseded, "the domain serves dpl_live now"},
		{"promoted, but the alias still shows an older one", `"readyState":"READY","readySubstate":"PROMOTED","aliasAssigned":true,"createdAt":1100`, provider.Building, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			record := `{"id":"dpl_1","url":"one.vercel.app","target":"production",` + c.record + `}`
			d, err := vendor(canned{"GET /v13/deployments/dpl_1": record}).client(t).Deployment(t.Context(), "dpl_1")
			if err != nil {
				t.Fatal(err)
			}
			if d.State != c.state || d.Why != c.why || d.URL != "https://one.vercel.app" {
				t.Errorf("got %q, %q at %s; want %q, %q", d.State, d.Why, d.URL, c.state, c.why)
			}
		})
	}
}

func TestDeployment_isSupersededByAnOlderOneAfterALaterMove(t *testing.T) {
	d, err := vendor(canned{
		"GET /v13/deployments/dpl_1": `{"id":"dpl_1","target":"production","readyState":"READY","readySubstate":"PROMOTED","aliasAssigned":true,"createdAt":1100}`,
		"GET /v9/projects/readme":    `{"id":"prj_1","name":"readme","lastAliasRequest":{"toDeploymentId":"dpl_live","jobStatus":"succeeded","requestedAt":1200,"type":"rollback"}}`,
	}).client(t).Deployment(t.Context(), "dpl_1")
	if err != nil || d.State != provider.Superseded {
		t.Errorf("got %q, %v; want superseded", d.State, err)
	}
}

func TestDomain_isTheOneThatPeopleUse(t *testing.T) {
	for _, c := range []struct{ name, domains, want string }{
		{"the vendor's own, if there is no other", `{"name":"readme.vercel.app","verified":true}`, "https://readme.vercel.app"},
		{"a custom one first", `{"name":"readme.vercel.app","verified":true},{"name":"readme.app","verified":true}`, "https://readme.app"},
		{"the oldest of several", `{"name":"b.app","verified":true,"createdAt":2},{"name":"c.app","verified":true,"createdAt":1}`, "https://c.app"},
		{"no redirect", `{"name":"readme.app","verified":true,"redirect":"www.readme.app"},{"name":"www.readme.app","verified":true,"redirect":null}`, "https://www.readme.app"},
		{"no unverified one", `{"name":"readme.app","verified":false},{"name":"readme.vercel.app","verified":true}`, "https://readme.vercel.app"},
		{"none of a branch or another environment", `{"name":"a.app","verified":true,"gitBranch":"next"},{"name":"b.app","verified":true,"customEnvironmentId":"env_1"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := vendor(canned{"GET /v9/projects/prj_1/domains": `{"domains":[` + c.domains + `]}`}).client(t).Domain(t.Context())
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestLive_refusesADomainThatServesAnotherProject(t *testing.T) {
	_, err := vendor(canned{"GET /v13/deployments/dpl_live": `{"id":"dpl_live","projectId":"prj_2"}`}).client(t).Live(t.Context())
	if err == nil || !strings.Contains(err.Error(), "of another project (prj_2)") {
		t.Errorf("got %v", err)
	}
}

func TestBuildLogs_readsBothShapesOfAnEvent(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_000)
	events := fmt.Sprintf(`[
		{"type":"stdout","id":"1","date":%[1]d,"text":"one\n"}, null,
		{"type":"stdout","id":"1","date":%[1]d,"text":"one\n"},
		{"type":"stderr","created":%[1]d,"payload":{"id":"2","text":"two","level":"error"}},
		{"type":"deployment-state","id":"3","date":%[1]d}]`, at.UnixMilli())
	got, err := canned{"GET /v3/deployments/dpl_1/events": events}.client(t).BuildLogs(t.Context(), "dpl_1")
	if err != nil {
		t.Fatal(err)
	}
	want := []provider.LogLine{
		{At: at, Deployment: "dpl_1", Text: "one"},
		{At: at, Deployment: "dpl_1", Text: "two", Severity: "error"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestPromote_leavesRollingReleasesAlone(t *testing.T) {
	c := vendor(canned{"GET /v9/projects/readme": `{"id":"prj_1","name":"readme","rollingRelease":{"target":"production"}}`})
	_, err := c.client(t).Promote(t.Context(), "dpl_1")
	if err == nil || !strings.Contains(err.Error(), "rolling releases") {
		t.Errorf("got %v", err)
	}
}

func TestSetVariables_readsTheFailureInASuccessAndHidesTheValue(t *testing.T) {
	c := vendor(canned{
		"GET /v10/projects/prj_1/env":  `{"envs":[{"id":"e1","key":"OWNED","type":"encrypted","target":"production","configurationId":"icfg_1"}]}`,
		"POST /v10/projects/prj_1/env": `{"created":[],"failed":[{"error":{"code":"ENV_CONFLICT","message":"hunter2 exists already","envVarKey":"KEY"}}]}`,
	}).client(t)
	for name, want := range map[string]string{"KEY": "ENV_CONFLICT: ••• exists already", "OWNED": "belongs to a Vercel integration (icfg_1)"} {
		err := c.SetVariables(t.Context(), []vercel.Variable{{Name: name, Value: release.NewSecret("hunter2")}})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

func TestErrors_hideTheBypassSecret(t *testing.T) {
	c, err := vercel.New(vercel.Options{
		Base: "https://api.vercel.com", Token: release.NewSecret("tok"), Project: "readme", Bypass: release.NewSecret("bypass0123"),
		Transport: answerer(func(*http.Request) string {
			return `{"error":{"code":"forbidden","message":"bypass0123 of tok is no good"}}`
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Delete(t.Context(), "dpl_1")
	if want := "vercel: delete the deployment: HTTP 403: forbidden: ••• of ••• is no good"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// answerer refuses every request with 403 and a body.
type answerer func(*http.Request) string

func (a answerer) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, a(r))
	return w.Result(), nil
}
