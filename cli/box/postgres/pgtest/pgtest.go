// Package pgtest gives tests fresh databases on a real Postgres: one private cluster for each test binary, gone when
// that process is gone, however it ends.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"readme/cli/box/postgres"
	"readme/cli/release"
)

// roomy is how much of /dev/shm must be free for a cluster in memory: Docker gives 64 MB, which a test may fill.
const roomy = 1 << 30

// deadline is for one call to the server.
const deadline = time.Minute

// shared is the cluster of this test binary. There is one for the process, so it is a variable of the package.
var shared cluster //nolint:gochecknoglobals // one cluster for each test binary is the purpose of this package

type cluster struct {
	once    sync.Once
	server  *postgres.Server
	err     error
	created atomic.Int64
}

// Database makes a database and gives its URL for a role that owns it and is no superuser. It is dropped when the test
// ends, with its connections. The roles anon, authenticated and service_role exist.
// TEST_DATABASE_URL names a server to use instead of an own one; DATABASE_URL is never looked at.
func Database(tb testing.TB) string {
	tb.Helper()
	if external := getenv("TEST_DATABASE_URL"); external != "" {
		return externalDatabase(tb, external)
	}
	s := server(tb)
	name := fmt.Sprintf("t_%d", shared.created.Add(1))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), deadline)
	defer cancel()
	if err := s.CreateDatabase(ctx, name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		if err := s.DropDatabase(ctx, name); err != nil {
			tb.Error(err)
		}
	})
	return s.URL(name).Reveal()
}

// Admin gives the URL of the superuser, to the database that database (a URL from Database) is in, or with "" to the
// one that every cluster has.
func Admin(tb testing.TB, database string) string {
	tb.Helper()
	name := "postgres"
	if u, err := url.Parse(database); err == nil && len(u.Path) > 1 {
		name = u.Path[1:]
	}
	if external := getenv("TEST_DATABASE_URL"); external != "" {
		return externalURL(tb, external, name)
	}
	return server(tb).AdminURL(name).Reveal()
}

// Main stops the cluster after the tests, for packages that look for leaked goroutines:
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }
//
// Others need nothing: the cluster ends with the process.
func Main(m *testing.M) interface{ Run() int } { return runner{m} }

type runner struct{ m *testing.M }

func (r runner) Run() int {
	code := r.m.Run()
	if shared.server != nil {
		_ = shared.server.Stop(context.Background())
	}
	return code
}

// server starts the cluster once. Without any Postgres and any way to get one the test is skipped, except in CI: there
// it fails, because a silent skip would be taken for a pass.
func server(tb testing.TB) *postgres.Server {
	tb.Helper()
	shared.once.Do(func() { shared.server, shared.err = start() })
	if shared.err == nil {
		return shared.server
	}
	text := shared.err.Error()
	if f, ok := errors.AsType[*release.Fault](shared.err); ok && len(f.Evidence) > 0 {
		text += "\n" + f.Evidence[0].Label + ":\n  " + strings.Join(f.Evidence[0].Lines, "\n  ")
	}
	if !errors.Is(shared.err, postgres.ErrNoBinaries) || getenv("CI") != "" {
		tb.Fatalf("no Postgres for this test: %s", text)
	}
	tb.Skipf("no Postgres for this test: %s", text)
	return nil
}

func start() (*postgres.Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return postgres.Start(ctx, postgres.Options{
		Dir:       filepath.Join(memory(), fmt.Sprintf("readme-ops-test-%d-%d", os.Getpid(), time.Now().UnixNano())),
		Ephemeral: true,
		Binaries: postgres.Binaries{
			Bin: getenv("READMEOPS_PG_BIN"), Path: getenv("PATH"), Cache: postgres.DefaultCache(cache),
			Env: environ(), Offline: getenv("READMEOPS_OFFLINE") != "",
		},
		Say: func(line string) { fmt.Fprintln(os.Stderr, line) },
	})
}

// memory is a folder in memory if there is a roomy one: no write-back makes times jump there.
func memory() string {
	var s unix.Statfs_t
	if err := unix.Statfs("/dev/shm", &s); err == nil && uint64(s.Bavail)*uint64(s.Bsize) > roomy { //nolint:gosec,unconvert // the types differ between systems, and neither is negative
		if unix.Access("/dev/shm", unix.W_OK) == nil {
			return "/dev/shm"
		}
	}
	return os.TempDir()
}

// getenv and environ are the door of this package to the environment. It is for tests, which nobody hands it to.
func getenv(name string) string {
	return os.Getenv(name) //nolint:forbidigo // a test helper has no caller that reads the environment for it
}

func environ() []string {
	return os.Environ() //nolint:forbidigo // a test helper has no caller that reads the environment for it
}
