package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// releases is how often each way releases. Every time the API, the worker and the client have changed.
const releases = 3

// wholeRelease compares a release with the same one as a script of vendors' commands, in turn, against one running box. The
// machine's builds are most of both, and alike: what is left is what the way itself costs.
func wholeRelease(ops, dir string) error {
	vercel, err := vercelCLI()
	if err != nil {
		return err
	}
	for _, tool := range []string{"jq", "psql", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed", tool)
		}
	}
	script, err := filepath.Abs("scripts/bench/by-hand.sh")
	if err != nil {
		return err
	}
	w := where{dir: filepath.Join(dir, "readme"), ops: ops, script: script, env: os.Environ()}
	if _, err := w.run("", "git", "clone", "-q", ".", w.dir); err != nil {
		return err
	}
	stop, err := boxUp(ops, w.dir)
	if err != nil {
		return err
	}
	defer stop()
	if err := w.link(vercel); err != nil {
		return err
	}
	return w.race()
}

// race releases by both ways in turn.
func (w where) race() error {
	ops, script := w.ops, w.script
	fmt.Printf("  (each releases a commit in which api, worker and client have changed; %d times in turn, after one that warms up)\n", releases)
	times := map[string][]time.Duration{}
	for round := range releases + 1 {
		for _, way := range [][]string{{ops, "release", "--env", "dev", "--yes"}, {"bash", script}} {
			if err := w.change(fmt.Sprint(round, way[0])); err != nil {
				return err
			}
			began := time.Now()
			if _, err := w.run(w.dir, way...); err != nil {
				return err
			}
			took, name := time.Since(began), filepath.Base(way[0])
			fmt.Printf("  round %d, %s: %.1f s\n", round, name, took.Seconds())
			if round > 0 {
				times[name] = append(times[name], took)
			}
		}
	}
	for _, way := range [][2]string{{filepath.Base(ops), "readme-ops release (7 checks, on record, can be put back)"}, {"bash", "psql, curl, vercel (3 checks, nothing else)"}} {
		t := times[way[0]]
		slices.Sort(t)
		fmt.Printf("  %-58s %6.1f s (%.1f to %.1f)\n", way[1], t[len(t)/2].Seconds(), t[0].Seconds(), t[len(t)-1].Seconds())
	}
	return nil
}

// where is the clone that is released from.
type where struct {
	dir, ops, script string
	env              []string
}

func (w where) run(dir string, argv ...string) (string, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, w.env
	var out, both bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, &both), &both
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(both.String()), "\n")
		return "", fmt.Errorf("%s: %w\n%s", argv[0], err, strings.Join(lines[max(0, len(lines)-15):], "\n"))
	}
	return out.String(), nil
}

// change commits a change of all that is built here. A commit's text says of which round and way it is.
func (w where) change(text string) error {
	for _, file := range []string{"services/api/main.go", "services/worker/main.go", "services/client/app/page.tsx"} {
		f, err := os.OpenFile(filepath.Join(w.dir, file), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(f, "// %s\n", text)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	_, err := w.run(w.dir, "git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-qam", "Round "+text)
	return err
}

// link gives the script the values of dev, which the box plays, makes what the product needs there, and links the client's
// folder to its project, as `vercel link` would.
func (w *where) link(vercel string) error {
	values, err := w.run(w.dir, w.ops, "box", "env", "dev")
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, ".env.dev"), []byte(values), 0o600)
	}
	if err != nil {
		return err
	}
	given := map[string]string{}
	for line := range strings.Lines(values) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			given[name] = strings.Trim(value, "'")
		}
	}
	if _, err := w.run(w.dir, w.ops, "release", "--env", "dev", "--yes"); err != nil {
		return err
	}
	for name, value := range given {
		w.env = append(w.env, name+"="+value)
	}
	w.env = append(
		w.env, "CI=1", "VERCEL_TELEMETRY_DISABLED=1", "NO_UPDATE_NOTIFIER=1",
		"VERCEL=node "+vercel+" --cwd services/client --api "+given["VERCEL_API_URL"]+" --token "+given["VERCEL_TOKEN"],
	)
	file, err := project(given["VERCEL_API_URL"], given["VERCEL_TOKEN"])
	if err != nil {
		return err
	}
	folder := filepath.Join(w.dir, "services", "client", ".vercel")
	return errors.Join(
		os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, "project.json"), file, 0o600),
		os.WriteFile(filepath.Join(w.dir, ".git", "info", "exclude"), []byte(".vercel\n"), 0o600),
	)
}

// project is what the link to the client's project holds.
func project(api, token string) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, api+"/v9/projects/readme-dev", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var p struct{ ID, AccountID string }
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || p.ID == "" {
		return nil, fmt.Errorf("the client's project: %s, %w", resp.Status, err)
	}
	return json.Marshal(map[string]string{"orgId": p.AccountID, "projectId": p.ID})
}

// vercelCLI is where scripts/conformance has installed it.
func vercelCLI() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	found, _ := filepath.Glob(filepath.Join(cache, "readme-ops-conformance", "vercel-*", "node_modules", "vercel", "dist", "vc.js"))
	if len(found) == 0 {
		return "", errors.New("`go run ./scripts/conformance vercel` has not installed Vercel's CLI yet")
	}
	return found[len(found)-1], nil
}
