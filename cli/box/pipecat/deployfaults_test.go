package pipecat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
)

func TestFaults_ofADeployment(t *testing.T) {
	const (
		good    = "reconciled=true ready=true available=true current=Active previous=- errors=0"
		failing = "reconciled=true ready=false available=true current=Validating previous=Active errors=0"
		refused = "reconciled=true ready=false available=true current=Validating previous=Active errors=1"
		stale   = "reconciled=false ready=true available=true current=Active previous=- errors=0"
	)
	for name, x := range map[string]struct {
		soon, later string // after 25 s, and after 3 minutes
		code        string
	}{
		pipecat.FaultImageNotFound:     {refused, refused, "PCC_IMAGE_NOT_FOUND"},
		pipecat.FaultImageUnauthorized: {refused, refused, "PCC_IMAGE_PULL_UNAUTHORIZED"},
		pipecat.FaultImageTooLarge:     {refused, refused, "PCC_IMAGE_TOO_LARGE"},
		pipecat.FaultPullRateLimit:     {refused, refused, "PCC_IMAGE_PULL_RATE_LIMIT"},
		pipecat.FaultInvalidPlatform:   {refused, refused, "PCC_INVALID_IMAGE_PLATFORM"},
		pipecat.FaultUnknownError:      {refused, refused, "PCC_UNKNOWN_ERROR"},
		pipecat.FaultPullBackOff:       {failing, failing, "ImagePullBackOff"},
		pipecat.FaultCrashLoop:         {failing, failing, "CrashLoopBackOff"},
		pipecat.FaultDegraded:          {failing, failing, "RevisionNotReady"},
		pipecat.FaultNeverReady:        {failing, failing, "Validating"},
		pipecat.FaultRolloutFailed:     {strings.Replace(failing, "Validating", "Failed", 1), strings.Replace(failing, "Validating", "Failed", 1), "Failed"},
		pipecat.FaultStuckOperator:     {stale, stale, ""},
		pipecat.FaultSlowRollout:       {stale, good, ""},
		pipecat.FaultReadyOffTheOld:    {stale, good, ""},
		pipecat.FaultThrottled:         {strings.Replace(failing, "Validating", "Creating", 1), good, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				inDir := func(c *pipecat.Config) { c.Dir = dir }
				c := open(t, inDir)
				c.create("0")
				time.Sleep(time.Minute)
				c.on(name, func(f *fault.Fault) { f.Only, f.For = "readme", 2*time.Minute })
				c.update(`{"image":"readme/bot:1"}`)
				time.Sleep(25 * time.Second)
				c = open(t, inDir) // killed in the middle of the rollout: its fate stays
				soon := c.agent()
				time.Sleep(2*time.Minute + 35*time.Second)
				later := c.agent()
				if diff := cmp.Diff([]string{x.soon, x.later}, []string{seen(soon), seen(later)}); diff != "" {
					t.Errorf("after 25 s and after 3 minutes (-want +got):\n%s", diff)
				}
				if !strings.Contains(fmt.Sprint(later), x.code) {
					t.Errorf("no %s in %v", x.code, later)
				}
				c.start() // the old one serves all the time
				c.update(`{"image":"readme/bot:2"}`)
				time.Sleep(10 * time.Second)
				if got := seen(c.agent()); got != good {
					t.Errorf("after a good image: %s", got)
				}
			})
		})
	}
}

func TestFaults_aDeployThatIsSwallowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		first := c.create("1")["desiredDeploymentId"]
		time.Sleep(time.Minute)
		c.on(pipecat.FaultNoopDeploy)
		m := c.update(`{"image":"readme/bot:2"}`)
		if m["desiredDeploymentId"] != first || m["warning"] == nil || image(c.agent()) != "readme/bot:1" {
			t.Errorf("got %v", m)
		}
		if m := c.update(`{"image":"readme/bot:2"}`); m["desiredDeploymentId"] == first || m["warning"] != nil {
			t.Errorf("once more: %v", m)
		}
	})
}

func image(agent map[string]any) any {
	return agent["deployment"].(map[string]any)["manifest"].(map[string]any)["spec"].(map[string]any)["image"]
}

