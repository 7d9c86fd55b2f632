package pipecat_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"readme/cli/box/fault"
	box "readme/cli/box/pipecat"
	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/provider/providertest"
	"readme/cli/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a client and the emulator that it talks to. Every request and every answer between them is held against
// the contract.
type world struct {
	*pipecat.Client
	cloud *box.Emulator
	t     *testing.T
	rt    http.RoundTripper
	posts int
}

func open(t *testing.T) *world {
	t.Helper()
	cloud, err := box.Open(t.Context(), box.Config{
		Dir: t.TempDir(), PrivateKey: "sk_local", PublicKey: "pk_local", Pace: 3 * time.Second,
		Secrets: map[string]map[string]string{"readme-bot": {"OPENAI_API_KEY": "a-value"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{cloud: cloud, t: t}
	contract := providertest.Load(t, "testdata/pipecat.openapi.json")
	w.rt = contract.Watch(t, providertest.Serve(t, cloud.Handler()))
	w.Client = client(t, transport(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			w.posts++
		}
		return w.rt.RoundTrip(r)
	}))
	t.Cleanup(func() { _ = cloud.Close(t.Context()) })
	return w
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func client(t *testing.T, rt http.RoundTripper) *pipecat.Client {
	t.Helper()
	c, err := pipecat.New(pipecat.Options{Base: "https://api.pipecat.test/", PrivateKey: release.NewSecret("sk_local\n"), Agent: "readme", Transport: rt})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func config(tag string) pipecat.Config {
	return pipecat.Config{Image: "readme/bot:" + tag, SecretSet: "readme-bot", MinAgents: new(int), MaxAgents: new(5)}
}

// deploy deploys a tag and follows it to its end.
func (w *world) deploy(tag string) provider.Deployment {
	w.t.Helper()
	id, _, err := w.Deploy(w.t.Context(), config(tag), false)
	if err != nil {
		w.t.Fatal(err)
	}
	d, _ := w.follow(id)
	return d
}

// follow polls every 5 s, as a step does, and gives the last answer and the words on the way.
func (w *world) follow(id string) (provider.Deployment, []string) {
	w.t.Helper()
	var raw []string
	for range 200 {
		d, err := w.Deployment(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(raw) == 0 || raw[len(raw)-1] != d.Raw {
			raw = append(raw, d.Raw)
		}
		if d.State.Over() {
			return d, raw
		}
		time.Sleep(5 * time.Second)
	}
	w.t.Fatalf("it never ends: %v", raw)
	return provider.Deployment{}, nil
}

func TestDeploy_createsTheAgentThenUpdatesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		if d, err := w.Live(t.Context()); err != nil || d != (provider.Deployment{}) {
			t.Fatalf("before: %+v, %v", d, err)
		}
		id, noop, err := w.Deploy(t.Context(), config("1"), false)
		if err != nil || noop {
			t.Fatalf("create: %v, noop %v", err, noop)
		}
		d, raw := w.follow(id)
		if diff := cmp.Diff([]string{"waiting_for_operator", "progressing_new", "ready"}, raw); diff != "" {
			t.Errorf("on the way (-want +got):\n%s", diff)
		}
		want := provider.Deployment{ID: id, Service: "readme", State: provider.Live, Raw: "ready", Image: "readme/bot:1", Created: d.Created, Settings: d.Settings}
		if diff := cmp.Diff(want, d); diff != "" || d.Created.IsZero() {
			t.Errorf("deployment (-want +got):\n%s", diff)
		}
		live, err := w.Live(t.Context())
		if err != nil || live != d {
			t.Errorf("live: %+v, %v", live, err)
		}

		second, noop, err := w.Deploy(t.Context(), config("2"), false)
		if err != nil || noop || second == id {
			t.Fatalf("update: %s, %v, noop %v", second, err, noop)
		}
		d, raw = w.follow(second)
		if diff := cmp.Diff([]string{"waiting_for_operator", "progressing_available", "ready"}, raw); diff != "" || d.State != provider.Live {
			t.Errorf("on the way (-want +got):\n%s", diff)
		}
		if d, err := w.Deployment(t.Context(), id); err != nil || d.State != provider.Superseded || !strings.Contains(d.Why, second) {
			t.Errorf("the first one: %+v, %v", d, err)
		}
	})
}

func TestDeploy_saysWhenNothingRolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		first := w.deploy("1")
		id, noop, err := w.Deploy(t.Context(), config("1"), false)
		if err != nil || !noop || id != first.ID {
			t.Errorf("again: %s, noop %v, %v", id, noop, err)
		}
		id, noop, err = w.Deploy(t.Context(), config("1"), true)
		if err != nil || noop || id == first.ID {
			t.Errorf("by force: %s, noop %v, %v", id, noop, err)
		}
	})
}

