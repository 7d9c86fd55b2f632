package box_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box"
	"readme/cli/release"
	"readme/cli/spec"
)

// config is a box that needs no Postgres: it is given one, and nothing is deployed that would speak to it.
func config(t *testing.T, project string, say func(string)) box.Config {
	t.Helper()
	return box.Config{
		Project: project, Cache: filepath.Join(project, "cache"), Command: "release", Env: "local", Agent: "readme", Set: "readme-bot",
		Environ: []string{"PATH=/nowhere", box.OwnDatabase + "=postgres://u:hunter2@127.0.0.1:1/db", "DATABASE_URL=postgres://prod"},
		Release: &spec.Release{Project: "readme", Deploy: []spec.Deploy{
			{Name: "api", To: "railway", Service: "api", Health: "/health"},
			{Name: "voice", To: "pipecat"},
			{Name: "client", To: "vercel"},
		}},
		Matrix: &spec.Matrix{
			Services: []spec.Service{{Name: "api", Deploy: "api"}, {Name: "client", Deploy: "client"}},
			Variables: []spec.Variable{
				{Name: "DATABASE_URL", Secret: true, Services: []string{"api"}},
				{Name: "ADMIN_TOKEN", Secret: true, Services: []string{"api"}},
				{Name: "BOT_START_URL", Value: "${voice.start_url}", Services: []string{"client"}},
				{Name: "API_URL", Value: "${api.url}", Services: []string{"client"}},
				{Name: "SITE", Value: "${client.url}", Services: []string{"api"}},
			},
		},
		Say: say,
	}
}

func open(t *testing.T, c box.Config) *box.Box {
	t.Helper()
	b, err := box.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, b) })
	return b
}

func shut(t *testing.T, b *box.Box) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
	defer cancel()
	b.Close(ctx)
}

// secrets of an Info, in clear.
func secrets(i box.Info) map[string]string {
	out := map[string]string{
		"railway": i.RailwayToken.Reveal(), "vercel": i.VercelToken.Reveal(), "pipecat": i.PipecatKey.Reveal(), "public": i.PipecatPublicKey.Reveal(),
		"supabase": i.SupabaseKey.Reveal(), "database": i.Database.Reveal(), "redis": i.Redis.Reveal(),
	}
	for name, v := range i.Values {
		out["value "+name] = v.Reveal()
	}
	return out
}

func status(t *testing.T, url string) int {
	t.Helper()
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}).Get(url)
	if err != nil {
		t.Error(err)
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestBox_givesEachPartItsAddressAndTellsWhoJoins(t *testing.T) {
	project := t.TempDir()
	if err := os.MkdirAll(box.Dir(project), 0o700); err != nil {
		t.Fatal(err)
	}
	// in a container every readme-ops may be process 7
	left := fmt.Sprintf(`{"PID":%d,"Railway":"http://127.0.0.1:1"}`, os.Getpid())
	if err := os.WriteFile(filepath.Join(box.Dir(project), "up.json"), []byte(left), 0o600); err != nil {
		t.Fatal(err)
	}
	var said []string
	b := open(t, config(t, project, func(line string) {
		said = append(said, line)
		if info, up := box.Running(project); up {
			t.Errorf("it is not up yet, and can be joined at %s", info.Railway)
		}
	}))
	info := b.Info()
	if !slices.Contains(said, "the box is sealed: it ignores DATABASE_URL of your shell") {
		t.Errorf("it said %q", said)
	}
	for _, base := range []string{info.Railway, info.Vercel, info.Pipecat, info.Supabase} {
		if status(t, base+"/") == 0 {
			t.Errorf("%s does not answer", base)
		}
	}
	if got, want := info.Values["BOT_START_URL"].Reveal(), info.Pipecat+"/v1/public/readme/start"; got != want {
		t.Errorf("the bot starts at %q, want %q", got, want)
	}
	for _, name := range []string{"API_URL", "SITE"} {
		if url := info.Values[name].Reveal(); status(t, url) == 0 {
			t.Errorf("%s is %q, and nothing answers there", name, url)
		}
	}
	if info.Node || info.Env != "local" || info.PID != os.Getpid() || info.Mode != "release" {
		t.Errorf("got %+v", info)
	}
	for _, s := range secrets(info) {
		if raw, _ := json.Marshal(info); s == "" || strings.Contains(string(raw), s) {
			t.Errorf("a secret is empty or in JSON: %s", raw)
		}
	}

	joined, up := box.Running(project)
	if !up {
		t.Fatal("it cannot be joined")
	}
	if diff := cmp.Diff(secrets(info), secrets(joined)); diff != "" {
		t.Errorf("who joins gets other keys: %s", diff)
	}
	if joined.Railway != info.Railway || joined.Mode != "release" {
		t.Errorf("got %+v", joined)
	}
	if err := b.Share(); err != nil {
		t.Fatal(err)
	}
	if joined, _ = box.Running(project); joined.Mode != "box up" {
		t.Errorf("it was shared, and its mode is %q", joined.Mode)
	}
	file, err := os.Stat(filepath.Join(box.Dir(project), "up.json"))
	if err != nil || file.Mode().Perm() != 0o600 {
		t.Errorf("others may read the box's keys: %v, %v", file, err)
	}
	shut(t, b)
	if _, up := box.Running(project); up {
		t.Error("it is down, and can be joined")
	}
}

func TestBox_isHeldByOneProcessAndRemembers(t *testing.T) {
	project := t.TempDir()
	quiet := func(string) {}
	b := open(t, config(t, project, quiet))
	_, err := box.Open(t.Context(), config(t, project, quiet))
	if exitOf(t, err) != release.ExitLocked || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("got %v", err)
	}
	if _, up := box.Running(project); !up {
		t.Error("who was refused has taken down what others join")
	}
	before := b.Info()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { shut(t, b) })
	}
	wg.Wait()

	again := open(t, config(t, project, quiet))
	if diff := cmp.Diff(secrets(before), secrets(again.Info())); diff != "" {
		t.Error(diff)
	}
	shut(t, b) // late, and of no more effect
	if _, up := box.Running(project); !up {
		t.Error("the old box's end has taken the new one's address away")
	}
	shut(t, again)

	port, _ := strings.CutPrefix(before.Vercel, "http://")
	l, err := net.Listen("tcp", port)
	if err != nil {
		t.Skipf("the kept port is taken by a stranger: %v", err)
	}
	defer func() { _ = l.Close() }()
	moved := open(t, config(t, project, quiet)).Info()
	if moved.Vercel == before.Vercel || len(moved.Notes) == 0 || !strings.Contains(moved.Notes[0], "of vercel is taken") {
		t.Errorf("got %s and notes %q", moved.Vercel, moved.Notes)
	}
}

func TestBox_thatCannotOpenLeavesNothing(t *testing.T) {
	project := t.TempDir()
	c := config(t, project, func(string) {})
	c.Environ = append(c.Environ[:1:1], box.OwnDatabase+"=postgres://u:hunter2@db.example.com/db")
	_, err := box.Open(t.Context(), c)
	if exitOf(t, err) != release.ExitInvalid || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if h := box.Held(box.Dir(project), "lock"); h != nil {
		t.Errorf("it is still held by %v", h)
	}
	open(t, config(t, project, func(string) {})) // its ports are free again
}
