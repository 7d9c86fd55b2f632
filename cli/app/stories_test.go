package app_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"readme/cli/box"
)

var update = flag.Bool("update", false, "write what the program prints into the stories' cmp files")

// TestStories runs the real binary through what people do with it, one txtar file a story.
func TestStories(t *testing.T) {
	bin := buildBinary(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/stories",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Setup: func(e *testscript.Env) error { return setup(e, bin) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"product":       product,
			"whole-product": wholeProduct,
			"wait-for":      waitFor,
			"signal":        signalTo,
			"no-process":    noProcess,
			"trap":          trap,
			"untouched":     untouched,
			"edit":          edit,
			"code":          code,
			"occupy":        occupy,
			"tty":           tty,
			"sql":           sql,
			"between":       between,
			"cut":           cut,
			"mend":          mend,
			"by-hand":       byHand,
			"webhook":       webhook,
		},
	})
}

func buildBinary(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-o", dir+"/readme-ops", "./cli/readme-ops")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}

// setup gives a story an environment of its own: an empty HOME, and of the outside only what finds and feeds the tools.
func setup(e *testscript.Env, bin string) error {
	home := filepath.Join(e.WorkDir, "home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	e.Setenv("HOME", home)
	e.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	e.Setenv("BIN", bin)
	e.Setenv("CI", "")
	e.Setenv("TERM", "dumb")
	e.Setenv("NO_COLOR", "1")
	for _, name := range []string{"GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOSUMDB", "GOFLAGS", "GOTOOLCHAIN"} {
		if out, err := exec.Command("go", "env", name).Output(); err == nil {
			e.Setenv(name, strings.TrimSpace(string(out)))
		}
	}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "npm_config_cache", "npm_config_registry"} {
		if v, ok := os.LookupEnv(name); ok {
			e.Setenv(name, v)
		}
	}
	e.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(home, ".gitconfig"))
	e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	git := "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n[safe]\n\tdirectory = *\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(git), 0o644); err != nil {
		return err
	}
	if cache, err := exec.Command("npm", "config", "get", "cache").Output(); err == nil {
		e.Setenv("npm_config_cache", strings.TrimSpace(string(cache)))
	}
	e.Defer(func() { forget(e, bin) })
	fixture, err := filepath.Abs("testdata/product")
	e.Setenv("PRODUCT", fixture)
	e.Setenv("REPOSITORY", filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(fixture)))))
	return err
}

// forget resets the boxes of a story: as root they keep things outside of its folder.
func forget(e *testscript.Env, bin string) {
	boxes, _ := filepath.Glob(filepath.Join(e.WorkDir, "*", ".readme-ops", "box"))
	for _, b := range boxes {
		cmd := exec.Command(filepath.Join(bin, "readme-ops"), "box", "reset", "--dir", filepath.Dir(filepath.Dir(b)))
		cmd.Env = e.Vars
		_ = cmd.Run()
	}
}

// product [DIR] copies the small product into a folder, as a git repository with one commit, and goes there.
func product(ts *testscript.TestScript, _ bool, args []string) {
	dir := filepath.Join(ts.Getenv("WORK"), "product") // not in the product of before: forget and no-process look there
	if len(args) > 0 {
		dir = filepath.Join(ts.Getenv("WORK"), args[0])
	}
	ts.Check(os.CopyFS(dir, os.DirFS(ts.Getenv("PRODUCT"))))
	ts.Check(os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(".readme-ops/\n.env.*\n"), 0o644))
	commit(ts, dir)
}

// whole-product copies this repository's own files, as git knows them, into a repository of one commit, and goes there.
func wholeProduct(ts *testscript.TestScript, _ bool, _ []string) {
	dir := ts.MkAbs("readme")
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = ts.Getenv("REPOSITORY")
	out, err := list.Output()
	ts.Check(err)
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		from := filepath.Join(list.Dir, name)
		info, err := os.Lstat(from)
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted in the work tree, or a link
		}
		raw, err := os.ReadFile(from)
		ts.Check(err)
		ts.Check(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		ts.Check(os.WriteFile(filepath.Join(dir, name), raw, info.Mode().Perm()))
	}
	commit(ts, dir)
}

