package host_test

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/host"
	"readme/cli/release"
)

func TestBuild_runsTheCommandInAFreshFolder(t *testing.T) {
	t.Parallel()
	h, dir := newHost(t, "")
	rec := &recorder{}
	b := host.Build{
		Service: "api", Root: "sub", Command: "cat a.txt; ls -l run.sh | cut -c1-10; cat link; echo err >&2; mkdir bin; echo built > bin/api",
		Archive: archive(t, file{name: "./", kind: tar.TypeDir, mode: 0o755}, file{name: "./sub/a.txt", body: "one\n"},
			file{name: "sub/run.sh", body: "#!/bin/sh\n", mode: 0o755}, file{name: "sub/link", body: "../top", kind: tar.TypeSymlink}, file{name: "top", body: "top\n"}),
		Say: rec.say,
	}
	out, err := h.Build(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if out.Cached || !strings.HasPrefix(out.Dir, filepath.Join(dir, "cache", "outputs", "api")) || filepath.Base(out.Dir) != "sub" {
		t.Errorf("got %+v", out)
	}
	if diff := cmp.Diff("one\n-rwxr-xr-x\ntop\nerr", rec.text()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	if text, err := os.ReadFile(filepath.Join(out.Dir, "bin", "api")); err != nil || string(text) != "built\n" {
		t.Errorf("got %q, %v", text, err)
	}
	if rest := left(t, dir); len(rest) != 1 {
		t.Errorf("left in the cache: %q", rest)
	}
}

func TestBuild_getsNothingOfThePersonButTheAllowList(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://production")
	t.Setenv("VERCEL_TOKEN", "secret")
	h, dir := newHost(t, "")
	rec := &recorder{}
	b := script(t, `env | grep -v ^PWD= | sort; touch "$TMPDIR/t"; case "$TMPDIR" in "$PWD"*) exit 1;; esac`, rec.say)
	b.Env = map[string]string{"API_URL": "http://127.0.0.1:1", "CI": "own"}
	if _, err := h.Build(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	temp := ""
	var got []string
	for line := range strings.SplitSeq(rec.text(), "\n") {
		if value, ok := strings.CutPrefix(line, "TMPDIR="); ok {
			temp, line = value, "TMPDIR=..."
		}
		got = append(got, line)
	}
	want := []string{
		"API_URL=http://127.0.0.1:1", "CI=own", "DO_NOT_TRACK=1", "GOFLAGS=-mod=mod -buildvcs=false -modcacherw", "GOPROXY=off",
		"HOME=" + filepath.Join(dir, "home"), "NEXT_TELEMETRY_DISABLED=1", "PATH=/usr/bin:/bin", "TMPDIR=...",
		"npm_config_audit=false", "npm_config_fund=false", "npm_config_update_notifier=false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(temp); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("TMPDIR %q is still there: %v", temp, err)
	}
}

func TestBuild_usesAnEqualBuildAgain(t *testing.T) {
	t.Parallel()
	base := host.Build{Service: "api", Command: "echo run", Env: map[string]string{"A": "1"}, Say: nobody}
	files := []file{{name: "a.txt", body: "one"}, {name: "b/c.txt", body: "two"}}
	tests := []struct {
		name   string
		change func(b *host.Build)
		files  []file
		cached bool
	}{
		{"everything equal, packed again", func(*host.Build) {}, []file{{name: "./a.txt", body: "one"}, files[1]}, true},
		{"another file", func(*host.Build) {}, []file{{name: "a.txt", body: "other"}, files[1]}, false},
		{"another name", func(*host.Build) {}, []file{{name: "d.txt", body: "one"}, files[1]}, false},
		{"another mode", func(*host.Build) {}, []file{{name: "a.txt", body: "one", mode: 0o755}, files[1]}, false},
		{"another command", func(b *host.Build) { b.Command = "echo walk" }, files, false},
		{"another variable", func(b *host.Build) { b.Env = map[string]string{"A": "2"} }, files, false},
		{"another root", func(b *host.Build) { b.Root = "b" }, files, false},
		{"another service", func(b *host.Build) { b.Service = "worker" }, files, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, _ := newHost(t, "")
			b := base
			b.Archive = archive(t, files...)
			first, err := h.Build(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			tt.change(&b)
			b.Archive = archive(t, tt.files...)
			second, err := h.Build(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			if second.Cached != tt.cached || (first.Dir == second.Dir) != tt.cached {
				t.Errorf("got %+v after %+v, want cached %v", second, first, tt.cached)
			}
		})
	}
}

func TestBuild_buildsOnceForTwoAtOnce(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, "")
	rec := &recorder{}
	b := script(t, "echo run", rec.say)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := h.Build(t.Context(), b); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if rec.text() != "run" {
		t.Errorf("got %q, want one run", rec.text())
	}
}

func TestBuild_failsWithTheEndOfTheLogAndLeavesNothing(t *testing.T) {
	t.Parallel()
	h, dir := newHost(t, "")
	rec := &recorder{}
	b := script(t, "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; exit 3", rec.say)
	_, err := h.Build(t.Context(), b)
	e, ok := errors.AsType[*host.BuildError](err)
	if !ok || e.Exit != 3 || len(e.Log) != 20 || e.Log[19] != "line 30" {
		t.Fatalf("got %+v", err)
	}
	if want := fmt.Sprintf("build api: %q ended with exit code 3", b.Command); err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if rest := left(t, dir); len(rest) > 0 {
		t.Errorf("left in the cache: %q", rest)
	}
	if n := len(rec.lines); n != 30 {
		t.Errorf("said %d lines, want 30", n)
	}
}

func TestBuild_isKilledWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	h, dir := newHost(t, "")
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	_, err := h.Build(ctx, script(t, "echo ready; sh -c 'sleep 1000' & wait", func(string) { cancel(cause) }))
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
	if rest := left(t, dir); len(rest) > 0 {
		t.Errorf("left in the cache: %q", rest)
	}
}

func TestBuild_keepsTheLatestOutputsAndThoseInUse(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, "")
	var dirs []string
	build := func(n int) host.Output {
		t.Helper()
		out, err := h.Build(t.Context(), script(t, fmt.Sprintf("echo %d", n), nobody))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for n := range 5 {
		out := build(n)
		dirs = append(dirs, out.Dir)
		// The clock of a file system may be coarse.
		when := time.Now().Add(time.Duration(n-10) * time.Hour)
		if err := os.Chtimes(filepath.Join(filepath.Dir(out.Dir), "complete"), when, when); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			p, err := h.Start(t.Context(), host.Run{Service: "api", Dir: out.Dir, Command: "sleep 1000", Say: func(string, string) {}})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Stop(t.Context())
		}
		if n == 2 {
			if again := build(1); !again.Cached { // a use counts, not only the making
				t.Errorf("build 1 was not kept: %+v", again)
			}
		}
	}
	var kept []bool
	for _, dir := range dirs {
		_, err := os.Stat(dir)
		kept = append(kept, err == nil)
	}
	if diff := cmp.Diff([]bool{true, true, false, false, true}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

// Lanes that build at the same time may be more than the cache has places: an output that was just built is about to be started.
func TestBuild_keepsWhatIsAboutToBeStarted(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, "") // keeps 2
	var dirs []string
	for n := range 4 {
		out, err := h.Build(t.Context(), script(t, fmt.Sprintf("echo %d", n), nobody))
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, out.Dir)
	}
	for n, dir := range dirs {
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("build %d is gone before it could start: %v", n, err)
		}
	}
}

