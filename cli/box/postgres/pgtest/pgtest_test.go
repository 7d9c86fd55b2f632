package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"readme/cli/box/postgres/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

func TestDatabase_isFreshAndOwnedByARoleThatIsNoSuperuser(t *testing.T) {
	t.Parallel()
	for range 2 {
		t.Run("each", func(t *testing.T) {
			t.Parallel()
			conn, err := pgx.Connect(t.Context(), pgtest.Database(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close(t.Context()) })
			if _, err := conn.Exec(t.Context(), "create table books (id int); alter table books enable row level security"); err != nil {
				t.Fatal(err)
			}
			var super, owner bool
			err = conn.QueryRow(t.Context(), `select rolsuper, d.datdba = r.oid from pg_roles r, pg_database d
				where r.rolname = current_user and d.datname = current_database()`).Scan(&super, &owner)
			if err != nil {
				t.Fatal(err)
			}
			if super || !owner {
				t.Errorf("got superuser %v and owner %v, want false and true", super, owner)
			}
		})
	}
}

func TestAdmin_isASuperuserInTheSameDatabase(t *testing.T) {
	t.Parallel()
	database := pgtest.Database(t)
	var names [2]string
	var super bool
	for i, address := range []string{database, pgtest.Admin(t, database)} {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		err = conn.QueryRow(t.Context(), `select current_database(), rolsuper from pg_roles where rolname = current_user`).Scan(&names[i], &super)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close(t.Context())
	}
	if !super || names[0] != names[1] {
		t.Errorf("got superuser %v in %q", super, names)
	}
}

func TestDatabase_ofAnotherServer(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", pgtest.Admin(t, ""))
	conn, err := pgx.Connect(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	var super bool
	if err := conn.QueryRow(t.Context(), `select rolsuper from pg_roles where rolname = current_user`).Scan(&super); err != nil {
		t.Fatal(err)
	}
	if super {
		t.Error("the role is a superuser")
	}
}