func TestAgent_readsBackWhatWasDeployed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		if _, found, err := w.Agent(t.Context()); found || err != nil {
			t.Fatalf("before: found %v, %v", found, err)
		}
		cfg := config("1")
		cfg.Profile, cfg.MaxSession, cfg.AudioFilter, cfg.Region, cfg.WebsocketAuth = "agent-2x", 600, "tel", "us-west", "token"
		if _, _, err := w.Deploy(t.Context(), cfg, false); err != nil {
			t.Fatal(err)
		}
		got, found, err := w.Agent(t.Context())
		cfg.Agent, cfg.WebsocketAuth = "readme", "" // the vendor does not tell the latter
		if diff := cmp.Diff(cfg, got); diff != "" || !found || err != nil {
			t.Errorf("found %v, %v (-want +got):\n%s", found, err, diff)
		}
		// What is not set is kept.
		if _, _, err := w.Deploy(t.Context(), pipecat.Config{Image: "readme/bot:2"}, false); err != nil {
			t.Fatal(err)
		}
		cfg.Image = "readme/bot:2"
		got, _, err = w.Agent(t.Context())
		if diff := cmp.Diff(cfg, got); diff != "" || err != nil {
			t.Errorf("after a partial update: %v (-want +got):\n%s", err, diff)
		}
		if _, _, err := w.Deploy(t.Context(), pipecat.Config{Image: "a:1", Region: "us-east"}, false); err == nil {
			t.Error("the agent moved to another region")
		}
	})
}

func TestDeployment_findsFailuresEarly(t *testing.T) {
	cases := map[string]struct {
		why    string
		within time.Duration
	}{
		"1-image_not_found":    {"PCC_IMAGE_NOT_FOUND: Image not found. Check the image name and tag.", 15 * time.Second},
		"1-image_unauthorized": {"PCC_IMAGE_PULL_UNAUTHORIZED: Unauthorized to pull image. Check your image pull secret.", 15 * time.Second},
		"1-crashloop":          {"it crashed 3 times at start (exit code 1): ModuleNotFoundError: No module named 'missing_module'", 30 * time.Second},
		"1-rollout_failed":     {"the new revision failed", 15 * time.Second},
		"1-pull_backoff":       {`the image cannot be pulled (ImagePullBackOff): Back-off pulling image "readme/bot:1-pull_backoff"`, 90 * time.Second},
		"1-degraded":           {"it stays degraded: RevisionNotReady The new revision does not become ready", 150 * time.Second},
	}
	for tag, c := range cases {
		t.Run(tag, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := open(t)
				start := time.Now()
				d := w.deploy(tag)
				if d.State != provider.Failed || d.Raw != "failed" || d.Why != c.why {
					t.Errorf("a first rollout: %+v, want %q", d, c.why)
				}
				if took := time.Since(start); took > c.within {
					t.Errorf("it took %s, want at most %s", took, c.within)
				}
				if d := w.deploy("0"); d.State != provider.Live {
					t.Errorf("a good one after it, while its errors are still shown: %+v", d)
				}
				if d := w.deploy(tag); d.State != provider.Failed || d.Why != c.why+"; the deployment before still serves" {
					t.Errorf("an update: %+v", d)
				}
			})
		})
	}
}

func TestDeployment_staysBuildingWhileItIsSlowOrStuck(t *testing.T) {
	for tag, raw := range map[string]string{"2-slow": "progressing_available", "2-operator_stuck": "waiting_for_operator", "2-never_ready": "progressing_available"} {
		t.Run(tag, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := open(t)
				w.deploy("1")
				id, _, err := w.Deploy(t.Context(), config(tag), false)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(80 * time.Second)
				if d, err := w.Deployment(t.Context(), id); err != nil || d.State != provider.Building || d.Raw != raw {
					t.Errorf("after 80 s: %+v, %v", d, err)
				}
			})
		})
	}
}

