package pipecat_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/provider/providertest"
	"readme/cli/release"
)

// found checks one finding.
func found(t *testing.T, all []provider.Finding, what string, mood provider.Mood, text string) {
	t.Helper()
	for _, f := range all {
		if f.What != what {
			continue
		}
		if f.Mood != mood || !strings.Contains(f.Text, text) {
			t.Errorf("%s: got %s (%s), want %s (%s)", what, f.Mood, f.Text, mood, text)
		}
		return
	}
	t.Errorf("nothing is said of %s: %+v", what, all)
}

func TestExamine_saysWhatIsThereAndWhatIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		all := w.Examine(t.Context(), "nobody", "")
		found(t, all, "token", provider.Good, "is a private key")
		found(t, all, "agent readme", provider.Good, "the first release makes it")
		found(t, all, "secret set nobody", provider.Warn, "does not exist yet")
		found(t, all, "billing", provider.Unsure, "payment method")
		if w.posts != 0 {
			t.Errorf("it changed something: %d posts", w.posts)
		}
		w.deploy("1")
		all = w.Examine(t.Context(), "readme-bot", "us-west")
		found(t, all, "agent readme", provider.Good, "ready in us-west, 0 sessions now")
		found(t, all, "secret set readme-bot", provider.Good, "holds 1 keys: OPENAI_API_KEY")
		found(t, all, "region", provider.Good, "us-west")
		all = w.Examine(t.Context(), "readme-bot", "eu-central")
		found(t, all, "region", provider.Bad, "pcc-deploy.toml says eu-central, and the agent is in us-west")
		w.deploy("1-image_not_found")
		found(t, w.Examine(t.Context(), "", ""), "agent readme", provider.Warn, "PCC_IMAGE_NOT_FOUND")
	})
}

func TestExamine_saysWhatIsWrongWithAKey(t *testing.T) {
	for key, says := range map[string]string{"sk_wrong": "is not taken", "pcc_pat_x": "personal access token"} {
		synctest.Test(t, func(t *testing.T) {
			w := open(t)
			c, err := pipecat.New(pipecat.Options{Base: "https://api.pipecat.test", PrivateKey: release.NewSecret(key), Agent: "readme", Transport: w.rt})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Close)
			all := c.Examine(t.Context(), "readme-bot", "")
			found(t, all, "token", provider.Bad, says)
			if len(all) != 1 || all[0].Page == "" || strings.Contains(all[0].Text, key) {
				t.Errorf("%+v", all)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		c := client(t, providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })))
		found(t, c.Examine(t.Context(), "", ""), "token", provider.Unsure, "could not be tried")
	})
}

// The contract knows no agent that is in another region than its set; a person's account may.
func TestExamine_saysWhenASetIsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body := `{}`
			switch r.URL.Path {
			case "/v1/agents/readme":
				body = `{"name":"readme","region":"us-west","desiredDeploymentId":"d","reconciledDeploymentId":"d","ready":true}`
			case "/v1/secrets/a-set":
				body = `{"region":"us-east","status":"ready","secrets":[]}`
			case "/v1/regions":
				body = `{"regions":[{"code":"us-east"}]}`
			}
			_, _ = w.Write([]byte(body))
		})))
		all := c.Examine(t.Context(), "a-set", "")
		found(t, all, "secret set a-set", provider.Bad, "is in region us-east, and the agent in us-west")
		found(t, all, "region", provider.Bad, "us-west is none of the vendor's: us-east")
	})
}

func TestReach_tellsAWrongKeyAndAWrongAddressFromAnAgentThatIsNotThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		if err := w.Reach(t.Context()); err != nil {
			t.Errorf("no agent yet: got %v", err)
		}
		c := client(t, providertest.Serve(t, http.NotFoundHandler()))
		if err := c.Reach(t.Context()); provider.StatusOf(err) != http.StatusNotFound {
			t.Errorf("an address of something else: got %v", err)
		}
	})
}
