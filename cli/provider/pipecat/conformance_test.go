package pipecat_test

import (
	ctxt "context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"readme/cli/box/fault"
	box "readme/cli/box/pipecat"
	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/provider/providertest"
	"readme/cli/release"
)

// host is the client in the shape of the suite: what it is sent is built, and deployed by the id of the build.
type host struct {
	*pipecat.Client
	set   string
	cloud *box.Emulator // nil on a real account
	dead  *atomic.Bool
	posts *atomic.Int32 // of deployments
}

func (h host) Deploy(ctx ctxt.Context, r provider.Request) (string, error) {
	from, err := pipecat.ReadContext(r.Archive, "Dockerfile")
	if err != nil {
		return "", err
	}
	build, _, err := h.Build(ctx, pipecat.BuildOrder{Archive: r.Archive, Context: from, Dockerfile: "Dockerfile"})
	if err != nil {
		return "", err
	}
	cfg := pipecat.Config{Build: build, MinAgents: new(0), MaxAgents: new(1)}
	if s, found, err := h.Secrets(ctx, h.set); err == nil && found {
		cfg.SecretSet = s.Name
	}
	id, _, err := h.Client.Deploy(ctx, cfg, false)
	return id, err
}

func (h host) Restore(ctx ctxt.Context, to provider.Deployment, _ provider.Marker) (string, error) {
	was, err := pipecat.Settings(to.Settings)
	if err != nil {
		return "", err
	}
	id, _, err := h.Client.Restore(ctx, was)
	return id, err
}

func (h host) Variables(ctx ctxt.Context) ([]provider.Variable, error) {
	return h.ListVariables(ctx, h.set)
}

func (h host) SetVariables(ctx ctxt.Context, vars []provider.NewVariable) error {
	return h.WriteVariables(ctx, h.set, vars)
}

func (h host) Outdated(_ ctxt.Context, _ provider.Deployment) ([]string, error) {
	return h.Unrolled(h.set), nil
}

// Missing leaves the agent out, since its first deploy makes it.
func (h host) Missing(ctx ctxt.Context) ([]string, error) {
	_, found, err := h.Secrets(ctx, h.set)
	if found || err != nil {
		return nil, err
	}
	return []string{"secret set " + h.set}, nil
}

func (h host) Make(ctx ctxt.Context, _ provider.Request, variables map[string]release.Secret) error {
	return h.PutSecrets(ctx, h.set, variables)
}

