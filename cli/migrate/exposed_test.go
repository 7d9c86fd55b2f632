package migrate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/migrate"
	"readme/cli/release"
)

func exposed(t *testing.T, address string) []string {
	t.Helper()
	open, err := migrate.Exposed(t.Context(), release.NewSecret(address))
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, o := range open {
		lines = append(lines, o.String()+": "+o.Mend())
	}
	return lines
}

func TestExposed(t *testing.T) {
	const grant = "grant select on public.t to anon;"
	for name, x := range map[string]struct {
		sql  string
		want []string
	}{
		"an empty database":           {"", nil},
		"a new table":                 {"create table public.t (id int);", nil}, // as at Supabase since October 2026: granted to nobody
		"a table of old":              {"create table public.t (id int); grant all on public.t to anon, authenticated, service_role;", []string{"table public.t is open to anon and authenticated: alter table public.t enable row level security;"}},
		"only to insert":              {"create table public.t (id int); grant insert on public.t to authenticated;", []string{"table public.t is open to authenticated: alter table public.t enable row level security;"}},
		"one column":                  {"create table public.t (id int, x int); grant select (x) on public.t to anon;", []string{"table public.t is open to anon: alter table public.t enable row level security;"}},
		"granted to everybody":        {"create table public.t (id int); grant select on public.t to public;", []string{"table public.t is open to anon and authenticated: alter table public.t enable row level security;"}},
		"row level security is on":    {"create table public.t (id int); alter table public.t enable row level security;" + grant, nil},
		"only the service role":       {"create table public.t (id int); grant all on public.t to service_role;", nil},
		"another schema":              {"create schema s; create table s.t (id int); grant usage on schema s to anon; grant select on s.t to anon;", nil},
		"partitions count one by one": {"create table public.t (id int) partition by list (id); create table public.one partition of public.t for values in (1); alter table public.one enable row level security;" + grant, []string{"partitioned table public.t is open to anon: alter table public.t enable row level security;"}},
		"a view":                      {"create view public.t as select 1 as id;" + grant, []string{"view public.t is open to anon: alter view public.t set (security_invoker = true);"}},
		"a view for its caller":       {"create view public.t with (security_invoker = on) as select 1 as id;" + grant, nil},
		"a view, told otherwise":      {"create view public.t with (security_invoker = false) as select 1 as id;" + grant, []string{"view public.t is open to anon: alter view public.t set (security_invoker = true);"}},
		"a materialized view":         {"create materialized view public.t as select 1 as id;" + grant, []string{"materialized view public.t is open to anon: revoke all on public.t from anon;"}},
		"an odd name":                 {`create table public."Odd "" name" (id int); grant select on public."Odd "" name" to anon;`, []string{`table public."Odd "" name" is open to anon: alter table public."Odd "" name" enable row level security;`}},
		"nobody may enter public":     {"create table public.t (id int); revoke usage on schema public from public, anon, authenticated;" + grant, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := database(t)
			conn := connect(t, address)
			exec(t, conn, x.sql)
			got := exposed(t, address)
			if diff := cmp.Diff(append([]string{}, x.want...), got); diff != "" {
				t.Fatalf("open (-want +got):\n%s", diff)
			}
			open, err := migrate.Exposed(t.Context(), release.NewSecret(address))
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range open {
				exec(t, conn, o.Mend())
			}
			if got := exposed(t, address); len(got) != 0 {
				t.Errorf("the advice did not help: %v", got)
			}
		})
	}
}

func TestExposed_anonReallyReadsWhatIsOpen(t *testing.T) {
	address := database(t)
	conn := connect(t, address)
	exec(t, conn, "create table public.t (id int); insert into public.t values (7); grant select on public.t to anon;")
	read := func() string {
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(t.Context())
		exec(t, conn, "set local role anon")
		return one(t, conn, "select count(*) from public.t")
	}
	if got := read(); got != "1" {
		t.Errorf("open: anon sees %s rows", got)
	}
	exec(t, conn, "alter table public.t enable row level security")
	if got := read(); got != "0" {
		t.Errorf("closed: anon sees %s rows", got)
	}
}

func TestExposed_whatBelongsToAnExtensionIsNotOurs(t *testing.T) {
	address := database(t)
	admin := connect(t, adminOf(t, address))
	if one(t, admin, "select count(*) from pg_available_extensions where name = 'pg_stat_statements'") == "0" {
		t.Skip("this Postgres has no extension with a view")
	}
	exec(t, admin, "create extension pg_stat_statements schema public")
	exec(t, admin, "grant select on public.pg_stat_statements to anon")
	if got := exposed(t, address); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// The product's own migrations, in a database like those that Supabase made until 2026: every new table is granted to all.
func TestExposed_theProductsMigrationsOpenNothing(t *testing.T) {
	address := database(t)
	exec(t, connect(t, address), "alter default privileges in schema public grant all on tables to anon, authenticated, service_role")
	all, err := migrate.Load(os.DirFS(filepath.Join("..", "..", "migrations")), "migrations")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := up(t, address, all, migrate.Options{AfterDeploy: true}); err != nil {
		t.Fatal(err)
	}
	if got := exposed(t, address); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestOpenFault_namesTheTableAndTheCure(t *testing.T) {
	books := migrate.Table{Name: "public.books", Kind: "table", Roles: []string{"anon"}}
	odd := migrate.Table{Name: `public."Odd name"`, Kind: "view", Roles: []string{"anon", "authenticated"}}
	if f := migrate.OpenFault(migrate.Opened([]migrate.Table{books}, []migrate.Table{books})); f != nil {
		t.Errorf("what was open before is a fault of this release: %v", f)
	}
	golden(t, show(migrate.OpenFault([]migrate.Table{books}), migrate.OpenFault(migrate.Opened(nil, []migrate.Table{odd, books}))))
}
