package box_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box"
	"readme/cli/release"
	"readme/cli/spec"
)

func memory(t *testing.T, dir string) box.Memory {
	t.Helper()
	m, err := box.LoadMemory(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func listen(t *testing.T, m box.Memory, name string) net.Listener {
	t.Helper()
	l, err := m.Listen(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestState_drawsOnceAndKeeps(t *testing.T) {
	dir := t.TempDir()
	m := memory(t, dir)
	token, err := m.Secret("railway", "railway_local_")
	if err != nil || !strings.HasPrefix(token, "railway_local_") || len(token) != len("railway_local_")+48 {
		t.Fatalf("got %q, %v", token, err)
	}
	other, _ := m.Secret("vercel", "")
	if other == strings.TrimPrefix(token, "railway_local_") {
		t.Error("two secrets are the same")
	}
	l := listen(t, m, "railway")
	address := l.Addr().String()
	if !strings.HasPrefix(address, "127.0.0.1:") {
		t.Errorf("it listens on %s, for others than this machine", address)
	}
	_ = l.Close()

	m = memory(t, dir)
	if again, _ := m.Secret("railway", "railway_local_"); again != token {
		t.Errorf("got %q, want the kept %q", again, token)
	}
	if again := listen(t, m, "railway").Addr().String(); again != address {
		t.Errorf("got %s, want the kept %s", again, address)
	}
	if notes := m.Notes(); len(notes) != 0 {
		t.Errorf("nothing moved, got %v", notes)
	}
	info, err := os.Stat(filepath.Join(dir, "box.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the box's passwords: %v, %v", info.Mode(), err)
	}
}

func TestState_movesAPortThatAnotherProgramHasTaken(t *testing.T) {
	dir := t.TempDir()
	taken := listen(t, memory(t, dir), "vercel").Addr().(*net.TCPAddr).Port // stays open: it is the other program
	m := memory(t, dir)
	now := listen(t, m, "vercel").Addr().(*net.TCPAddr).Port
	want := fmt.Sprintf("port %d of vercel is taken by another program: it moved to %d", taken, now)
	if diff := cmp.Diff([]string{want}, m.Notes()); diff != "" {
		t.Error(diff)
	}
	if again := memory(t, dir); again.Ports() != 1 {
		t.Errorf("%d ports are remembered", again.Ports())
	}
}

func TestState_forgetsThePortsOfOldDeployments(t *testing.T) {
	dir := t.TempDir()
	m := memory(t, dir)
	listen(t, m, "railway")
	for i := range 25 {
		_ = listen(t, m, fmt.Sprintf("vercel/dpl/%d", i)).Close()
	}
	if got := memory(t, dir).Ports(); got != 21 {
		t.Errorf("%d ports are remembered, want 20 of deployments and one other", got)
	}
}

func TestState_thatIsDamagedSaysSo(t *testing.T) {
	for _, content := range []string{"", "{", `{"ports":null}`, `{"secrets":null,"ports":{}}`, "[]"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "box.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := box.LoadMemory(dir)
		if exitOf(t, err) != release.ExitStepFailed || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%q: got %v", content, err)
		}
		if raw, _ := os.ReadFile(filepath.Join(dir, "box.json")); string(raw) != content {
			t.Errorf("%q was overwritten with %q", content, raw)
		}
	}
}

func TestState_thatCannotBeKeptIsNotHandedOut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "box")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	m := memory(t, dir)
	if err := os.RemoveAll(dir); err != nil { // root may write everywhere else
		t.Fatal(err)
	}
	for range 2 {
		if got, err := m.Secret("redis", ""); err == nil {
			t.Errorf("got %q, which is not on disk", got)
		}
	}
	if l, err := m.Listen("redis"); err == nil {
		_ = l.Close()
		t.Error("a port was handed out that is not on disk")
	}
	_, err := box.LoadMemory(dir)
	if exitOf(t, err) != release.ExitStepFailed || !strings.Contains(err.Error(), "cannot write") {
		t.Errorf("got %v", err)
	}
}

func TestIgnored_namesWhatThisShellHoldsOfRealServers(t *testing.T) {
	if got := box.Ignored([]string{"PATH=/bin", "DATABASE_URL=", "MY_DATABASE_URL=x", box.OwnDatabase + "=y"}); got != "" {
		t.Errorf("got %q", got)
	}
	got := box.Ignored([]string{"VERCEL_TOKEN=secret1", "REDIS_URL=redis://u:secret2@h", "DATABASE_URL=postgres://u:secret3@h"})
	if want := "the box is sealed: it ignores DATABASE_URL, REDIS_URL, VERCEL_TOKEN of your shell"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoopback_letsNothingElseIntoTheBox(t *testing.T) {
	for _, url := range []string{
		"postgres://u:p@localhost/db", "postgres://u:p@127.0.0.1:5432/db", "postgres://u:p@[::1]:5432/db", "redis://127.9.9.9",
		"postgres://u:p@localhost/db?sslmode=disable", "redis://:127.0.0.1@localhost",
	} {
		if err := box.Loopback(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{
		"postgres://u:hunter2@db.example.com/db", "postgres://127.0.0.1:hunter2@db.example.com/db", "postgres://u:hunter2@10.0.0.1/db",
		"postgres://u:hunter2@127.0.0.1.example.com/db", "postgres://u:hunter2@localhost.example.com/db",
		"postgres://u:hunter2@[2001:db8::1]:5432/db", "postgres://u:hunter2@[::]/db", "postgres://u:hunter2@0.0.0.0/db",
		"postgres://u:hunter2@localhost:5432,db.example.com:5432/db",
		"postgres://u:hunter2@localhost/db?host=db.example.com", "postgres://u:hunter2@localhost/db?hostaddr=10.0.0.1",
		"postgres://u:hunter2@localhost/db?service=prod", "postgres:///db?password=hunter2", "host=db.example.com password=hunter2",
		"postgres://u:hunter2@%zz/db", "hunter2",
	} {
		err := box.Loopback(url)
		if err == nil {
			t.Errorf("%s was let in", url)
			continue
		}
		if exitOf(t, err) != release.ExitInvalid || strings.Contains(fmt.Sprintf("%+v", err), "hunter2") {
			t.Errorf("%s: got %v", url, err)
		}
	}
}

// matrix has a variable of every kind.
func matrix() *spec.Matrix {
	return &spec.Matrix{
		Services: []spec.Service{{Name: "ops"}, {Name: "api", Deploy: "api"}, {Name: "web", Deploy: "client"}},
		Variables: []spec.Variable{
			{Name: "DATABASE_URL", Secret: true, Services: []string{"ops", "api"}},
			{Name: "ADMIN_TOKEN", Secret: true, Services: []string{"ops", "api"}},
			{Name: "LOG_LEVEL", Default: "info", Services: []string{"api"}},
			{Name: "API_URL", Value: "${api.url}/v1", Services: []string{"web"}},
			{Name: "REGION", Services: []string{"api"}}, // required, and nobody knows it
			{Name: "OPENAI_API_KEY", Secret: true, Required: []string{"prod"}, Services: []string{"api"}},
			{Name: "BOT_START_PUBLIC_API_KEY", Secret: true, Required: []string{"prod"}, Services: []string{"web"}},
		},
	}
}

func TestValues_areThoseThatAFounderWouldHaveTyped(t *testing.T) {
	dir := t.TempDir()
	info := box.Info{Env: "local", Database: release.NewSecret("postgres://box"), PipecatPublicKey: release.NewSecret("pk_local")}
	values, err := box.Values(dir, info, matrix(), map[string]string{"api.url": "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	token := values["ADMIN_TOKEN"].Reveal()
	if len(token) != 48 {
		t.Errorf("a secret that nobody knows is drawn, got %q", token)
	}
	again, _ := box.Values(dir, info, matrix(), map[string]string{"api.url": "http://127.0.0.1:1"})
	if again["ADMIN_TOKEN"].Reveal() != token {
		t.Error("it is drawn once")
	}
	if _, ok := values["REGION"]; ok {
		t.Error("what nobody knows is missing, so that the plan says so")
	}
	if diff := cmp.Diff(map[string]string{"DATABASE_URL": "postgres://box", "ADMIN_TOKEN": token, "LOG_LEVEL": "info"}, box.ForService(matrix(), "api", values)); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{"API_URL": "http://127.0.0.1:1/v1", "BOT_START_PUBLIC_API_KEY": "pk_local"}
	if diff := cmp.Diff(want, box.ForService(matrix(), "client", values)); diff != "" {
		t.Error(diff)
	}
}

func TestValues_thatReferToWhatNobodyKnowsNameTheLine(t *testing.T) {
	m := matrix()
	m.Variables[3].At = release.Place{File: "envmatrix.yaml", Line: 7}
	_, err := box.Values(t.TempDir(), box.Info{Env: "local"}, m, nil)
	if exitOf(t, err) != release.ExitInvalid || !strings.Contains(err.Error(), "envmatrix.yaml:7") || !strings.Contains(err.Error(), "api.url") {
		t.Errorf("got %v", err)
	}
}
