package pipecat_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
	client "readme/cli/provider/pipecat"
	"readme/cli/provider/providertest"
	"readme/cli/release"
)

// byHost sends what goes to the API past the watch over the contract, and the rest to the storage.
type byHost struct{ watched, plain http.RoundTripper }

func (b byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		return b.watched.RoundTrip(r)
	}
	return b.plain.RoundTrip(r)
}

// theBot is the context of the product's own bot.
func theBot(t *testing.T) (archive string, c client.Context) {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"Dockerfile", "requirements.txt", "bot.py"} {
		text, err := os.ReadFile(filepath.Join("../../../services/bot", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	archive = filepath.Join(t.TempDir(), "context.tar.gz")
	if err := os.WriteFile(archive, pack(t, files), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := client.ReadContext(archive, "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	return archive, c
}

func TestClient_ofOursBuildsTheBotOnBadDaysToo(t *testing.T) {
	always := func(f fault.Fault) fault.Fault { f.Times = 0; return f }
	once := func(name string) fault.Fault { return fault.Fault{Name: name, Times: 1} }
	for name, x := range map[string]struct {
		bad  fault.Fault
		want string // "" is a build that is deployed and live; else a part of the error
		hit  bool   // it is not there to be built: cached
	}{
		"a good day":               {},
		"it fails":                 {bad: once(pipecat.FaultBuildFails), want: "exit code: 1"},
		"the vendor's time-out":    {bad: once(pipecat.FaultBuildTimeout), want: "took longer than the vendor allows"},
		"it is stuck":              {bad: once(pipecat.FaultBuildStuck), want: "is not over after 10m0s"},
		"it is slow":               {bad: once(pipecat.FaultBuildSlow)},
		"it was built before":      {bad: once(pipecat.FaultCachedBuild), hit: true},
		"the place has expired":    {bad: once(pipecat.FaultUploadURLExpired)},
		"the place never works":    {bad: always(once(pipecat.FaultUploadURLExpired)), want: "403"},
		"the storage refuses":      {bad: always(once(pipecat.FaultUploadRefused)), want: "403"},
		"the answer is cut":        {bad: fault.Fault{Name: fault.AnswerCut, Only: "POST /v1/builds", Times: 1}},
		"the upload's line is cut": {bad: fault.Fault{Name: fault.ConnectionCut, Only: "POST /pcc-build-context", Times: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := open(t)
				c, err := client.New(client.Options{
					Base: box, PrivateKey: release.NewSecret(private), Agent: "readme",
					Transport: byHost{e.rt, providertest.Serve(t, e.Handler())},
				})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(c.Close)
				if x.bad.Name != "" {
					if err := e.Faults().Set(x.bad); err != nil {
						t.Fatal(err)
					}
				}
				archive, ctx := theBot(t)
				var said []string
				id, cached, err := c.Build(t.Context(), client.BuildOrder{
					Archive: archive, Context: ctx, Dockerfile: "Dockerfile", Region: "us-west",
					Say: func(line string) { said = append(said, line) },
				})
				if x.want != "" {
					if full := inFull(err, said); !strings.Contains(full, x.want) {
						t.Errorf("got %s, want %s", full, x.want)
					}
					return
				}
				if err != nil || cached != x.hit {
					t.Fatalf("cached %v, %v", cached, err)
				}
				deployment, _, err := c.Deploy(t.Context(), client.Config{Build: id}, false)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if a := e.agent(); a["desiredDeploymentId"] != deployment || a["ready"] != true || len(e.builds()) != 1 {
					t.Errorf("%d builds; the agent: %v", len(e.builds()), a)
				}
			})
		})
	}
}

// inFull is an error and what its build wrote.
func inFull(err error, said []string) string {
	full := fmt.Sprint(err, "\n", strings.Join(said, "\n"))
	if b := new(client.BuildError); errors.As(err, &b) {
		full += strings.Join(b.Last, "\n")
	}
	return full
}

func (c *cloud) builds() []any {
	c.t.Helper()
	return c.must(private, "GET", "/v1/builds", "")["builds"].([]any)
}