func TestDeployment_ofAnAgentThatWasDeletedIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		if d, err := w.Deployment(t.Context(), "d1"); err != nil || d.State != provider.Superseded || d.Why == "" {
			t.Errorf("got %+v, %v", d, err)
		}
	})
}

func TestRestore_bringsBackTheRecordedImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		if _, _, err := w.Restore(t.Context(), config("1")); err == nil {
			t.Error("it made an agent out of a record")
		}
		w.deploy("1")
		was, _, err := w.Agent(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		cfg := config("2")
		cfg.Profile, cfg.MaxSession = "agent-3x", 300
		id, _, err := w.Deploy(t.Context(), cfg, false)
		if err != nil {
			t.Fatal(err)
		}
		w.follow(id)
		id, noop, err := w.Restore(t.Context(), was)
		if err != nil || noop {
			t.Fatalf("restore: noop %v, %v", noop, err)
		}
		if d, _ := w.follow(id); d.State != provider.Live || d.Image != "readme/bot:1" {
			t.Errorf("restored: %+v", d)
		}
		if now, _, err := w.Agent(t.Context()); err != nil || cmp.Diff(was, now) != "" {
			t.Errorf("the configuration (-want +got):\n%s", cmp.Diff(was, now))
		}
		if _, noop, err := w.Restore(t.Context(), pipecat.Config{Image: was.Image}); err != nil || !noop {
			t.Errorf("what is there already: noop %v, %v", noop, err)
		}
		if _, _, err := w.Restore(t.Context(), pipecat.Config{}); err == nil {
			t.Error("nothing was on record")
		}
	})
}

func TestDeploy_anOpenWriteIsReadBackAndAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		for i, tag := range []string{"1", "2"} { // a create, an update
			if err := w.cloud.Faults().Set(fault.Fault{Name: fault.AnswerCut, Only: "POST /v1/agents", Times: 1}); err != nil {
				t.Fatal(err)
			}
			w.posts = 0
			id, noop, err := w.Deploy(t.Context(), config(tag), false)
			if err != nil || noop || w.posts != 1 {
				t.Fatalf("%d: %v, noop %v, sent %d times", i, err, noop, w.posts)
			}
			if d, _ := w.follow(id); d.State != provider.Live || d.Image != "readme/bot:"+tag {
				t.Errorf("adopted: %+v", d)
			}
		}
	})
}

func TestDeploy_anOpenWriteWithoutATraceIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		w.deploy("1")
		start, inner := time.Now(), w.rt
		w.rt = transport(func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodPost {
				return inner.RoundTrip(r)
			}
			// It never gets there, and the client cannot know.
			return &http.Response{StatusCode: http.StatusBadGateway, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		})
		_, _, err := w.Deploy(t.Context(), config("2"), false)
		if !provider.Ambiguous(err) || provider.StatusOf(err) != http.StatusBadGateway {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took < 30*time.Second || took > 40*time.Second {
			t.Errorf("it looked for %s, want 30 s", took)
		}
	})
}

func TestDeploy_waitsForTheSecretSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		w.deploy("1")
		put := func() {
			if err := w.PutSecrets(t.Context(), "readme-bot", map[string]release.Secret{"A": release.NewSecret("b")}); err != nil {
				t.Error(err)
			}
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			put()
		}()
		time.Sleep(time.Second)
		id, _, err := w.Deploy(t.Context(), config("2"), false)
		if err != nil {
			t.Fatal(err)
		}
		<-done
		if d, _ := w.follow(id); d.State != provider.Live {
			t.Errorf("got %+v", d)
		}

		if err := w.cloud.Faults().Set(fault.Fault{Name: box.FaultSecretsFailed, Times: 1}); err != nil {
			t.Fatal(err)
		}
		err = w.PutSecrets(t.Context(), "readme-bot", map[string]release.Secret{"A": release.NewSecret("c")})
		if err == nil || !strings.Contains(err.Error(), "The secret could not be written to the region") {
			t.Errorf("a set that fails: %v", err)
		}
		_, _, err = w.Deploy(t.Context(), config("3"), false)
		if err == nil || !strings.Contains(err.Error(), "the secret set readme-bot failed") {
			t.Errorf("a deploy with a set that has failed: %v", err)
		}
	})
}

