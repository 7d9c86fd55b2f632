package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"readme/cli/box/postgres/pgtest"
	"readme/services/books"
	"readme/services/postgres"
)

func TestOpenRefusesWithoutTheURL(t *testing.T) {
	for _, text := range []string{
		"", "readme", "mysql://u:hunter2@h/d", "postgres://u:hunter2@:5432/d", "postgres://u:hunter2@h:port/d",
		"postgres://u:hunter2@h:1/d?sslmode=maybe", "postgres://u:hunter2@h:1/d?pool_max_conns=x", "postgres://u:hun%zzter2@h/d",
	} {
		_, err := postgres.Open(t.Context(), text, "test")
		if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "zz") {
			t.Errorf("%q: got %v, want an error without the password", text, err)
		}
	}
}

func TestHowAURLIsRead(t *testing.T) {
	cases := []struct {
		name, url string
		mode      pgx.QueryExecMode
		tls       bool
		fallbacks int
	}{
		{"this machine", "postgres://u@127.0.0.1:5432/d", pgx.QueryExecModeCacheStatement, true, 1},
		{"a socket", "postgres://u@/d?host=/tmp", pgx.QueryExecModeCacheStatement, false, 0},
		{"another machine never goes without TLS", "postgres://u@db.example.org:5432/d", pgx.QueryExecModeCacheStatement, true, 0},
		{"unless it is told to", "postgres://u@db.example.org:5432/d?sslmode=disable", pgx.QueryExecModeCacheStatement, false, 0},
		{"a transaction pooler", "postgres://u@db.example.org:6543/d", pgx.QueryExecModeExec, true, 0},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			cfg, err := postgres.Parse(tc.url, "readme-test")
			if err != nil {
				t.Fatal(err)
			}
			c := cfg.ConnConfig
			got := []any{c.DefaultQueryExecMode, c.TLSConfig != nil, len(c.Fallbacks), c.RuntimeParams["application_name"], cfg.MaxConns}
			want := []any{tc.mode, tc.tls, tc.fallbacks, "readme-test", int32(4)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("mode, tls, fallbacks, name, connections (-want +got):\n%s", diff)
			}
		})
	}
}

func TestADatabaseThatIsAwayIsAnErrorOfTheCall(t *testing.T) {
	s, err := postgres.Open(t.Context(), "postgres://u:hunter2@127.0.0.1:1/d", "test")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, err := range map[string]error{"ping": s.Ping(t.Context()), "get": get(t, s)} {
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want an error without the password", name, err)
		}
	}
}

func get(t *testing.T, s *postgres.Store) error {
	t.Helper()
	_, err := s.Get(t.Context(), "00000000-0000-4000-8000-000000000000")
	return err
}

func TestADatabaseWithoutTheTableIsNotReached(t *testing.T) {
	s, err := postgres.Open(t.Context(), pgtest.Database(t), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Ping(t.Context()); err == nil {
		t.Fatal("got no error")
	}
}

func TestNobodyGetsAtARowThroughTheDataAPI(t *testing.T) {
	tb := open(t)
	tb.add(t, 1)
	admin, err := pgx.Connect(t.Context(), pgtest.Admin(t, tb.url))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(context.WithoutCancel(t.Context())) }()
	var secured, may bool
	if err := admin.QueryRow(t.Context(), `select relrowsecurity from pg_class where oid = 'public.books'::regclass`).Scan(&secured); err != nil {
		t.Fatal(err)
	}
	ok(t, admin.QueryRow(t.Context(), `select bool_or(has_table_privilege(rolname, 'public.books', 'select,insert,update,delete'))
		from pg_roles where rolname in ('anon', 'authenticated')`).Scan(&may))
	if !secured || may {
		t.Errorf("row level security %v, anon or authenticated may do something %v", secured, may)
	}
	// Even where an older project still grants everything in public, no row may be seen.
	for _, sql := range []string{`grant usage on schema public to anon`, `grant all on public.books to anon`, `set role anon`} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	var seen int
	ok(t, admin.QueryRow(t.Context(), `select count(*) from public.books`).Scan(&seen))
	if seen != 0 {
		t.Errorf("anon sees %d rows", seen)
	}
}

func TestTheTableRefusesAStatusThatDoesNotExist(t *testing.T) {
	tb := open(t)
	id := tb.addStored(t, 1)
	b, err := tb.Claim(t.Context(), id, 0)
	ok(t, err)
	if err := tb.Settle(t.Context(), b, books.Verdict{Status: "almost"}); err == nil {
		t.Fatal("got no error")
	}
}
