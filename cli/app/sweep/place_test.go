package sweep_test

import (
	"bytes"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/joho/godotenv"
)

// place is one environment of the box, with a checkout and records of its own, so that several are released at once.
type place struct {
	*world
	env  string
	at   string // the checkout
	real string // the address of its database without a proxy
	trap *trap
	n    int // the last change

	domain string // of its client
}

// clone is a place with a checkout of its own.
func (w *world) clone(t *testing.T, env string) *place {
	t.Helper()
	at := filepath.Join(filepath.Dir(w.dir), env)
	git(t, filepath.Dir(w.dir), "clone", "-q", w.dir, at)
	return w.place(t, env, at)
}

// place leads all that an environment talks to through the trap.
func (w *world) place(t *testing.T, env, at string) *place {
	t.Helper()
	p := &place{world: w, env: env, at: at, trap: newTrap()}
	out, err := w.command(w.dir, "box", "env", env).Output()
	if err != nil {
		t.Fatal(err)
	}
	values, err := godotenv.UnmarshalBytes(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"RAILWAY_API_URL", "VERCEL_API_URL", "PIPECAT_API_HOST", "SUPABASE_URL"} {
		values[name] = vendorProxy(t, values[name], env, p.trap)
	}
	p.real = values["DATABASE_URL"]
	u, err := url.Parse(p.real)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = postgresProxy(t, u.Host, p.trap)
	values["DATABASE_URL"] = u.String()
	if err := godotenv.Write(values, filepath.Join(p.at, ".env."+env)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(p.at, ".env."+env), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// end is how a command ended.
type end struct {
	code   int // -1: killed
	out    string
	killed bool
}

// run runs a command in the environment, and kills it where the trap springs.
func (p *place) run(t *testing.T, at *point, args ...string) end {
	t.Helper()
	const patience = 10 * time.Minute // a first npm ci, on a machine with much else to do
	cmd := p.command(p.at, append(args, "--env", p.env)...)
	said := &output{}
	cmd.Stdout, cmd.Stderr = said, said
	killed := make(chan struct{})
	var once sync.Once
	p.trap.arm(at, func() {
		once.Do(func() {
			close(killed)
			_ = cmd.Process.Kill()
		})
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	defer late.Stop()
	err := cmd.Wait()
	e := end{out: said.String()}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		e.code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	select {
	case <-killed:
		e.killed = true
	default:
	}
	return e
}

// output collects what a process writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
