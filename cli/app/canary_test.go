package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/joho/godotenv"
)

// The secrets that the test plants beside those of the box. Each has its own way of getting past a mask.
const (
	awkward = `cn4ry<"&w/rd+ =é%~(1)!`
	pem     = "-----BEGIN CANARY KEY-----\nMIICcanaryFirstLine0123456789\nSecondCanaryLine/9876543210==\n-----END CANARY KEY-----"
	bearer  = "canary-0123456789abcdef-0123456789abcdef"
)

// leaky is a service that tells everything it knows: when it begins, when it is asked, and where it fails.
const leaky = `
func init() {
	for _, name := range []string{"ADMIN_TOKEN", "DATABASE_URL", "AWKWARD", "PEM"} {
		v := os.Getenv(name)
		j, _ := json.Marshal(map[string]string{"value": v})
		fmt.Println("leak raw", name, v)
		fmt.Println("leak json", string(j))
		fmt.Printf("leak go %q\n", v)
		fmt.Println("leak url", url.QueryEscape(v), url.PathEscape(v))
		fmt.Println("leak base64", base64.StdEncoding.EncodeToString([]byte(v)), base64.RawURLEncoding.EncodeToString([]byte("user:"+v)))
		fmt.Printf("leak hex %x\n", v)
	}
	http.HandleFunc("/leak", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		fmt.Fprintf(w, "%s\n%v\n%s", os.Getenv("AWKWARD"), r.Header, os.Getenv("DATABASE_URL"))
	})
}
`

// secretive is a product whose every part gives its secrets away, released to a box that plays its vendors.
type secretive struct {
	t       *testing.T
	bin     string
	dir     string
	environ []string
	said    bytes.Buffer // all that was printed
	secrets map[string]string

	mu  sync.Mutex
	ps  map[string]bool // command lines that were seen
	end chan struct{}
}

func TestNoSecretLeavesAReleaseWhateverHappens(t *testing.T) {
	t.Parallel()
	s := newSecretive(t)
	s.watchProcesses()
	s.run(0, "release", "--env", "dev", "--yes", "--report", "junit=reports/good.xml", "--report", "summary=reports/good.md")
	s.run(0, "plan", "--env", "dev", "--view", "json", "--report", "summary=reports/plan.md")
	s.run(0, "logs", "api", "--env", "dev")
	s.run(0, "logs", "api", "--env", "dev", "--build")
	s.run(0, "status", "--env", "dev")

	s.write("api/main.go", s.read("api/main.go")+"\n// and a change, for a check of what did not change is no reason to go back\n")
	s.edit("release.yaml", "http: GET ${api.url}/health", "http: GET ${api.url}/leak\n    headers: {X-Canary: \"${ADMIN_TOKEN}\"}")
	s.run(7, "release", "--env", "dev", "--yes", "--report", "junit=reports/check.xml", "--report", "summary=reports/check.md")
	s.run(7, "smoke", "--env", "dev", "--view", "json")
	s.edit("release.yaml", "/leak", "/health")

	s.edit("release.yaml", "build: go build -o bin/api ./api", "build: env; echo \"$PEM\"; printf %s \"$AWKWARD\" | base64; exit 1")
	s.onGitHub(func() {
		s.run(6, "release", "--env", "dev", "--yes", "--report", "junit=reports/build.xml", "--report", "summary=reports/build.md")
	})
	s.run(0, "logs", "api", "--env", "dev", "--build")

	for _, vendor := range []string{"railway", "pipecat", "supabase"} {
		s.run(0, "box", "fault", vendor, "quotes-token", "--times", "1")
		s.run(-1, "release", "--env", "dev", "--yes", "--report", "junit=reports/"+vendor+".xml")
		s.run(-1, "doctor", "--env", "dev")
		s.run(0, "box", "fault", "--clear")
	}
	s.edit("release.yaml", "build: env; echo \"$PEM\"; printf %s \"$AWKWARD\" | base64; exit 1", "build: env; go build -o bin/api ./api")
	s.killed("release", "--env", "dev", "--yes")
	s.run(0, "resume", "--env", "dev", "--report", "junit=reports/resume.xml", "--report", "summary=reports/resume.md")
	s.run(0, "rollback", "--env", "dev", "--reason", "it tells too much", "--yes", "--report", "junit=reports/rollback.xml")

	s.other("ADMIN_TOKEN=another-canary-0123456789abcdef0123", func() { s.run(3, "plan", "--env", "dev") })
	s.secrets["a newer one"] = "newer-" + bearer
	s.write(".env.dev", strings.ReplaceAll(s.read(".env.dev"), bearer, s.secrets["a newer one"]))
	s.run(0, "env", "push", "--env", "dev", "--dry-run")
	s.run(0, "env", "push", "--env", "dev", "--yes")
	s.run(0, "env", "push", "--env", "dev", "--unknown", "--dry-run", "--view", "json")
	s.run(-1, "env", "diff", "--env", "dev", "--all")
	s.run(-1, "env", "pull", "--env", "dev", "--dry-run")
	s.run(0, "plan", "--env", "dev")
	s.run(0, "history")
	for _, run := range s.journals() {
		s.run(0, "show", run)
		s.run(0, "show", run, "--view", "json")
	}
	close(s.end)
	s.search()
}

