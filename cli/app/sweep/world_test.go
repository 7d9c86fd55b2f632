package sweep_test

import (
	"bytes"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/joho/godotenv"
)

// world is a box that is up, and the program to release with.
type world struct {
	bin, dir, home string
}

func newWorld(t *testing.T, envs []string) *world {
	t.Helper()
	work := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{bin: filepath.Join(work, "readme-ops"), dir: filepath.Join(work, "small"), home: filepath.Join(work, "home")}
	build := exec.Command("go", "build", "-o", w.bin, "./cli/readme-ops")
	build.Dir = "../../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := os.MkdirAll(w.home, 0o755); err != nil {
		t.Fatal(err)
	}
	project(t, w.dir, self, envs)
	up := w.command(w.dir, "box", "up")
	said := &output{}
	up.Stdout, up.Stderr = said, said
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = up.Process.Signal(syscall.SIGTERM)
		_ = up.Wait()
		_ = w.command(w.dir, "box", "reset").Run()
	})
	for began := time.Now(); !strings.Contains(said.String(), "the box is up"); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			t.Fatalf("the box does not come up:\n%s", said)
		}
	}
	return w
}

func (w *world) command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(w.bin, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+w.home, "CI=", "GITHUB_ACTIONS=", "NO_COLOR=1", "TERM=dumb", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

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

func (w *world) place(t *testing.T, env string) *place {
	t.Helper()
	p := &place{world: w, env: env, at: filepath.Join(filepath.Dir(w.dir), env), trap: newTrap()}
	git(t, filepath.Dir(w.dir), "clone", "-q", w.dir, p.at)
	out, err := w.command(w.dir, "box", "env", env).Output()
	if err != nil {
		t.Fatal(err)
	}
	values, err := godotenv.UnmarshalBytes(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"RAILWAY_API_URL", "VERCEL_API_URL", "PIPECAT_API_HOST", "SUPABASE_URL"} {
		values[name] = vendorProxy(t, values[name], p.trap)
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
	const patience = 3 * time.Minute
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