func TestBuild_refusesBadArchives(t *testing.T) {
	t.Parallel()
	notGzip := write(t, filepath.Join(t.TempDir(), "x"), "this is not a gzip file", 0o600)
	tests := []struct{ name, archive, root, says string }{
		{"a name that leads outside", archive(t, file{name: "../evil", body: "x"}), "", "leads outside"},
		{"an absolute name", archive(t, file{name: "/tmp/evil", body: "x"}), "", "leads outside"},
		{"a link that leads outside", archive(t, file{name: "a/b", body: "../../etc", kind: tar.TypeSymlink}), "", "leads outside"},
		{"an absolute link", archive(t, file{name: "a", body: "/etc", kind: tar.TypeSymlink}), "", "leads outside"},
		{"a hard link", archive(t, file{name: "a", body: "/etc/passwd", kind: tar.TypeLink}), "", "neither file"},
		{"a device", archive(t, file{name: "a", kind: tar.TypeChar}), "", "neither file"},
		{"a file twice", archive(t, file{name: "a", body: "1"}, file{name: "a", body: "2"}), "", "file exists"},
		{"a way through a link", archive(t, file{name: "a", body: "b/../..", kind: tar.TypeSymlink}, file{name: "a/evil", body: "2"}), "", "outside"},
		{"no gzip", notGzip, "", "gzip"},
		{"no archive", "/no/such/file", "", "no such file"},
		{"no such folder in it", archive(t, file{name: "a", body: "1"}), "web", `no folder "web"`},
		{"a root outside", archive(t, file{name: "a", body: "1"}), "../x", "outside of the archive"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, dir := newHost(t, "")
			_, err := h.Build(t.Context(), host.Build{Service: "a/../b", Archive: tt.archive, Root: tt.root, Say: nobody})
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.HasPrefix(err.Error(), "build a/../b") {
				t.Errorf("got %v, want it to say %q", err, tt.says)
			}
			if rest := left(t, dir); len(rest) > 0 {
				t.Errorf("left in the cache: %q", rest)
			}
		})
	}
}

