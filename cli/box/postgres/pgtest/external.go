package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// externalDatabase makes a database on the server of TEST_DATABASE_URL, and a role for it, if that URL's own is a
// superuser: tests must not pass because nothing is forbidden to them.
func externalDatabase(tb testing.TB, external string) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), deadline)
	defer cancel()
	conn := connect(ctx, tb, external)
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	name := "readme_test_" + strings.ToLower(rand.Text())
	quoted := pgx.Identifier{name}.Sanitize()
	var superuser bool
	if err := conn.QueryRow(ctx, `select rolsuper from pg_roles where rolname = current_user`).Scan(&superuser); err != nil {
		tb.Fatal(err)
	}
	u, err := url.Parse(externalURL(tb, external, name))
	if err != nil {
		tb.Fatal("TEST_DATABASE_URL is no URL")
	}
	create, drops := "create database "+quoted, []string{"drop database if exists " + quoted + " with (force)"}
	if superuser {
		password := rand.Text()
		if _, err := conn.Exec(ctx, "create role "+quoted+" login createdb createrole password '"+password+"'"); err != nil {
			tb.Fatal(err)
		}
		u.User = url.UserPassword(name, password)
		create += " owner " + quoted
		drops = append(drops, "drop role if exists "+quoted)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		conn := connect(ctx, tb, external)
		defer func() { _ = conn.Close(ctx) }()
		for _, sql := range drops {
			if _, err := conn.Exec(ctx, sql); err != nil {
				tb.Error(err)
			}
		}
	})
	if _, err := conn.Exec(ctx, create); err != nil {
		tb.Fatal(err)
	}
	return u.String()
}

// externalURL is the same server with another database.
func externalURL(tb testing.TB, external, database string) string {
	tb.Helper()
	u, err := url.Parse(external)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		tb.Fatal("TEST_DATABASE_URL is no URL like postgres://user:password@host:5432/database")
	}
	u.Path = "/" + database
	return u.String()
}

func connect(ctx context.Context, tb testing.TB, to string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(ctx, to)
	if err != nil {
		tb.Fatal(fmt.Errorf("connect to the server of TEST_DATABASE_URL: %w", err))
	}
	return conn
}
