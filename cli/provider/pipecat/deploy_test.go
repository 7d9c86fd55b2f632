package pipecat_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/provider/providertest"
	"readme/cli/release"
)

func TestDeploy_scalingAloneRollsNothingAndIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		first := w.deploy("1")
		cfg := config("1")
		cfg.MinAgents, cfg.MaxAgents = new(1), new(9)
		id, noop, err := w.Deploy(t.Context(), cfg, false)
		if err != nil || !noop || id != first.ID || w.posts != 2 {
			t.Errorf("%s, noop %v, %v after %d posts", id, noop, err, w.posts)
		}
		if now, _, err := w.Agent(t.Context()); err != nil || *now.MinAgents != 1 || *now.MaxAgents != 9 {
			t.Errorf("%+v, %v", now, err)
		}
		was, err := pipecat.Settings(first.Settings)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time there is nothing to do
			if err := w.Rescale(t.Context(), was); err != nil {
				t.Error(err)
			}
		}
		if now, _, err := w.Agent(t.Context()); err != nil || *now.MinAgents != 0 || *now.MaxAgents != 5 || w.posts != 3 {
			t.Errorf("rescaled: %+v, %v after %d posts", now, err, w.posts)
		}
	})
}

// swallow makes the vendor forget a key of the first n updates: it takes them for what it has.
func (w *world) swallow(key string, n int) {
	inner := w.rt
	w.rt = transport(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && n > 0 {
			n--
			raw, _ := io.ReadAll(r.Body)
			var body map[string]any
			_ = json.Unmarshal(raw, &body)
			delete(body, key)
			raw, _ = json.Marshal(body)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(string(raw))), int64(len(raw))
		}
		return inner.RoundTrip(r)
	})
}

func TestDeploy_thatWasTakenForSomethingElseIsForced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		first := w.deploy("1")
		w.swallow("agentProfile", 1)
		cfg := config("1")
		cfg.Profile = "agent-2x"
		id, noop, err := w.Deploy(t.Context(), cfg, false)
		if err != nil || noop || id == first.ID {
			t.Errorf("%s, noop %v, %v", id, noop, err)
		}
		if now, _, err := w.Agent(t.Context()); err != nil || now.Profile != "agent-2x" {
			t.Errorf("%+v, %v", now, err)
		}
		w.swallow("forceRedeploy", 9)
		if _, _, err := w.Deploy(t.Context(), cfg, true); err == nil || !strings.Contains(err.Error(), "rolled nothing") {
			t.Errorf("a vendor that never rolls: %v", err)
		}
	})
}

func TestDeploy_bringsNewValuesOfTheSecretSetToTheBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		first := w.deploy("1")
		if err := w.PutSecrets(t.Context(), "readme-bot", map[string]release.Secret{"A": release.NewSecret("b")}); err != nil {
			t.Fatal(err)
		}
		second, noop, err := w.Deploy(t.Context(), config("1"), false)
		if err != nil || noop || second == first.ID {
			t.Errorf("after new values: %s, noop %v, %v", second, noop, err)
		}
		if _, noop, err := w.Deploy(t.Context(), config("1"), false); err != nil || !noop {
			t.Errorf("and once only: noop %v, %v", noop, err)
		}
		third, err := w.Restart(t.Context())
		if err != nil || third == second {
			t.Errorf("restart: %s, %v", third, err)
		}
		if now, _, err := w.Agent(t.Context()); err != nil || now.Image != "readme/bot:1" {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

func TestPutSecrets_makesANewSetWhereTheAgentIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		cfg := config("1")
		cfg.Region, cfg.SecretSet = "eu-central", ""
		if _, _, err := w.Deploy(t.Context(), cfg, false); err != nil {
			t.Fatal(err)
		}
		if err := w.PutSecrets(t.Context(), "new-set", map[string]release.Secret{"A": release.NewSecret("b")}); err != nil {
			t.Fatal(err)
		}
		if s, _, err := w.Secrets(t.Context(), "new-set"); err != nil || s.Region != "eu-central" {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestDeployment_anAnswerThatIsLateIsNoVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		for _, tag := range []string{"1", "2"} { // a create, an update
			inner := w.rt
			var before *http.Response
			if resp, err := inner.RoundTrip(w.read()); err == nil {
				before = resp
			}
			body, _ := io.ReadAll(before.Body)
			stale := true
			w.rt = transport(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/agents/readme") && stale && w.posts > 0 {
					return &http.Response{StatusCode: before.StatusCode, Header: before.Header, Body: io.NopCloser(strings.NewReader(string(body))), Request: r}, nil
				}
				return inner.RoundTrip(r)
			})
			w.posts = 0
			id, _, err := w.Deploy(t.Context(), config(tag), false)
			if err != nil {
				t.Fatal(err)
			}
			if d, err := w.Deployment(t.Context(), id); err != nil || d.State != provider.Building || d.Raw != "not on record yet" {
				t.Errorf("%s, a stale read: %+v, %v", tag, d, err)
			}
			time.Sleep(31 * time.Second)
			if d, err := w.Deployment(t.Context(), id); err != nil || d.State != provider.Superseded {
				t.Errorf("%s, one that never ends: %+v, %v", tag, d, err)
			}
			stale = false
			if d, _ := w.follow(id); d.State != provider.Live {
				t.Errorf("%s: %+v", tag, d)
			}
			w.rt = inner
		}
	})
}