func commit(ts *testscript.TestScript, dir string) {
	ts.Check(ts.Chdir(dir))
	for _, argv := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "the product"}} {
		ts.Check(ts.Exec("git", argv...))
	}
}

// edit FILE OLD NEW replaces a text that must be there; \n is a new line.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	old := ts.ReadFile(args[0])
	args[1] = strings.ReplaceAll(args[1], `\n`, "\n")
	if !strings.Contains(old, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(old, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))), 0o644))
}

// code N COMMAND... runs a command that must end with that exit code. Its output is what stdout and stderr look at.
func code(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("got exit code %d, want %d", got, want)
	}
}

// wait-for FILE TEXT waits until a file holds a text.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	const patience = 90 * time.Second
	for began := time.Now(); time.Since(began) < patience; time.Sleep(20 * time.Millisecond) {
		raw, _ := os.ReadFile(ts.MkAbs(args[0]))
		if strings.Contains(string(raw), args[1]) {
			return
		}
	}
	raw, _ := os.ReadFile(ts.MkAbs(args[0]))
	ts.Fatalf("%q did not come within %s; %s holds:\n%s", args[1], patience, args[0], raw)
}

// signal NAME FILE sends a signal to the process whose number is in a file.
func signalTo(ts *testscript.TestScript, _ bool, args []string) {
	sig := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}[args[0]]
	pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile(args[1])))
	ts.Check(err)
	ts.Check(syscall.Kill(pid, sig))
}

// no-process waits until no process of this story is left: none whose environment names the story's folder.
func noProcess(ts *testscript.TestScript, _ bool, _ []string) {
	const patience = 30 * time.Second
	var left []string
	for began := time.Now(); time.Since(began) < patience; time.Sleep(50 * time.Millisecond) {
		if left = processesOf(ts.Getenv("WORK")); len(left) == 0 {
			return
		}
	}
	ts.Fatalf("still running after %s:\n%s", patience, strings.Join(left, "\n"))
}

// processesOf lists the processes that have to do with a folder, by their environment, command or working directory. As
// root the boxes of its projects build and run in folders outside of it, which are named by a key.
func processesOf(dir string) []string {
	names := []string{dir}
	projects, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, p := range projects {
		names = append(names, "readme-ops/"+box.Key(p))
	}
	var out []string
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		cmd, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		cwd, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		all := string(env) + "\x00" + string(cmd) + "\x00" + cwd
		if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(all, name) }) {
			out = append(out, strconv.Itoa(pid)+" "+strings.ReplaceAll(string(cmd), "\x00", " "))
		}
	}
	return out
}

// traps holds each story's trap by its folder.
var traps sync.Map

// counter is a listener that counts who connects.
type counter struct {
	net.Listener
	n atomic.Int64
}

// occupy NAME... takes the ports that the box has kept under these names.
func occupy(ts *testscript.TestScript, _ bool, args []string) {
	var box struct{ Ports map[string]int }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(".readme-ops/box/box.json")), &box))
	for _, name := range args {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", box.Ports[name]))
		ts.Check(err)
		ts.Defer(func() { _ = l.Close() })
	}
}

// trap VARIABLE... opens a listener, puts its address into the variables as a URL, and counts who connects.
func trap(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	c := &counter{Listener: l}
	ts.Defer(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.n.Add(1)
			_ = conn.Close()
		}
	}()
	for _, name := range args {
		scheme := map[string]string{"DATABASE_URL": "postgres", "REDIS_URL": "redis"}[name]
		if scheme == "" {
			scheme = "http"
		}
		ts.Setenv(name, fmt.Sprintf("%s://someone:secret-canary@%s/production", scheme, l.Addr()))
	}
	traps.Store(ts.Getenv("WORK"), c)
}

// untouched fails if the trap was ever connected to.
func untouched(ts *testscript.TestScript, _ bool, _ []string) {
	c, _ := traps.Load(ts.Getenv("WORK"))
	if n := c.(*counter).n.Load(); n != 0 {
		ts.Fatalf("the servers of the shell got %d connections", n)
	}
}