func TestDeploy_givesUpOnASecretSetThatNeverComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		if err := w.cloud.Faults().Set(fault.Fault{Name: box.FaultSecretsPending}); err != nil {
			t.Fatal(err)
		}
		err := w.PutSecrets(t.Context(), "other", map[string]release.Secret{"A": release.NewSecret("b")})
		if err == nil || !strings.Contains(err.Error(), "still not provisioned after 2 minutes") {
			t.Errorf("got %v", err)
		}
		cfg := config("1")
		cfg.SecretSet = "other"
		start := time.Now()
		if _, _, err := w.Deploy(t.Context(), cfg, false); provider.StatusOf(err) != http.StatusConflict {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took > 6*time.Minute {
			t.Errorf("it waited %s", took)
		}
	})
}

func TestSecrets_namesOfKeysOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		if _, found, err := w.Secrets(t.Context(), "nobody"); found || err != nil {
			t.Errorf("a set that is not there: found %v, %v", found, err)
		}
		if err := w.cloud.Faults().Set(fault.Fault{Name: box.FaultSecretsConflict, Times: 1}); err != nil {
			t.Fatal(err)
		}
		values := map[string]release.Secret{"B": release.NewSecret("b"), "A": release.NewSecret("a")}
		if err := w.PutSecrets(t.Context(), "readme-bot", values); err != nil {
			t.Fatal(err)
		}
		got, found, err := w.Secrets(t.Context(), "readme-bot")
		want := pipecat.SecretSet{Name: "readme-bot", Region: "us-west", Status: pipecat.SetReady, Keys: []string{"A", "B", "OPENAI_API_KEY"}}
		if diff := cmp.Diff(want, got); diff != "" || !found || err != nil {
			t.Errorf("found %v, %v (-want +got):\n%s", found, err, diff)
		}
		if err := w.PutSecrets(t.Context(), "readme-bot", nil); err != nil {
			t.Errorf("nothing to set: %v", err)
		}
	})
}

// start starts a session as the product does.
func (w *world) start() string {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.StartURL(), strings.NewReader(`{"createDailyRoom":true,"transport":"daily"}`))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer pk_local")
	resp, err := w.rt.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	var m struct{ SessionID string }
	if err := json.NewDecoder(resp.Body).Decode(&m); err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("start: %d, %v", resp.StatusCode, err)
	}
	return m.SessionID
}

func TestSessions_areFoundStoppedAndLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		first := w.deploy("1")
		t0 := time.Now()
		id := w.start()
		s, err := w.Session(t.Context(), id)
		if err != nil || s.Deployment != first.ID || !s.Ended.IsZero() || !s.ColdStart || s.BotStart != 2*time.Second || s.Started.Before(t0.Add(-time.Millisecond)) {
			t.Errorf("session: %+v, %v", s, err)
		}
		all, err := w.Sessions(t.Context(), pipecat.SessionFilter{Active: true, Since: t0, Deployment: first.ID})
		if err != nil || len(all) != 1 || all[0].ID != id {
			t.Errorf("sessions: %+v, %v", all, err)
		}
		time.Sleep(8 * time.Second)
		for range 2 { // the second stop finds nothing to stop
			if err := w.StopSession(t.Context(), id); err != nil {
				t.Errorf("stop: %v", err)
			}
		}
		if s, err = w.Session(t.Context(), id); err != nil || s.Ended.Sub(s.Started) != 8*time.Second || s.Completion != "HTTP_COMPLETED" {
			t.Errorf("stopped: %+v, %v", s, err)
		}
		if _, err := w.Session(t.Context(), "11111111-1111-4111-8111-111111111111"); !provider.NotFound(err) {
			t.Errorf("a session that nobody knows: %v", err)
		}
		lines, err := w.Logs(t.Context(), pipecat.LogQuery{Session: id})
		if err != nil || len(lines) != 2 || !strings.Contains(lines[0].Text, "Starting bot session") || lines[0].Severity != "info" || lines[0].Deployment != first.ID {
			t.Errorf("logs: %+v, %v", lines, err)
		}
	})
}