func TestFaults_somebodyElseDeploysAfterUs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		inDir := func(c *pipecat.Config) { c.Dir = dir }
		c := open(t, inDir)
		c.create("1")
		time.Sleep(time.Minute)
		c.on(pipecat.FaultSuperseded, func(f *fault.Fault) { f.For = 5 * time.Second })
		ours := c.update(`{"image":"readme/bot:2"}`)["desiredDeploymentId"]
		time.Sleep(4 * time.Second)
		if m := c.agent(); m["desiredDeploymentId"] != ours || m["ready"] != true {
			t.Errorf("before: %v", m)
		}
		c = open(t, inDir) // and a kill does not keep them from it
		time.Sleep(time.Second)
		theirs := c.agent()
		if theirs["desiredDeploymentId"] == ours || image(theirs) != "somebody-else/bot:1" {
			t.Errorf("after: %v", theirs)
		}
		time.Sleep(time.Minute)
		if m := c.agent(); m["desiredDeploymentId"] != theirs["desiredDeploymentId"] || seen(m) != "reconciled=true ready=true available=true current=Active previous=- errors=0" {
			t.Errorf("in the end: %v", m)
		}
	})
}

func TestFaults_aReadComesFromBeforeTheWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.on(pipecat.FaultStaleRead, always)
		first := c.create("1")["desiredDeploymentId"]
		if status, _ := c.call(private, "GET", "/v1/agents/readme", ""); status != 404 {
			t.Errorf("just created: %d", status)
		}
		if m := c.must(private, "GET", "/v1/agents", ""); len(m["services"].([]any)) != 0 {
			t.Errorf("just created: %v", m)
		}
		time.Sleep(time.Minute)
		second := c.update(`{"image":"readme/bot:2"}`)["desiredDeploymentId"]
		if m := c.agent(); m["desiredDeploymentId"] != first || m["ready"] != true {
			t.Errorf("at once: %v", m)
		}
		time.Sleep(2 * time.Second)
		if m := c.agent(); m["desiredDeploymentId"] != second {
			t.Errorf("later: %v", m)
		}
	})
}

func TestAgents_severalInTheirRegions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, func(cfg *pipecat.Config) { cfg.Secrets["readme-dev-bot"] = map[string]string{"A": "b"} })
		c.must(private, "PUT", "/v1/secrets/far-bot", `{"secrets":[{"secretKey":"A","secretValue":"b"}],"region":"eu-central"}`)
		time.Sleep(time.Minute)
		for _, body := range []string{
			`{"serviceName":"readme","image":"readme/bot:1","secretSet":"readme-bot"}`,
			`{"serviceName":"readme-dev","image":"readme/bot:2","secretSet":"readme-dev-bot"}`,
			`{"serviceName":"readme-local","image":"readme/bot:3","secretSet":"far-bot","region":"eu-central"}`,
		} {
			c.must(private, "POST", "/v1/agents", body)
		}
		time.Sleep(time.Minute)
		names := func(query string) string {
			var out []string
			for _, s := range c.must(private, "GET", "/v1/agents"+query, "")["services"].([]any) {
				out = append(out, s.(map[string]any)["name"].(string))
			}
			slices.Sort(out)
			return strings.Join(out, " ")
		}
		if all, far := names("?includeActiveDeployment=true"), names("?region=eu-central"); all != "readme readme-dev readme-local" || far != "readme-local" {
			t.Errorf("all: %s; far away: %s", all, far)
		}
		c.must(public, "POST", "/v1/public/readme-dev/start", `{"createDailyRoom":true}`)
		for name, want := range map[string]float64{"readme": 0, "readme-dev": 1, "readme-local": 0} {
			if n := c.must(private, "GET", "/v1/agents/"+name, "")["activeSessionCount"]; n != want {
				t.Errorf("%s has %v sessions, want %v", name, n, want)
			}
		}
		if m := c.must(private, "GET", "/v1/secrets?region=eu-central", ""); len(m["sets"].([]any)) != 1 {
			t.Errorf("sets: %v", m)
		}
	})
}
