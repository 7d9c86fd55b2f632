package vercel_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"readme/cli/box/host"
	"readme/cli/box/vercel"
	"readme/cli/provider"
	client "readme/cli/provider/vercel"
	"readme/cli/release"
)

// The product's real client is built by the real Next.js, deployed by the real client of Vercel's API.
func TestTheProductsClient_isBuiltServedAndStartsTheBot(t *testing.T) {
	needNode(t)
	bot := newBot(t)
	dir := t.TempDir()
	builder, err := host.New(host.Config{
		Dir: filepath.Join(dir, "host"), Home: filepath.Join(dir, "home"), Env: host.Allowed(os.Environ()),
	})
	if err != nil {
		t.Fatal(err)
	}
	emu, err := vercel.Open(t.Context(), vercel.Config{
		Dir: filepath.Join(dir, "vercel"), Token: "box_token", Host: builder,
		Projects: []vercel.Project{{Name: "readme", Env: map[string]string{
			"BOT_START_URL": bot.URL + "/v1/public/readme/start", "BOT_START_PUBLIC_API_KEY": "pk_secret",
		}}},
		Edge: func(string) (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") },
	})
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(emu.Handler())
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		http.DefaultClient.CloseIdleConnections()
		api.Close()
		emu.Close(context.WithoutCancel(t.Context()))
	})
	c, err := client.New(client.Options{Base: api.URL, Token: release.NewSecret("box_token"), Project: "readme", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../../../services/client")
	if err != nil {
		t.Fatal(err)
	}
	deploy := func(run, dir string) provider.Deployment {
		t.Helper()
		id, err := c.DeployStaged(t.Context(), provider.Request{Service: "client", Dir: dir, Files: sources(t, dir), Marker: provider.Marker{Release: run}})
		if err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(5 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
			d, err := c.Deployment(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if d.State.Over() {
				return d
			}
			if time.Now().After(end) {
				t.Fatalf("still %s after 5 minutes", d.Raw)
			}
		}
	}

	good := deploy("run-1", root)
	if good.State != provider.Staged {
		t.Fatalf("the client ends as %s: %s\n%s", good.Raw, good.Why, buildLog(t, c, good.ID))
	}
	if status, page := fetch(t, http.MethodGet, good.URL+"/", ""); status != 200 || !strings.Contains(page, "Connect</button>") {
		t.Errorf("the page: %d %s", status, page)
	}
	if _, err := c.Promote(t.Context(), good.ID); err != nil {
		t.Fatal(err)
	}
	domain, err := c.Domain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	status, body := fetch(t, http.MethodPost, domain+"/api/start", `{"createDailyRoom":true,"transport":"daily"}`)
	if status != 200 || !strings.Contains(body, `"sessionId":"s-1"`) {
		t.Errorf("start: %d %s", status, body)
	}
	bot.refuse.Store(true)
	status, body = fetch(t, http.MethodPost, domain+"/api/start", `{}`)
	if status != 503 || !strings.Contains(body, "the bot answered 429: no capacity for •••") || !strings.Contains(body, `"upstreamStatus":429`) {
		t.Errorf("a bot that refuses: %d %s", status, body)
	}
	if status, body = fetch(t, http.MethodPost, domain+"/api/start", ``); status != 400 || !strings.Contains(body, "is empty") {
		t.Errorf("no body: %d %s", status, body)
	}

	bad := deploy("run-2", broken(t, root))
	if log := buildLog(t, c, bad.ID); bad.State != provider.Failed || !strings.Contains(log, "app/api/start/route.ts") {
		t.Errorf("a broken route ends as %s: %s\n%s", bad.Raw, bad.Why, log)
	}
	if status, _ := fetch(t, http.MethodGet, domain+"/", ""); status != 200 {
		t.Errorf("after a failed build the domain answers %d", status)
	}
}

// bot stands for the provider of the bot.
type bot struct {
	*httptest.Server

	refuse atomic.Bool
}

func newBot(t *testing.T) *bot {
	t.Helper()
	b := &bot{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked map[string]any
		switch err := json.NewDecoder(r.Body).Decode(&asked); {
		case err != nil:
			w.WriteHeader(http.StatusBadRequest)
		case r.Header.Get("Authorization") != "Bearer pk_secret":
			w.WriteHeader(http.StatusUnauthorized)
		case b.refuse.Load():
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"error":"no capacity for pk_secret"}`)
		default:
			_, _ = io.WriteString(w, `{"dailyRoom":"http://room","dailyToken":"t","sessionId":"s-1"}`)
		}
	}))
	t.Cleanup(b.Close)
	return b
}

func needNode(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed, and with CI set the client must be tested", tool)
			}
			t.Skipf("%s is not installed: the client is not built here", tool)
		}
	}
	if testing.Short() {
		t.Skip("it builds a Next.js app, and -short is set")
	}
}

// sources lists what would be sent: no folder that a build or npm makes.
func sources(t *testing.T, dir string) []provider.File {
	t.Helper()
	var files []provider.File
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "node_modules" || d.Name() == ".next" {
				return fs.SkipDir
			}
			return nil
		}
		if d.Name() == "next-env.d.ts" || strings.HasSuffix(d.Name(), ".tsbuildinfo") {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		files = append(files, provider.File{Path: filepath.ToSlash(rel), Mode: uint32(info.Mode().Perm()), Size: info.Size()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(files, func(a, b provider.File) int { return strings.Compare(a.Path, b.Path) })
	return files
}

// broken copies the client and breaks its route.
func broken(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range sources(t, root) {
		b, err := os.ReadFile(filepath.Join(root, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if f.Path == "app/api/start/route.ts" {
			b = append([]byte("export const broken = ;\n"), b...)
		}
		to := filepath.Join(dir, f.Path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, b, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func buildLog(t *testing.T, c *client.Client, id string) string {
	t.Helper()
	lines, err := c.BuildLogs(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, l := range lines {
		all.WriteString(l.Text + "\n")
	}
	return all.String()
}

func fetch(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// The version that package.json asks for is the one in the lockfile, for every platform.
func TestTheProductsClient_isLockedForEveryPlatform(t *testing.T) {
	b, err := os.ReadFile("../../../services/client/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	lock := string(b)
	for _, platform := range []string{"darwin-arm64", "darwin-x64", "linux-arm64-gnu", "linux-x64-gnu", "linux-x64-musl", "win32-x64-msvc"} {
		if !strings.Contains(lock, `"node_modules/@next/swc-`+platform+`"`) {
			t.Errorf("the lockfile lacks Next.js's compiler for %s", platform)
		}
	}
	if address := regexp.MustCompile(`"resolved": "[^"]*"`).FindString(lock); address != "" {
		t.Errorf("the lockfile holds an address: %s", address)
	}
}