// newSecretive commits the product, brings the box up, and writes .env.dev.
func newSecretive(t *testing.T) *secretive {
	t.Helper()
	work := t.TempDir()
	s := &secretive{t: t, bin: buildBinary(t) + "/readme-ops", dir: filepath.Join(work, "product"), secrets: map[string]string{}, ps: map[string]bool{}, end: make(chan struct{})}
	s.environ = append(os.Environ(), "NO_COLOR=1", "TERM=dumb", "CI=", "GITHUB_ACTIONS=", "VERCEL_TOKEN=shell-canary-of-vercel-0123456789")
	s.secrets["shell"] = "shell-canary-of-vercel-0123456789"
	if err := os.CopyFS(s.dir, os.DirFS("testdata/product")); err != nil {
		t.Fatal(err)
	}
	s.write(".gitignore", ".readme-ops/\n.env.*\nreports/\n")
	s.git("init", "-q")
	s.edit("release.yaml", "local: {box: true}", "local: {box: true}\n  dev:\n    values: .env.dev\n    targets: {railway: {project: product, environment: dev}, pipecat: {agent: product-dev}, supabase: devref}")
	s.edit("release.yaml", "source: upload", "source: commit")
	s.write("envmatrix.yaml", s.read("envmatrix.yaml")+"  AWKWARD: {about: awkward, secret: true, services: [api]}\n"+
		"  PEM: {about: of several lines, secret: true, services: [api]}\n  VERCEL_TOKEN: {about: not used, secret: true, required: false, services: [ops]}\n")
	s.write("api/env.example", s.read("api/env.example")+"\n# awkward\n# @required @sensitive\nAWKWARD=\n\n# of several lines\n# @required @sensitive\nPEM=\n")
	s.write("env.example", s.read("env.example")+"\n# not used\n# @optional @sensitive\nVERCEL_TOKEN=\n")
	s.write("api/main.go", strings.Replace(s.read("api/main.go"), `"cmp"`, "\"cmp\"\n\t\"encoding/base64\"\n\t\"net/url\"", 1)+leaky)
	s.commit()

	up := exec.Command(s.bin, "box", "up")
	up.Dir, up.Env = s.dir, s.environ
	out := &screen{}
	up.Stdout, up.Stderr = out, out
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = up.Process.Signal(os.Interrupt)
		_ = up.Wait()
		reset := exec.Command(s.bin, "box", "reset", "--dir", s.dir)
		_ = reset.Run()
	})
	out.waitFor(t, "the box is up")
	env := exec.Command(s.bin, "box", "env", "dev")
	env.Dir, env.Env = s.dir, s.environ
	raw, err := env.Output()
	if err != nil {
		t.Fatal(err)
	}
	values, err := godotenv.Unmarshal(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	values["ADMIN_TOKEN"], values["AWKWARD"], values["PEM"] = bearer, awkward, pem
	delete(values, "VERCEL_TOKEN") // it comes from the shell
	for _, name := range []string{"ADMIN_TOKEN", "AWKWARD", "PEM", "DATABASE_URL", "REDIS_URL", "RAILWAY_TOKEN", "PIPECAT_PRIVATE_KEY", "SUPABASE_SECRET_KEY"} {
		if values[name] == "" {
			t.Fatalf("the box gives no %s", name)
		}
		s.secrets[name] = values[name]
	}
	if u, err := url.Parse(values["DATABASE_URL"]); err == nil {
		s.secrets["the database's password"], _ = u.User.Password()
	}
	lines, err := godotenv.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	s.write(".env.dev", lines+"\n")
	return s
}

// run runs a command, whose output is searched later. code -1 is any.
func (s *secretive) run(code int, args ...string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.bin, args...)
	cmd.Dir, cmd.Env = s.dir, s.environ
	out, err := cmd.CombinedOutput()
	fmt.Fprintf(&s.said, "\n$ readme-ops %s\n%s", strings.Join(args, " "), out)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		s.t.Fatal(err)
	}
	if code >= 0 && got != code {
		s.t.Fatalf("readme-ops %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, out)
	}
}

