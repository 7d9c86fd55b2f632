package baddays_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
	"readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
	"readme/cli/box/supabase"
	"readme/cli/box/vercel"
	"readme/cli/release"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(300) // each world is small and short, and there are hundreds
	goleak.VerifyTestMain(m)
}

// kind is how the product comes to its vendors.
type kind string

const (
	fromUploads kind = ""            // archives to Railway and Vercel, a cloud build of the bot
	fromCommits kind = "from-commit" // both fetch the commit
	fromImages  kind = "from-image"  // Railway and Pipecat run images; Vercel cannot
)

// flaw is what is wrong with version 2 itself, so that a release has to go back where no vendor is to blame.
type flaw string

const (
	flawless   flaw = ""
	flawSmoke  flaw = "smoke"  // its page fails wherever it is reached
	flawDomain flaw = "domain" // its page fails on the domain alone, after the promote
)

// Where the vendors are, and what opens them.
const (
	railwayAt, vercelAt, pipecatAt, supabaseAt = "127.0.0.1:7001", "127.0.0.1:7002", "127.0.0.1:7003", "127.0.0.1:7004"
	domain                                     = "127.0.0.1:8000" // the client's
	railwayToken, vercelToken                  = "railway-token-secret", "vercel_token_secret"
	pipecatKey, pipecatPublic, supabaseKey     = "sk_pipecat_secret", "pk_pipecat_public", "sb_secret_supabase"
	botWait                                    = 50 * time.Second
	pace                                       = 2 * time.Second
)

// world is the product at four emulated vendors.
type world struct {
	*testing.T
	kind    kind
	dir     string
	net     *railwaytest.Net
	visitor *http.Transport // whoever looks at the product from outside
	machine *machine
	flaw    flaw
	runs    int

	railway  *railway.Emulator
	vercel   *vercel.Emulator
	pipecat  *pipecat.Emulator
	supabase *supabase.Emulator
	closers  []func()

	mu   sync.Mutex
	port int
}

// emptiness is what there is before the first release.
type emptiness int

const (
	furnished emptiness = iota // a founder has made all that is needed
	empty                      // only the Railway project and the Vercel project
	bare                       // not even the Vercel project
	butASet                    // as empty, and the bot's secret set, which lacks a key
)

// folder is a test's own, in memory where the machine has a place for that: the emulators sync all that they accept, and
// hundreds of worlds wait for the disk otherwise.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "baddays-") //nolint:usetesting // t.TempDir lies on the disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// in runs f in a world of its own, with a clock of its own.
func in(t *testing.T, k kind, has emptiness, f func(w *world)) {
	t.Helper()
	dir := folder(t)
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, kind: k, dir: dir, net: railwaytest.NewNet(), port: 8000}
		w.machine = &machine{w: w, built: map[string]bool{}, alive: map[*process]bool{}}
		w.visitor = w.transport()
		defer w.close()
		w.open(has)
		f(w)
	})
}

func (w *world) close() {
	for _, c := range slices.Backward(w.closers) {
		c()
	}
	w.visitor.CloseIdleConnections()
	if n := len(w.machine.alive); n > 0 {
		w.Errorf("%d processes are left", n)
	}
}

func (w *world) transport() *http.Transport {
	return &http.Transport{DialContext: w.net.Dial, IdleConnTimeout: time.Minute}
}

