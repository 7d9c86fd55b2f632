package host_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/host"
)

// collector keeps the lines of a service and tells when one has come.
type collector struct {
	recorder
	ready chan struct{}
	once  sync.Once
}

func (c *collector) said(stream, line string) {
	c.say(stream + ": " + line)
	if line == "ready" {
		c.once.Do(func() { close(c.ready) })
	}
}

func TestStart_givesTheServiceItsVariablesAndNothingElse(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://production")
	h, dir := newHost(t, "")
	c := &collector{}
	service := t.TempDir()
	write(t, filepath.Join(service, "bin", "my api"), "#!/bin/sh\nenv | grep -v ^PWD= | sort; echo \"$1|$2\" >&2; exit 5\n", 0o755)
	p, err := h.Start(t.Context(), host.Run{
		Service: "api", Dir: service, Command: `'./bin/my api' "two words" \$x`, Env: map[string]string{"PORT": "8080"}, Say: c.said,
	})
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if p.Exit() != 5 {
		t.Errorf("got exit %d, want 5", p.Exit())
	}
	var out, errs []string
	temp := ""
	for _, line := range c.lines {
		if value, ok := strings.CutPrefix(line, "stdout: TMPDIR="); ok {
			temp, line = value, "stdout: TMPDIR=..."
		}
		if strings.HasPrefix(line, "stderr") {
			errs = append(errs, line)
		} else {
			out = append(out, line)
		}
	}
	want := []string{"stdout: HOME=" + filepath.Join(dir, "home"), "stdout: PATH=/usr/bin:/bin", "stdout: PORT=8080", "stdout: TMPDIR=..."}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"stderr: two words|$x"}, errs); diff != "" {
		t.Errorf("stderr (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(temp); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("TMPDIR %q is still there: %v", temp, err)
	}
}

func TestStop_endsAllProcessesOfTheService(t *testing.T) {
	t.Parallel()
	h, dir := newHost(t, "")
	c := &collector{ready: make(chan struct{})}
	p, err := h.Start(t.Context(), host.Run{
		Service: "client", Dir: dir, Drain: 100 * time.Millisecond, Say: c.said,
		Command: `sh -c 'echo $$; sh -c "trap \"\" TERM; sh -c \"echo ready; sleep 1000\" & wait" & wait'`,
	})
	if err != nil {
		t.Fatal(err)
	}
	<-c.ready
	p.Stop(t.Context())
	if p.Exit() != -1 {
		t.Errorf("got exit %d, want -1", p.Exit())
	}
	pid := strings.TrimPrefix(c.lines[0], "stdout: ")
	out, err := exec.Command("ps", "-A", "-o", "pgid=,stat=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); f[0] == pid && !strings.HasPrefix(f[1], "Z") {
			t.Errorf("left running: %s", line)
		}
	}
}

func TestStart_saysWhatIsWrongWithACommand(t *testing.T) {
	t.Parallel()
	for command, says := range map[string]string{
		"":                       "it is empty",
		"./bin/missing":          "no such file",
		"no-such-program":        "executable file not found",
		"npx next start | tee x": "needs a shell",
	} {
		h, dir := newHost(t, "")
		_, err := h.Start(t.Context(), host.Run{Service: "api", Dir: dir, Command: command, Say: func(string, string) {}})
		if err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "start api: ") {
			t.Errorf("%q: got %v, want it to say %q", command, err, says)
		}
		if rest := left(t, dir); len(rest) > 0 {
			t.Errorf("%q: left %q", command, rest)
		}
	}
}
