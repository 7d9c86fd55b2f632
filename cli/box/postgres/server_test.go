package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"readme/cli/box/postgres"
	"readme/cli/release"
)

// The test binary is also the owner of a server that gets killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("POSTGRES_TEST_DIR"); dir != "" {
		owner(dir, os.Getenv("POSTGRES_TEST_EPHEMERAL") != "")
		return
	}
	syscall.Umask(0o022) // what these tests make must be open to the user of Postgres
	goleak.VerifyTestMain(m)
}

func owner(dir string, ephemeral bool) {
	s, err := postgres.Start(context.Background(), postgres.Options{Dir: dir, Ephemeral: ephemeral, Binaries: installed()})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.PID(), s.AdminURL("readme").Reveal())
	select {}
}

// installed looks for a Postgres of this machine and does not fetch one.
func installed() postgres.Binaries {
	return postgres.Binaries{Bin: os.Getenv("READMEOPS_PG_BIN"), Path: os.Getenv("PATH"), Cache: os.TempDir() + "/none", Offline: true}
}

// open gives a folder that the user of Postgres can reach too; that of t.TempDir is closed to others.
func open(t *testing.T) string {
	t.Helper()
	parent := ""
	if unix.Access("/dev/shm", unix.W_OK) == nil {
		parent = "/dev/shm" // in memory nothing waits for the disk
	}
	dir, err := os.MkdirTemp(parent, "postgres-test-") //nolint:usetesting // see above: others must get in
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// needed skips a test where there is no Postgres; in CI it fails, because a silent skip would be taken for a pass.
func needed(t *testing.T) {
	t.Helper()
	found, err := postgres.Find(t.Context(), installed())
	if err == nil && len(found) > 0 {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Postgres on this machine", err)
	}
	t.Skip("no Postgres on this machine", err)
}

// start starts a server and stops it with the test.
func start(t *testing.T, o postgres.Options) *postgres.Server {
	t.Helper()
	needed(t)
	o.Binaries = installed()
	s, err := postgres.Start(t.Context(), o)
	if err != nil {
		t.Fatalf("%v\n%+v", err, release.AsFault(err).Evidence)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func query[T any](t *testing.T, address release.Secret, sql string) T {
	t.Helper()
	var v T
	if err := try(t.Context(), address, sql, &v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func try(ctx context.Context, address release.Secret, sql string, into any) error {
	conn, err := pgx.Connect(ctx, address.Reveal())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if into == nil {
		_, err = conn.Exec(ctx, sql)
		return err
	}
	return conn.QueryRow(ctx, sql).Scan(into)
}

func TestStart_keepsTheDataFromOneStartToTheNext(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(open(t), "a folder with blanks and é", "postgres")
	password := release.NewSecret("it's a \\ password, 100%")
	s := start(t, postgres.Options{Dir: dir, Password: password})
	if err := try(t.Context(), s.URL(postgres.Database), "create table books (id int); insert into books values (7)", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := start(t, postgres.Options{Dir: dir, Password: password, Port: s.Port()})
	if again.Port() != s.Port() {
		t.Errorf("got port %d, want %d", again.Port(), s.Port())
	}
	if got := query[int](t, s.URL(postgres.Database), "select id from books"); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
}

func TestStart_makesWhatTheProductExpects(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Options{Dir: filepath.Join(open(t), "e"), Ephemeral: true})
	role := s.URL(postgres.Database)
	tests := []struct{ name, sql, want string }{
		{"its role is no superuser", `select concat_ws(',', rolsuper, rolcreatedb, rolcreaterole, rolcanlogin, rolbypassrls) from pg_roles where rolname = current_user`, "f,t,t,t,f"},
		{"it owns its database", `select pg_get_userbyid(datdba)::text from pg_database where datname = current_database()`, "readme"},
		{"Supabase's roles exist", `select string_agg(rolname || ' ' || rolcanlogin || ' ' || rolbypassrls, ', ' order by rolname) from pg_roles where rolname in ('anon', 'authenticated', 'service_role')`, "anon false false, authenticated false false, service_role false true"},
		{"text is handled as people write it", `select lower('É') || ' ' || ('é' > 'a' and 'é' < 'f')`, "é true"},
		{"time is UTC", `show timezone`, "UTC"},
		{"the encoding is UTF-8", `show server_encoding`, "UTF8"},
		{"only this machine is listened to", `show listen_addresses`, "127.0.0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := query[string](t, role, tt.sql); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, sql := range []string{
		"create extension pgcrypto",
		"create table t (id int); alter table t enable row level security; alter table t force row level security",
		"begin; set local role anon; select 1; commit",
	} {
		if err := try(t.Context(), role, sql, nil); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if err := try(t.Context(), role, "set role anon; select * from t", nil); err == nil {
		t.Error("anon reads a table that nobody granted it")
	}
	wrong := release.NewSecret(strings.Replace(role.Reveal(), "readme:", "readme:x", 1))
	if err := try(t.Context(), wrong, "select 1", nil); err == nil {
		t.Error("a wrong password was let in")
	}
}

func TestStop_deletesAnEphemeralCluster(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(open(t), "e")
	s := start(t, postgres.Options{Dir: dir, Ephemeral: true})
	for range 2 {
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want the folder to be gone", err)
	}
	select {
	case <-s.Done():
	default:
		t.Error("the server is stopped and not done")
	}
}

func TestStart_refusesAPortThatIsTaken(t *testing.T) {
	t.Parallel()
	dir := open(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	needed(t)
	_, err = postgres.Start(t.Context(), postgres.Options{
		Dir: filepath.Join(dir, "pg"), Port: l.Addr().(*net.TCPAddr).Port, Binaries: installed(),
	})
	if !errors.Is(err, postgres.ErrPortTaken) || release.AsFault(err).Title != "Postgres did not start" {
		t.Errorf("got %v, want %v", err, postgres.ErrPortTaken)
	}
}

func TestStart_refusesAClusterOfAnotherVersion(t *testing.T) {
	t.Parallel()
	dir := open(t)
	start(t, postgres.Options{Dir: dir}).Stop(t.Context())
	version := filepath.Join(dir, "data", "PG_VERSION")
	if err := os.WriteFile(version, []byte("14\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Start(t.Context(), postgres.Options{Dir: dir, Binaries: installed()})
	f := release.AsFault(err)
	if f.Exit != release.ExitStepFailed || !strings.Contains(f.Title, "Postgres 14") || f.Try != "readme-ops box reset" {
		t.Errorf("got %+v", f)
	}
	if _, err := os.Stat(version); err != nil {
		t.Errorf("the data were touched: %v", err)
	}
}

func TestStart_cleansUpBehindAHalfFinishedInitdb(t *testing.T) {
	t.Parallel()
	dir := open(t)
	if err := os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := start(t, postgres.Options{Dir: dir})
	if got := query[int](t, s.URL(postgres.Database), "select 1"); got != 1 {
		t.Errorf("got %d", got)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.new")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestStart_survivesAStalePidFile(t *testing.T) {
	t.Parallel()
	self := os.Getpid()
	zombie := exec.Command("true")
	if err := zombie.Start(); err != nil {
		t.Fatal(err)
	}
	defer zombie.Wait()
	for name, pid := range map[string]int{"of a reused number": self, "of a zombie": zombie.Process.Pid, "of nobody": 1 << 22} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := open(t)
			start(t, postgres.Options{Dir: dir}).Stop(t.Context())
			text := fmt.Sprintf("%d\n%s\n1700000000\n5432\n\n127.0.0.1\n\nready   \n", pid, filepath.Join(dir, "data"))
			if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s := start(t, postgres.Options{Dir: dir})
			if got := query[int](t, s.URL(postgres.Database), "select 1"); got != 1 {
				t.Errorf("got %d", got)
			}
		})
	}
}

func TestStart_recoversFromAKilledServer(t *testing.T) {
	t.Parallel()
	dir := open(t)
	s := start(t, postgres.Options{Dir: dir})
	if err := try(t.Context(), s.URL(postgres.Database), "create table kept (id int)", nil); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(s.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := start(t, postgres.Options{Dir: dir})
	if got := query[int](t, again.URL(postgres.Database), "select count(*)::int from kept"); got != 0 {
		t.Errorf("got %d", got)
	}
}

func TestStart_waitsNoLongerThanItsContextForTheLock(t *testing.T) {
	t.Parallel()
	dir := open(t)
	start(t, postgres.Options{Dir: dir})
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("that is enough")
	_, err := postgres.Start(ctx, postgres.Options{Dir: dir, Binaries: installed(), Say: func(string) { cancel(cause) }})
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}

func TestStart_namesTheFolderThatIsClosedToItsUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root runs Postgres as another user")
	}
	closed := filepath.Join(open(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Start(t.Context(), postgres.Options{Dir: filepath.Join(closed, "pg"), Binaries: installed()})
	if f := release.AsFault(err); !strings.Contains(f.Detail, closed) || f.Try != "chmod o+x "+closed {
		t.Errorf("got %+v", f)
	}
}

func TestStart_saysWhatFailedWhenTheFolderCannotBeMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(open(t), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Start(t.Context(), postgres.Options{Dir: filepath.Join(file, "pg"), Binaries: installed()})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}

func TestServer_isSealedFromTheEnvironmentOfThePerson(t *testing.T) {
	for name, value := range map[string]string{
		"LANG": "xx_XX.broken", "LC_ALL": "xx_XX.broken", "TZ": "Nowhere/Land", "PGDATA": "/no/such", "PGPORT": "1",
		"PGHOST": "example.invalid", "PGUSER": "somebody", "PGOPTIONS": "-c search_path=elsewhere", "PGAPPNAME": "x",
	} {
		t.Setenv(name, value)
	}
	s := start(t, postgres.Options{Dir: filepath.Join(open(t), "e"), Ephemeral: true})
	if err := s.CreateDatabase(t.Context(), "other"); err != nil {
		t.Fatal(err)
	}
	if err := s.DropDatabase(t.Context(), "other"); err != nil {
		t.Fatal(err)
	}
}
