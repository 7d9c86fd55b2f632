package sweep_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// world is a box that is up, and the program to release with.
type world struct {
	bin, dir, home string
	caches         []string // where Go's and npm's are, as variables: HOME is another here
}

// newWorld starts the box of a product, which fill writes into a folder, as a git repository of one commit.
func newWorld(t *testing.T, fill func(t *testing.T, dir string)) *world {
	t.Helper()
	work := t.TempDir()
	w := &world{bin: filepath.Join(work, "readme-ops"), dir: filepath.Join(work, "product"), home: filepath.Join(work, "home"), caches: caches()}
	build := exec.Command("go", "build", "-o", w.bin, "./cli/readme-ops")
	build.Dir = "../../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := os.MkdirAll(w.home, 0o755); err != nil {
		t.Fatal(err)
	}
	fill(t, w.dir)
	git(t, w.dir, "init", "-q", "-b", "main")
	git(t, w.dir, "add", "-A")
	git(t, w.dir, "commit", "-q", "-m", "the product")
	up := w.command(w.dir, "box", "up")
	said := &output{}
	up.Stdout, up.Stderr = said, said
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = up.Process.Signal(syscall.SIGTERM)
		if err := up.Wait(); err != nil || t.Failed() {
			t.Logf("the box: %v\n%s", err, said)
		}
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
	cmd.Env = append(append(os.Environ(), w.caches...), "HOME="+w.home, "CI=", "GITHUB_ACTIONS=", "NO_COLOR=1", "TERM=dumb", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func caches() []string {
	var found []string
	for _, name := range []string{"GOPATH", "GOMODCACHE", "GOCACHE"} {
		if out, err := exec.Command("go", "env", name).Output(); err == nil {
			found = append(found, name+"="+strings.TrimSpace(string(out)))
		}
	}
	if out, err := exec.Command("npm", "config", "get", "cache").Output(); err == nil {
		found = append(found, "npm_config_cache="+strings.TrimSpace(string(out)))
	}
	return found
}