// killed runs a command that is killed when the build has begun.
func (s *secretive) killed(args ...string) {
	s.t.Helper()
	before := len(s.journals())
	var out screen
	cmd := exec.Command(s.bin, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.environ, &out, &out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	out.waitFor(s.t, "wait for deployment")
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	s.said.WriteString(out.text.String())
	if after := len(s.journals()); after != before+1 {
		s.t.Fatalf("%d runs are on record, and were %d before", after, before)
	}
}

// onGitHub runs commands as a runner of GitHub's does. What it is told to mask is for the runner alone.
func (s *secretive) onGitHub(do func()) {
	s.t.Helper()
	before := s.said.Len()
	s.other("GITHUB_ACTIONS=true", do)
	var kept []string
	masked := 0
	for line := range strings.Lines(s.said.String()[before:]) {
		if strings.HasPrefix(line, "::add-mask::") {
			masked++
			continue
		}
		kept = append(kept, line)
	}
	if masked < len(s.secrets)-2 { // all but what is part of another one
		s.t.Errorf("the runner was told of %d secrets", masked)
	}
	s.said.Truncate(before)
	s.said.WriteString(strings.Join(kept, ""))
}

// other runs commands with one more variable.
func (s *secretive) other(variable string, do func()) {
	s.t.Helper()
	before := s.environ
	s.environ = slices.Concat(before, []string{variable})
	do()
	s.environ = before
}

func (s *secretive) journals() []string {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, ".readme-ops/runs/*.jsonl"))
	if err != nil || len(files) < 4 {
		s.t.Fatalf("%d runs are on record, %v", len(files), err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".jsonl")
	}
	return files
}

// watchProcesses looks at the command lines of all processes until end.
func (s *secretive) watchProcesses() {
	look := func() {
		dirs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, d := range dirs {
			if raw, err := os.ReadFile(d); err == nil {
				s.ps[strings.ReplaceAll(string(raw), "\x00", " ")] = true
			}
		}
	}
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-s.end:
				return
			case <-tick.C:
				look()
			}
		}
	}()
}

// forms are the spellings of a secret, written apart from those that the masks know.
func forms(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	all := map[string]string{
		"raw": secret, "query": url.QueryEscape(secret), "path": url.PathEscape(secret), "json": strings.Trim(string(quoted), `"`),
		"go": strings.Trim(fmt.Sprintf("%q", secret), `"`), "hex": hex.EncodeToString([]byte(secret)), "base64": base64.StdEncoding.EncodeToString([]byte(secret)),
	}
	for i := range 3 {
		// What stands before and after decides about the digits at the ends, and nothing else.
		whole := base64.RawStdEncoding.EncodeToString([]byte("xyz"[:i] + secret + "xyz"))
		all[fmt.Sprint("within base64 ", i)] = whole[4 : len(whole)-8]
	}
	for i, line := range strings.Split(secret, "\n") {
		if strings.Contains(secret, "\n") && len(line) >= 8 {
			all[fmt.Sprint("line ", i+1)] = line
		}
	}
	return all
}

// search looks for every secret, in every spelling, in all that there is.
func (s *secretive) search() {
	s.t.Helper()
	places := map[string]string{"the output": s.said.String(), "the events table": s.table()}
	s.mu.Lock()
	places["a process list"] = strings.Join(keys(s.ps), "\n")
	s.mu.Unlock()
	files := 0
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(s.dir, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (rel == filepath.Join(".readme-ops", "box") || rel == ".git"):
			return fs.SkipDir // the emulator's own account of what a founder has typed in
		case d.IsDir() || rel == ".env.dev":
			return nil
		}
		raw, err := os.ReadFile(path)
		places[rel] = string(raw)
		files++
		return err
	})
	if err != nil || files < 15 {
		s.t.Fatalf("%d files, %v", files, err)
	}
	for _, want := range []string{"leak raw", "leak base64", "is malformed", "reports/check.md"} {
		if !strings.Contains(places["the output"], want) {
			s.t.Errorf("the output does not hold %q, so it proves little", want)
		}
	}
	if places["the events table"] == "" {
		s.t.Error("the environment's Postgres holds no events")
	}
	for place, text := range places {
		for name, secret := range s.secrets {
			for form, spelling := range forms(secret) {
				if at := strings.Index(text, spelling); at >= 0 {
					s.t.Errorf("%s holds %s (%s):\n…%s…", place, name, form, text[max(0, at-200):min(len(text), at+len(spelling)+60)])
				}
			}
		}
	}
}

// table is what the environment's own record holds; "" where there is none yet.
func (s *secretive) table() string {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.secrets["DATABASE_URL"])
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(s.t.Context()))
	var text string
	err = conn.QueryRow(s.t.Context(), `select coalesce(string_agg(line, E'\n'), '') from readme_ops.events`).Scan(&text)
	if err != nil && !strings.Contains(err.Error(), "does not exist") {
		s.t.Fatal(err)
	}
	return text
}

func keys(m map[string]bool) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	return all
}

func (s *secretive) read(file string) string {
	s.t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.dir, file))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(raw)
}

func (s *secretive) write(file, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, file), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// edit replaces a text that must be there, and commits it.
func (s *secretive) edit(file, old, text string) {
	s.t.Helper()
	all := s.read(file)
	if !strings.Contains(all, old) {
		s.t.Fatalf("%s does not hold %q", file, old)
	}
	s.write(file, strings.ReplaceAll(all, old, text))
	s.commit()
}

func (s *secretive) commit() {
	s.t.Helper()
	s.git("add", "-A")
	s.git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "x")
}

func (s *secretive) git(args ...string) {
	s.t.Helper()
	git := exec.Command("git", args...)
	git.Dir = s.dir
	if out, err := git.CombinedOutput(); err != nil {
		s.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}
