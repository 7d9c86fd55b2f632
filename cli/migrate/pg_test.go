package migrate_test

import (
	"strings"
	"testing"

	"readme/cli/box/postgres/pgtest"
)

// database gives a fresh database whose owner is no superuser.
func database(t *testing.T) string {
	t.Helper()
	return pgtest.Database(t)
}

// newRole makes a role that may do nothing special and is gone after the test. extra follows CREATE ROLE name.
func newRole(t *testing.T, address, extra string) string {
	t.Helper()
	admin := pgtest.Admin(t, address)
	conn := connect(t, admin)
	name := "r" + one(t, conn, "select substr(md5(random()::text), 1, 12)")
	exec(t, conn, "create role "+name+" "+extra)
	t.Cleanup(func() { execAfter(t, admin, "drop owned by "+name+"; drop role "+name) })
	return name
}

func owner(t *testing.T, address string) string {
	t.Helper()
	return strings.TrimSpace(one(t, connect(t, address), "select quote_ident(current_user)"))
}

func adminOf(t *testing.T, address string) string {
	t.Helper()
	return pgtest.Admin(t, address)
}
