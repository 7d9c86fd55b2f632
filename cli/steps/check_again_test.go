package steps_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/steps"
)

// ailing answers the first requests with 500.
type ailing struct {
	bad   int
	asked int
}

func (a *ailing) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked++
	status := http.StatusOK
	if a.asked <= a.bad {
		status = http.StatusInternalServerError
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}

// judged carries checks out after deploys of which these are changed, and gives the run.
func judged(t *testing.T, w *steps.World, purpose string, changed []string, checks ...release.Step) *release.State {
	t.Helper()
	p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Purpose: purpose}
	needs := map[string][]string{"api": {"migrations"}, "worker": {"migrations"}, "client": {"api", "bot"}}
	actions, err := steps.Actions(w, release.Plan{Purpose: purpose, Steps: checks})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"migrations", "api", "worker", "bot", "client"} {
		s := release.Step{ID: id, Kind: release.KindDeploy, Title: id, Change: release.ChangeNone, Needs: needs[id], Outputs: map[string]string{"url": "https://" + id + ".example"}}
		if id == "migrations" {
			s.Kind = release.KindMigrations
		}
		if slices.Contains(changed, id) {
			s.Change = release.ChangeUpdate
			actions[id] = deed(func(ctx context.Context) error { return nil })
		}
		p.Steps = append(p.Steps, s)
	}
	p.Steps = append(p.Steps, checks...)
	real, err := steps.Actions(w, release.Plan{Purpose: purpose, Steps: p.Steps})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		actions[c.ID] = real[c.ID] // it sees the whole plan
	}
	s, err := engine.Run(t.Context(), p, actions, engine.Options{Run: "run-1", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{nowhere{}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCheck_isRepeatedOnceInARelease(t *testing.T) {
	for name, c := range map[string]struct {
		bad     int
		method  string
		purpose string
		exit    int
		retries int
		text    string
	}{
		"a good one is not":                {0, "GET", "", release.ExitDone, 0, "200 OK"},
		"a hiccup":                         {1, "POST", "", release.ExitDone, 1, "200 OK, at the second try"},
		"one that fails twice":             {9, "POST", "", release.ExitSmokeFailed, 1, ""},
		"not where only checks are wanted": {1, "POST", release.Smoke, release.ExitSmokeFailed, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web := &ailing{bad: c.bad}
				w := &steps.World{Smoke: smoke.Env{HTTP: web}}
				check := smoke.Check{HTTP: &smoke.HTTP{Method: c.method, URL: "${api.url}/x"}, Within: time.Second}
				s := judged(t, w, c.purpose, []string{"api"}, checkStep(t, "asks", plan.CheckInputs{Check: check}))
				exits(t, s, c.exit)
				st := s.Step("asks")
				if st.Retries != c.retries || web.asked != 1+c.retries {
					t.Errorf("%d retries, %d requests", st.Retries, web.asked)
				}
				for i, r := range st.Checks {
					if r.Attempt != i+1 {
						t.Errorf("attempt %d is called %d", i+1, r.Attempt)
					}
				}
				if c.text != "" && st.Text != c.text {
					t.Errorf("it says %q", st.Text)
				}
			})
		})
	}
}

func TestCheck_thatCannotBeTriedIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &steps.World{Smoke: smoke.Env{HTTP: &ailing{}}}
		s := judged(t, w, "", []string{"api"}, checkStep(t, "asks", plan.CheckInputs{Check: get("${api.url}/${nobody}")}))
		if st := s.Step("asks"); st.Retries != 0 || st.Fault == nil {
			t.Errorf("%d retries, %v", st.Retries, st.Fault)
		}
	})
}

func TestCheck_putsNothingBackThatItDoesNotDependOn(t *testing.T) {
	url := func(service string) plan.CheckInputs {
		return plan.CheckInputs{Check: smoke.Check{HTTP: &smoke.HTTP{Method: "POST", URL: "${" + service + ".url}/x"}, Within: time.Second}}
	}
	captures := func(in plan.CheckInputs, from string) plan.CheckInputs {
		in.Captures = []string{from}
		return in
	}
	rows := plan.CheckInputs{Check: smoke.Check{SQL: &smoke.SQL{Query: "select '${bot.url}' ${nobody}", Equal: "x"}, Within: time.Second}}
	for name, c := range map[string]struct {
		changed []string
		in      plan.CheckInputs
		stands  string
	}{
		"what it speaks to was changed":           {[]string{"api"}, url("api"), ""},
		"what that needs was changed":             {[]string{"bot"}, url("client"), ""},
		"and what that needs in turn":             {[]string{"migrations"}, url("client"), ""},
		"another service was changed":             {[]string{"worker", "client"}, url("api"), "it depends on api, migrations, of which this release has changed nothing"},
		"what its capture is from was changed":    {[]string{"worker"}, captures(url("api"), "before"), ""},
		"neither it nor what its capture is from": {[]string{"client"}, captures(url("bot"), "before"), "it depends on bot, worker, migrations, of which this release has changed nothing"},
		"the database was changed":                {[]string{"migrations"}, rows, ""},
		"another service than the database's":     {[]string{"client"}, rows, "it depends on bot, migrations, of which this release has changed nothing"},
		"nobody can say what it depends on":       {[]string{"api"}, plan.CheckInputs{Check: smoke.Check{HTTP: &smoke.HTTP{Method: "POST", URL: "https://example.com"}, Within: time.Second}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				before := url("worker")
				before.Check.Expect.Status = http.StatusInternalServerError // it passes
				w := &steps.World{Smoke: smoke.Env{HTTP: &ailing{bad: 99}}}
				first, then := checkStep(t, "before", before), checkStep(t, "asks", c.in)
				then.Needs = []string{"before"}
				s := judged(t, w, "", c.changed, first, then)
				if got := s.Step("asks").Stands; got != c.stands || s.Step("asks").Fault == nil {
					t.Errorf("got %q, %v", got, s.Step("asks").Fault)
				}
				if c.stands != "" && (s.Verdict() != release.Unproven || s.Rollback) {
					t.Errorf("got %s", s.Verdict())
				}
				if c.stands == "" && !s.Rollback {
					t.Error("nothing was put back")
				}
			})
		})
	}
}