func (w *world) open(has emptiness) {
	w.Helper()
	ctx := w.Context()
	env := railway.Environment{Name: "dev", Token: railwayToken}
	sets := map[string]map[string]string{}
	var projects []vercel.Project
	if has == butASet {
		sets[secretIn] = map[string]string{"OTHER": "x"}
	}
	if has != bare { // Vercel protects a project that is made over its API, and its checks need a secret then
		projects = []vercel.Project{{Name: product, Env: map[string]string{"BOT_START_URL": startURL, "BOT_START_PUBLIC_API_KEY": pipecatPublic}}}
		if w.kind == fromCommits {
			projects[0].Repo, projects[0].Root = repo, "services/client"
		}
	}
	if has == furnished {
		admin := map[string]string{"ADMIN_TOKEN": adminKey}
		env.Services = []railway.Service{{Name: "api", Public: true, Variables: admin}, {Name: "worker"}}
		if w.kind == fromCommits {
			for i := range env.Services {
				env.Services[i].Repo = repo
			}
		}
		sets[secretIn] = map[string]string{"OPENAI_API_KEY": botKey}
	}
	var err error
	w.railway, err = railway.Open(ctx, railway.Config{
		Dir: filepath.Join(w.dir, "railway"), Projects: []railway.Project{{Name: product, Environments: []railway.Environment{env}}},
		Host: w.machine, Forge: hosting{}, Dial: w.net.Dial, Pace: pace,
		Edge: func(_, _, _ string) (net.Listener, error) { return w.net.Listen(w.address()) },
	})
	w.serve(railwayAt, err, func() http.Handler { return w.railway.Handler() }, func(ctx context.Context) { err = w.railway.Close(ctx) })
	w.vercel, err = vercel.Open(ctx, vercel.Config{
		Dir: filepath.Join(w.dir, "vercel"), Token: vercelToken, Projects: projects,
		Host: w.machine, Forge: hosting{}, Dial: w.net.Dial, Pace: pace,
		Edge: func(name string) (net.Listener, error) {
			if name == "production" {
				return w.net.Listen(domain)
			}
			return w.net.Listen(w.address())
		},
	})
	w.serve(vercelAt, err, func() http.Handler { return w.vercel.Handler() }, func(ctx context.Context) { w.vercel.Close(ctx) })
	w.pipecat, err = pipecat.Open(ctx, pipecat.Config{
		Dir: filepath.Join(w.dir, "pipecat"), PrivateKey: pipecatKey, PublicKey: pipecatPublic, Secrets: sets, Pace: pace,
	})
	w.serve(pipecatAt, err, func() http.Handler { return w.pipecat.Handler() }, func(ctx context.Context) { err = w.pipecat.Close(ctx) })
	w.supabase, err = supabase.Open(ctx, supabase.Config{Dir: filepath.Join(w.dir, "supabase"), SecretKey: supabaseKey})
	w.serve(supabaseAt, err, func() http.Handler { return w.supabase.Handler() }, func(ctx context.Context) { err = w.supabase.Close(ctx) })
	if err := os.MkdirAll(filepath.Join(w.dir, "project", "services", "bot"), 0o700); err != nil {
		w.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(w.dir, "archives"), 0o700); err != nil {
		w.Fatal(err)
	}
}

// serve puts an emulator on the network, for as long as the world lasts.
func (w *world) serve(at string, err error, h func() http.Handler, end func(context.Context)) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	stop, err := w.net.Serve(at, h())
	if err != nil {
		w.Fatal(err)
	}
	w.closers = append(w.closers, func() {
		stop()
		end(context.WithoutCancel(w.Context()))
	})
}

func (w *world) address() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.port++
	return "127.0.0.1:" + strconv.Itoa(w.port)
}

// boards are the vendors' switches, by the names that `box fault` knows them by.
func (w *world) boards() map[string]*fault.Board {
	return map[string]*fault.Board{
		"railway": w.railway.Faults(), "vercel": w.vercel.Faults(), "pipecat": w.pipecat.Faults(), "supabase": w.supabase.Faults(),
	}
}

func (w *world) clear() {
	for _, b := range w.boards() {
		b.Clear("")
	}
}

// secrets are what no event may hold.
func secrets() []string {
	return []string{railwayToken, vercelToken, pipecatKey, pipecatPublic, supabaseKey, adminKey, botKey}
}

const startURL = "http://" + pipecatAt + "/v1/public/" + product + "/start"

func hidden(values map[string]string) map[string]release.Secret {
	out := map[string]release.Secret{}
	for k, v := range values {
		out[k] = release.NewSecret(v)
	}
	return out
}
