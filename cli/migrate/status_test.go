package migrate_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/migrate"
	"readme/cli/release"
)

func TestStatus_namesWhatNoLongerFits(t *testing.T) {
	t.Parallel()
	address := database(t)
	applied := files(t, "0001_a.sql", "select 1;", "0003_c.sql", "select 3;", "0004_d.sql", "select 4;")
	if _, err := up(t, address, applied, migrate.Options{Commit: "4f2a9c1e00"}); err != nil {
		t.Fatal(err)
	}
	now := files(t, "0001_a.sql", "select 'changed';", "0002_b.sql", "select 2;", "0004_d.sql", "select 4;", "0005_e.sql", "select 5;")
	s := status(t, address, now)
	if diff := cmp.Diff([]string{"0002_b.sql", "0005_e.sql"}, names(s.Pending)); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
	if len(s.Edited) != 1 || len(s.Deleted) != 1 || len(s.OutOfOrder) != 1 {
		t.Errorf("got %+v", s)
	}
	faults, ok := errors.AsType[release.Faults](s.Check())
	if !ok {
		t.Fatalf("got %v, want Faults", s.Check())
	}
	golden(t, show(faults...))
}

func TestUp_refusesAFileThatWasAppliedWithAnotherContent(t *testing.T) {
	t.Parallel()
	address := database(t)
	if _, err := up(t, address, files(t, "0001_a.sql", "select 1;"), migrate.Options{}); err != nil {
		t.Fatal(err)
	}
	_, err := up(t, address, files(t, "0001_a.sql", "create table a ();"), migrate.Options{})
	if f := fault(t, err, address); f.Exit != release.ExitInvalid || exists(t, connect(t, address), "a") {
		t.Errorf("got %s", show(f))
	}
}

func TestConnect_aServerThatIsThere(t *testing.T) {
	t.Parallel()
	if err := reach(t.Context(), release.NewSecret(database(t))); err != nil {
		t.Error(err)
	}
}

func TestConnect_ignoresPostgresVariablesOfTheShell(t *testing.T) {
	address := database(t)
	for name, value := range map[string]string{
		"PGHOST": "db.example.invalid", "PGPORT": "1", "PGUSER": "nobody", "PGPASSWORD": "wrong", "PGDATABASE": "nowhere",
		"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/nowhere/root.crt", "PGSSLCERT": "/nowhere/a", "PGSSLKEY": "/nowhere/b",
		"PGOPTIONS": "-c search_path=nowhere", "PGTZ": "Nowhere/Land", "PGTARGETSESSIONATTRS": "standby", "PGAPPNAME": "x",
		"PGREQUIREAUTH": "none", "PGCHANNELBINDING": "require", "PGCONNECT_TIMEOUT": "x",
	} {
		t.Setenv(name, value)
	}
	if err := reach(t.Context(), release.NewSecret(address)); err != nil {
		t.Error(err)
	}
}

func TestConnect_saysWhyNot(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, its := ordinary(t, address)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	at := its[:strings.LastIndex(its, "/")]
	if !strings.Contains(its, "?") {
		its += "?sslmode=disable"
	}
	cases := []struct{ name, address, want string }{
		{"nothing listens", "postgres://u:s3cr3t@" + closed.Addr().String() + "/postgres", "nothing listens there"},
		{"a database that is not there", at + "/nosuchdatabase", "the database nosuchdatabase does not exist"},
		{"an unknown setting", its + "&pgbouncer=true", `unrecognized configuration parameter "pgbouncer"`},
		{"empty", "  ", "it is empty"},
		{"a placeholder", "postgresql://postgres:[YOUR-PASSWORD]@db.x.supabase.co:5432/postgres", "[YOUR-PASSWORD]"},
		{"no URL", "host=localhost password=s3cr3t", "must begin with postgres://"},
		{"a password that is not encoded", "postgres://u:s3c%r3t@localhost/postgres", "percent-encoded"},
		{"a password with a slash", "postgres://u:s3/cr3t@localhost/postgres", "percent-encoded"},
		{"a password with an @, digits and a slash", "postgres://u:s3c@1/cr3t@localhost/postgres", "percent-encoded"},
		{"no host", "postgres://u:s3cr3t@/postgres", "names no host"},
		{"no user", "postgres://localhost/postgres", "names no user"},
		{"no database", "postgres://u:s3cr3t@localhost", "names no database"},
		{"a bad sslmode", "postgres://u:s3cr3t@localhost/postgres?sslmode=maybe", "sslmode"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := reach(t.Context(), release.NewSecret(c.address))
			f := fault(t, err, c.address)
			if text := show(f) + f.Error(); !strings.Contains(text, c.want) || strings.Contains(text, "s3cr3t") || strings.Contains(text, "cr3t@") {
				t.Errorf("got %s", text)
			}
		})
	}
}

func TestConnect_cancelledSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("ctrl-c")
	cancel(stop)
	if err := reach(ctx, release.NewSecret(database(t))); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

func TestATransactionPoolerIsRefused(t *testing.T) {
	t.Parallel()
	const address = "postgresql://postgres.abcdefgh:hunter2hunter2@aws-0-eu-central-1.pooler.supabase.com:6543/postgres?pgbouncer=true"
	_, err := migrate.ReadStatus(t.Context(), release.NewSecret(address), nil)
	golden(t, show(fault(t, err, address)))
	_, err = migrate.Up(t.Context(), release.NewSecret(address), nil, migrate.Options{})
	fault(t, err, address)
}

// reach connects, and leaves.
func reach(ctx context.Context, url release.Secret) error {
	conn, err := migrate.Connect(ctx, url, "readme-ops test")
	if err == nil {
		err = conn.Close(ctx)
	}
	return err
}