// emulated is a client at an emulator of its own, in a bubble.
func emulated(t *testing.T, key, set string) host {
	t.Helper()
	cloud, err := box.Open(t.Context(), box.Config{
		Dir: t.TempDir(), PrivateKey: "sk_local", PublicKey: "pk_local", Pace: 3 * time.Second,
		Secrets: map[string]map[string]string{"readme-bot": {"OPENAI_API_KEY": "a-value"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := host{set: set, cloud: cloud, dead: new(atomic.Bool), posts: new(atomic.Int32)}
	served := providertest.Serve(t, cloud.Handler())
	h.Client, err = pipecat.New(pipecat.Options{Base: "https://api.pipecat.test", PrivateKey: release.NewSecret(key), Agent: "readme", Transport: transport(func(r *http.Request) (*http.Response, error) {
		if h.dead.Load() {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/v1/agents") {
			h.posts.Add(1)
		}
		return served.RoundTrip(r)
	})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Close()
		_ = cloud.Close(ctxt.Background())
	})
	return h
}

// request is a bot with this Dockerfile; note makes it another one than its siblings.
func request(t *testing.T, dockerfile, note string) provider.Request {
	t.Helper()
	archive, _ := context(t, map[string]string{"Dockerfile": dockerfile, "bot.py": "# " + note + "\nasync def bot(args):\n    pass\n"})
	return provider.Request{Service: "bot", Archive: archive}
}

const goodBot = "FROM dailyco/pipecat-base:0.1.27-py3.12\nCOPY bot.py ./\n"

// subject is what both accounts have in common: the emulator's, and a real one.
func subject(run string) providertest.Subject {
	return providertest.Subject{
		Vendor: "pipecat",
		Request: func(t *testing.T, n int) provider.Request {
			t.Helper()
			return request(t, goodBot, fmt.Sprintf("%s, release %d", run, n))
		},
		// A build fails before there is a deployment. One that fails later is what the vendor calls the agent's from
		// then on, so the rule that asks what serves cannot be put to it: the table of readiness has those.
		Broken: func(t *testing.T) provider.Request {
			t.Helper()
			return request(t, "FROM dailyco/pipecat-base:0.1.27-py3.12\nCOPY nothing-of-the-kind.txt ./\n", run)
		},
		Says: "nothing-of-the-kind.txt",
		Mend: "PIPECAT_PRIVATE_KEY",
		Poll: 5 * time.Second, Within: 15 * time.Minute, Lag: 30 * time.Second,
	}
}

// bears holds a deployment to its request by what it was built from: the vendor keeps no marker of ours.
func bears(of func() *pipecat.Client) func(t *testing.T, d provider.Deployment, r provider.Request) {
	return func(t *testing.T, d provider.Deployment, r provider.Request) {
		t.Helper()
		want, err := pipecat.ReadContext(r.Archive, "Dockerfile")
		if err != nil {
			t.Fatal(err)
		}
		if b, err := of().ReadBuild(t.Context(), d.Build); err != nil || !want.Is(b.Hash) {
			t.Errorf("deployment %s was built from %s, want %s; %v", d.ID, b.Hash, want.Hash, err)
		}
	}
}

func TestPipecat_keepsWhatAllClientsPromise(t *testing.T) {
	var last *pipecat.Client
	s := subject("emulated")
	s.In = synctest.Test
	s.New = func(t *testing.T) providertest.Host {
		t.Helper()
		h := emulated(t, "sk_local", "readme-bot")
		last = h.Client
		return h
	}
	s.Bears = bears(func() *pipecat.Client { return last })
	s.WrongToken = func(t *testing.T) providertest.Host {
		t.Helper()
		return emulated(t, "sk_another", "readme-bot")
	}
	s.Token, s.Variable = "sk_another", "OPENAI_API_KEY"
	s.Nothing = func(t *testing.T) providertest.Host {
		t.Helper()
		h := emulated(t, "sk_local", "readme-new")
		last = h.Client
		return h
	}
	s.Cut = func(t *testing.T, h providertest.Host) {
		t.Helper()
		if err := h.(host).cloud.Faults().Set(fault.Fault{Name: fault.AnswerCut, Only: "POST /v1/agents", Times: 1}); err != nil {
			t.Fatal(err)
		}
	}
	s.Made = func(_ *testing.T, h providertest.Host) int { return int(h.(host).posts.Load()) }
	strike := func(name string) func(*testing.T, providertest.Host) {
		return func(t *testing.T, h providertest.Host) {
			t.Helper()
			if err := h.(host).cloud.Faults().Set(fault.Fault{Name: name, Times: 1}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.Lose, s.Late = strike(box.FaultSecretsLost), strike(box.FaultSecretsSlow)
	s.Hang = func(_ *testing.T, h providertest.Host) { h.(host).dead.Store(true) }
	providertest.Run(t, s)
}

// It makes agents and secret sets of their own at a real organization, and takes them away again. Each agent scales to
// zero, and no session is started. The builds stay: the vendor has no call that removes one.
func TestPipecat_keepsItOnARealAccount(t *testing.T) {
	env := providertest.Live(t, os.Getenv, "PIPECAT_PRIVATE_KEY")
	var last *pipecat.Client
	open := func(t *testing.T, key string) host {
		t.Helper()
		name := "readme-ops-" + uuid.NewString()[:8]
		h := host{set: name, posts: new(atomic.Int32)}
		var err error
		h.Client, err = pipecat.New(pipecat.Options{Base: os.Getenv("PIPECAT_API_HOST"), PrivateKey: release.NewSecret(key), Agent: name})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := h.Discard(ctxt.WithoutCancel(t.Context()), name); err != nil && provider.StatusOf(err) != http.StatusUnauthorized {
				t.Errorf("agent and secret set %s stay at the vendor: %v", name, err)
			}
			h.Close()
		})
		last = h.Client
		return h
	}
	s := subject(uuid.NewString())
	s.New = func(t *testing.T) providertest.Host {
		t.Helper()
		return open(t, env["PIPECAT_PRIVATE_KEY"])
	}
	s.Nothing = s.New
	s.Bears = bears(func() *pipecat.Client { return last })
	s.WrongToken = func(t *testing.T) providertest.Host {
		t.Helper()
		return open(t, "sk_00000000-0000-4000-8000-000000000000")
	}
	s.Token = "sk_00000000-0000-4000-8000-000000000000"
	providertest.Run(t, s)
}