func TestLogs_findAnExceptionThatNothingElseShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		w.deploy("1-bot_exception")
		id := w.start()
		time.Sleep(2 * time.Second)
		if s, err := w.Session(t.Context(), id); err != nil || s.Completion != "HTTP_COMPLETED" {
			t.Errorf("session: %+v, %v", s, err)
		}
		lines, err := w.Logs(t.Context(), pipecat.LogQuery{Session: id, Contains: "Exception running bot()"})
		if err != nil || len(lines) != 1 || lines[0].Severity != "error" {
			t.Errorf("logs: %+v, %v", lines, err)
		}
	})
}

func TestLogs_readAllPagesFromAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		d := w.deploy("1")
		for range 90 {
			if err := w.StopSession(t.Context(), w.start()); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(300 * time.Millisecond)
		since := time.Now()
		id := w.start()
		all, err := w.Logs(t.Context(), pipecat.LogQuery{Deployment: d.ID})
		if err != nil || len(all) != 4+2*90+1 {
			t.Errorf("%d lines, %v", len(all), err)
		}
		some, err := w.Logs(t.Context(), pipecat.LogQuery{Since: since})
		if err != nil || len(some) != 1 || !strings.Contains(some[0].Text, id) {
			t.Errorf("since: %+v, %v", some, err)
		}
	})
}

func TestClient_survivesABadDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		w.deploy("1")
		w.rt = providertest.Serve(t, w.cloud.Handler()) // a rate limit on the private API is documented in words only
		for kind, want := range map[string]struct {
			times  int
			status int
		}{
			fault.Unavailable: {3, 0}, fault.RateLimited: {2, 0}, fault.TokenRevoked: {1, http.StatusUnauthorized},
		} {
			if err := w.cloud.Faults().Set(fault.Fault{Name: kind, Times: want.times, For: 2 * time.Second}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Live(t.Context()); provider.StatusOf(err) != want.status {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if err := w.cloud.Faults().Set(fault.Fault{Name: fault.Hangs, Times: 1, For: 70 * time.Second}); err != nil {
			t.Fatal(err)
		}
		if d, err := w.Live(t.Context()); err != nil || d.State != provider.Live {
			t.Errorf("a late answer: %+v, %v", d, err)
		}
	})
}

func TestClient_takesAnyNonsense(t *testing.T) {
	for name, body := range map[string]string{"HTML": "<p>hi</p>", "null": "null", "a list": "[]", "nothing": "", "no deployment": "{}"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := client(t, providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })))
				_, liveErr := c.Live(t.Context())
				_, _, deployErr := c.Deploy(t.Context(), config("1"), false)
				if deployErr == nil || (body == "[]" || body == "" || body[0] == '<') && liveErr == nil {
					t.Errorf("live: %v, deploy: %v", liveErr, deployErr)
				}
			})
		})
	}
}

func TestNew_refusesWhatCannotWork(t *testing.T) {
	key := release.NewSecret("sk_1")
	for name, o := range map[string]pipecat.Options{
		"no key":       {Agent: "readme"},
		"a public key": {Agent: "readme", PrivateKey: release.NewSecret("pk_1")},
		"no agent":     {PrivateKey: key},
		"a template":   {PrivateKey: key, Agent: "{agentName}"},
		"a short name": {PrivateKey: key, Agent: "a"},
		"a long name":  {PrivateKey: key, Agent: strings.Repeat("a", 55)},
		"no address":   {PrivateKey: key, Agent: "readme", Base: "api.pipecat.daily.co"},
	} {
		if _, err := pipecat.New(o); err == nil || strings.Contains(err.Error(), "_1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := pipecat.New(pipecat.Options{PrivateKey: key, Agent: "readme"})
	if err != nil || c.StartURL() != "https://api.pipecat.daily.co/v1/public/readme/start" {
		t.Errorf("got %v, %v", c.StartURL(), err)
	}
	c.Close()
}