func TestBuild_ofAGoProgramWithoutTelemetry(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command:", err)
	}
	h, _ := newHost(t, filepath.Dir(program))
	rec := &recorder{}
	out, err := h.Build(t.Context(), host.Build{
		Service: "api", Say: rec.say, Command: "go telemetry; go build -o bin/api .", Env: map[string]string{"GOCACHE": goCache(t), "GOFLAGS": "-buildvcs=false"},
		Archive: archive(t, file{name: "go.mod", body: "module api\n\ngo 1.26.0\n"}, file{name: "main.go", body: "package main\n\nfunc main() { println(\"runs\") }\n"}),
	})
	if err != nil || rec.text() != "off" {
		t.Fatalf("got %q, %v", rec.text(), err)
	}
	ran, err := exec.Command(filepath.Join(out.Dir, "bin", "api")).CombinedOutput()
	if err != nil || string(ran) != "runs\n" {
		t.Errorf("got %q, %v", ran, err)
	}
}

// goCache is the cache of this test run, which holds the standard library.
func goCache(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestNew_deletesWhatIsNotComplete(t *testing.T) {
	t.Parallel()
	_, dir := newHost(t, "")
	cache := filepath.Join(dir, "cache")
	write(t, filepath.Join(cache, "outputs/api/half-1/src/a"), "x", 0o600)
	write(t, filepath.Join(cache, "outputs/api/whole-1/complete"), "", 0o600)
	write(t, filepath.Join(cache, "work/api-build-1/t"), "", 0o600)
	write(t, filepath.Join(cache, "modules/half/node_modules/x"), "", 0o600)
	if _, err := host.New(host.Config{Dir: cache, Home: filepath.Join(dir, "home")}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join(cache, "outputs/api/whole-1")}, left(t, dir)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestNew_saysThatItMayNotWrite(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := host.New(host.Config{Dir: filepath.Join(dir, "cache"), Home: filepath.Join(t.TempDir(), "home")})
	f := release.AsFault(err)
	if f.Title != "readme-ops may not write in "+dir || f.Try == "" || !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %+v", f)
	}
}

// builder builds something that never ends, and is killed.
func builder(dir, from string) {
	h, err := host.New(host.Config{Dir: filepath.Join(dir, "cache"), Home: dir, Env: map[string]string{"PATH": "/usr/bin:/bin"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = h.Build(context.Background(), host.Build{
		Service: "api", Archive: from, Say: func(line string) { fmt.Println(line) },
		Command: `mktemp -d >/dev/null; sh -c 'trap "" TERM; while :; do date > busy; sleep 0.01; done' & echo $$; wait`,
	})
	fmt.Println(err)
}

func TestBuild_leavesNothingWhenItsProcessIsKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HOST_TEST_DIR="+dir, "HOST_TEST_ARCHIVE="+archive(t, file{name: "a", body: "1"}))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if len(left(t, dir)) != 2 {
		t.Fatalf("while it builds: %q after %q", left(t, dir), line)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	deadline := time.Now().Add(30 * time.Second)
	for len(left(t, dir)) > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("after 30 s: %q", left(t, dir))
		}
		time.Sleep(10 * time.Millisecond)
	}
}
