package railway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"readme/cli/box/fault"
	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

// find gives the finding about a subject.
func find(t *testing.T, all []provider.Finding, what string) provider.Finding {
	t.Helper()
	for _, f := range all {
		if f.What == what {
			return f
		}
	}
	t.Fatalf("there is no finding about %q: %+v", what, all)
	return provider.Finding{}
}

// says checks a finding.
func says(t *testing.T, all []provider.Finding, what string, mood provider.Mood, words ...string) {
	t.Helper()
	f := find(t, all, what)
	if f.Mood != mood {
		t.Errorf("%s is %s, want %s: %s", what, f.Mood, mood, f.Text)
	}
	for _, w := range words {
		if !strings.Contains(f.Text, w) {
			t.Errorf("%s does not say %q: %s", what, w, f.Text)
		}
	}
}

func TestExamine_looksAtEverythingAndChangesNothing(t *testing.T) {
	bubbleOf(t, []emulator.Service{{Name: "api", Public: true}, {Name: "worker", Repo: repo}}, func(w *world) {
		w.configure("api", railway.Settings{Start: "serve"})
		id := w.upload("api", "r1")
		w.wait(id)
		w.fault(emulator.FaultStaged, "dev", 0)
		w.fault(emulator.FaultReadOnly, "", 0) // nothing may be written
		all := w.client.Examine(w.t.Context(), []string{"api", "worker", "web"})
		says(w.t, all, "token", provider.Good, "project token", "environment dev", "project readme")
		says(w.t, all, "project", provider.Good, "readme")
		says(w.t, all, "environment", provider.Warn, "dev", "staged changes")
		says(w.t, all, "service api", provider.Good, "uploads", id, "SUCCESS", "http://127.0.0.1:8000")
		says(w.t, all, "repository of api", provider.Unsure, "GitHub app")
		says(w.t, all, "service worker", provider.Good, repo, "nothing was deployed yet")
		says(w.t, all, "deploys on a push", provider.Warn, "worker", "turn automatic deploys off")
		says(w.t, all, "service web", provider.Good, "the first release makes it")
		says(w.t, all, "API", provider.Good, "knows all")
		says(w.t, all, "rate limit", provider.Good, "q=1000")
		if on := w.em.Faults().On(); len(on) != 2 {
			w.t.Errorf("the faults that are on are %+v", on)
		}
		if n := w.client.Usage().Requests; n == 0 || n > 60 {
			w.t.Errorf("it took %d requests", n)
		}
	})
}

func TestExamine_tellsAnAccountsTokenFromAWorkspaces(t *testing.T) {
	bubble(t, func(w *world) {
		w.close()
		w.config.WorkspaceToken = "workspace-token"
		w.open()
		for given, want := range map[string]struct {
			mood  provider.Mood
			words string
		}{
			account:           {provider.Warn, "an account token of the founder"},
			"workspace-token": {provider.Good, "a workspace token: it opens workspace box"},
		} {
			c := w.connect(railway.Options{Token: release.NewSecret(given)})
			says(w.t, c.Examine(w.t.Context(), nil), "token", want.mood, want.words)
			c.Close()
		}
	})
}

func TestExamine_saysWhatItCouldNotFindOut(t *testing.T) {
	bubble(t, func(w *world) {
		for _, c := range []struct {
			o     railway.Options
			fault string
			what  string
			mood  provider.Mood
			words string
		}{
			{railway.Options{Token: release.NewSecret("not-a-token")}, "", "token", provider.Bad, "RAILWAY_TOKEN"},
			{railway.Options{Project: "readme", Environment: "prod"}, "", "token", provider.Bad, "pinned: project readme, environment prod"},
			{railway.Options{}, fault.RateLimitPage, "railway", provider.Unsure, "HTML page"},
			{railway.Options{}, fault.Unavailable, "railway", provider.Unsure, "503"},
		} {
			if c.fault != "" {
				w.fault(c.fault, "", 0)
			}
			client := w.connect(c.o)
			says(w.t, client.Examine(w.t.Context(), []string{"api"}), c.what, c.mood, c.words)
			client.Close()
			w.em.Faults().Clear("")
		}
		w.fault(fault.Unavailable, "serviceInstance", 0)
		says(w.t, w.client.Examine(w.t.Context(), []string{"api"}), "service api", provider.Unsure, "cannot be read")
	})
}

// changed is an API that has changed: old words in its answers are new ones.
type changed struct {
	next http.RoundTripper
	with *strings.Replacer
}

func (c changed) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(strings.NewReader(c.with.Replace(string(body))))
	resp.ContentLength = -1
	return resp, err
}

func TestExamine_noticesThatTheAPIHasChanged(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		mood     provider.Mood
		words    string
	}{
		"a mutation is gone":         {`"name":"deploymentRollback"`, `"name":"deploymentRolledBack"`, provider.Bad, "DeploymentRollback: Mutation has no field deploymentRollback"},
		"a field is gone":            {`"name":"deploymentStopped"`, `"name":"stopped"`, provider.Bad, "Deployment has no field deploymentStopped"},
		"an argument is gone":        {`"name":"commitSha"`, `"name":"sha"`, provider.Bad, "DeployCommit: serviceInstanceDeployV2 has no argument commitSha"},
		"what we can do without":     {`"name":"unmergedChangesCount"`, `"name":"staged"`, provider.Warn, "goes through without: Staged"},
		"something that we use ages": {`"isDeprecated":false,"name":"canRollback"`, `"isDeprecated":true,"name":"canRollback"`, provider.Warn, "Deployment.canRollback"},
		"nothing of ours":            {`"name":"httpLogs"`, `"name":"logsOfHTTP"`, provider.Good, "knows all"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(w *world) {
				client, err := railway.New(railway.Options{
					Base: "http://" + address, Token: release.NewSecret(token), Project: "readme", Environment: "dev",
					Transport: changed{&http.Transport{DialContext: w.net.Dial, DisableKeepAlives: true}, strings.NewReplacer(c.old, c.new)},
				})
				if err != nil {
					t.Fatal(err)
				}
				says(w.t, client.Examine(w.t.Context(), nil), "API", c.mood, c.words)
				client.Close()
			})
		})
	}
}

func TestExamine_givesPagesOfTheRealRailwayAlone(t *testing.T) {
	for base, want := range map[string]string{
		"https://backboard.railway.com": "https://railway.com", "https://backboard.railway.app/": "https://railway.com",
		"http://127.0.0.1:7000": "", "https://railway.com.example.org": "", "": "",
	} {
		if got := railway.WebOf(base); got != want {
			t.Errorf("%q: got %q, want %q", base, got, want)
		}
	}
	answers := anAccount()
	answers["Me"] = `{"me":{"name":"","email":"founder@example.com","apiTokenRateLimit":{"remainingPoints":7,"resetsAt":"noon"}}}`
	scripted(t, railway.Options{Project: "readme", Environment: "dev"}, answers, func(c *railway.Client, s *script) {
		t := s.t
		all := c.Examine(t.Context(), nil)
		if got, want := find(t, all, "project").Page, "https://railway.com/project/"+id1+"?environmentId=e2"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		says(t, all, "rate limit", provider.Good, "7 calls", "noon")
		says(t, all, "API", provider.Unsure, "does not show its schema")
	})
}
