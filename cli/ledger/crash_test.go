package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/postgres"
	"readme/cli/release"
)

// server starts a Postgres of its own, whose data survive it.
func server(tb testing.TB, dir string, port int, password release.Secret) *postgres.Server {
	tb.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	s, err := postgres.Start(tb.Context(), postgres.Options{Dir: dir, Port: port, Password: password, Binaries: postgres.Binaries{
		Bin: os.Getenv("READMEOPS_PG_BIN"), Path: os.Getenv("PATH"), Cache: postgres.DefaultCache(cache), Env: os.Environ(), Offline: os.Getenv("READMEOPS_OFFLINE") != "",
	}})
	if errors.Is(err, postgres.ErrNoBinaries) && os.Getenv("CI") == "" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// An intent survives a server that is killed right after it said yes, also where its commits do not wait for the disk; and a run goes on when the server is back.
func TestCrash_ofThePostgresItselfLosesNoIntent(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("readme-ops-ledger-%d-%d", os.Getpid(), time.Now().UnixNano()))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	password := release.NewSecret("horse")
	s := server(t, dir, 0, password)
	stop := func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		_ = s.Stop(ctx)
	}
	t.Cleanup(func() { stop() })
	exec(t, s.AdminURL("postgres").Reveal(), "alter system set wal_writer_delay = '10s'")
	exec(t, s.AdminURL("postgres").Reveal(), "alter system set synchronous_commit = off")
	exec(t, s.AdminURL("postgres").Reveal(), "select pg_reload_conf()")
	d := dialled(s.URL(postgres.Database).Reveal())
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, _ := recordAt(t, d, quick(t, d, calm()), deadline)
	events := story(run, "prod")
	writeAll(t, r, events[:4])
	kill(t, dir)
	port := s.Port()
	stop()
	s = server(t, dir, port, password)
	there, err := d.Events(t.Context(), run)
	if diff := cmp.Diff(events[:4], there); err != nil || diff != "" {
		t.Error("the intent is lost: ", err, diff)
	}
	if _, held, err := d.Lease(t.Context()); !held || err != nil {
		t.Errorf("the lock is lost: %v", err)
	}
	writeAll(t, r, events[4:])
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if there, err := d.Events(t.Context(), run); err != nil || len(there) != 8 {
		t.Errorf("got %d events, %v", len(there), err)
	}
}

// kill kills the server in dir as the kernel does when there is no memory left.
func kill(t *testing.T, dir string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(strings.SplitN(string(raw), "\n", 2)[0], &pid); err != nil || pid < 2 {
		t.Fatal(pid, err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}