func (w *world) read() *http.Request {
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "https://api.pipecat.test/v1/agents/readme", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_local")
	return r
}

// The flags of an agent may speak of the revision before while its own is named otherwise.
func TestDeployment_isNotReadOffAnOlderRevision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const agent = `{"name":"readme","desiredDeploymentId":"d2","reconciledDeploymentId":"d2","ready":true,"available":true,
			"currentRevision":{"deploymentID":"d1","phase":"Active","readyReplicas":1}}`
		c := client(t, providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, agent) })))
		if d, err := c.Deployment(t.Context(), "d2"); err != nil || d.State != provider.Building || !strings.Contains(d.Raw, "before serves") {
			t.Errorf("%+v, %v", d, err)
		}
		time.Sleep(121 * time.Second)
		if d, err := c.Deployment(t.Context(), "d2"); err != nil || d.State != provider.Live {
			t.Errorf("after two minutes of that: %+v, %v", d, err)
		}
	})
}

func TestRestore_putsSizeAndScalingBackToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		first := w.deploy("1")
		was, err := pipecat.Settings(first.Settings)
		if err != nil {
			t.Fatal(err)
		}
		cfg := config("2")
		cfg.Profile, cfg.MaxSession, cfg.AudioFilter, cfg.MinAgents, cfg.MaxAgents = "agent-3x", 300, "tel", new(2), new(7)
		id, _, err := w.Deploy(t.Context(), cfg, false)
		if err != nil {
			t.Fatal(err)
		}
		w.follow(id)
		if id, _, err = w.Restore(t.Context(), was); err != nil {
			t.Fatal(err)
		}
		d, _ := w.follow(id)
		if diff := cmp.Diff(first.Settings, d.Settings); diff != "" || d.State != provider.Live {
			t.Errorf("%s (-want +got):\n%s", d.State, diff)
		}

		// An account that does not tell the length of sessions keeps the usual one, unless the release has set it.
		cfg.Image = "readme/bot:3"
		if id, _, err = w.Deploy(t.Context(), cfg, false); err != nil {
			t.Fatal(err)
		}
		w.follow(id)
		was.MaxSession = 0
		if _, _, err = w.Restore(t.Context(), was); err != nil {
			t.Fatal(err)
		}
		if now, _, err := w.Agent(t.Context()); err != nil || now.MaxSession != 7200 {
			t.Errorf("sessions last %d s, %v", now.MaxSession, err)
		}

		w.deploy("latest")
		if _, _, err := w.Restore(t.Context(), pipecat.Config{Image: "readme/bot:latest"}); err == nil || !strings.Contains(err.Error(), "was pushed over") {
			t.Errorf("a tag that means something else by now: %v", err)
		}
	})
}
