package migrate_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/migrate"
	"readme/cli/release"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// files makes migrations of name, content, name, content …
func files(t *testing.T, nameAndText ...string) []migrate.Migration {
	t.Helper()
	all, err := load(nameAndText...)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func load(nameAndText ...string) ([]migrate.Migration, error) {
	fsys := fstest.MapFS{}
	for i := 0; i < len(nameAndText); i += 2 {
		fsys[nameAndText[i]] = &fstest.MapFile{Data: []byte(nameAndText[i+1])}
	}
	return migrate.Load(fsys, "migrations")
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// exec runs SQL in which several statements may stand.
func exec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// one gives the first column of the first row as text.
func one(t *testing.T, conn *pgx.Conn, sql string, args ...any) string {
	t.Helper()
	var v any
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return fmt.Sprint(v)
}

func exists(t *testing.T, conn *pgx.Conn, relation string) bool {
	t.Helper()
	return one(t, conn, "select to_regclass($1) is not null", relation) == "true"
}

// until asks again and again until a query says true, or the test's time is over.
func until(t *testing.T, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); one(t, conn, sql, args...) != "true"; {
		if time.Now().After(deadline) {
			t.Fatalf("never became true: %s", sql)
		}
	}
}

func up(t *testing.T, address string, pending []migrate.Migration, o migrate.Options) ([]migrate.Result, error) {
	t.Helper()
	return migrate.Up(t.Context(), release.NewSecret(address), pending, o)
}

func status(t *testing.T, address string, all []migrate.Migration) migrate.Status {
	t.Helper()
	s, err := migrate.ReadStatus(t.Context(), release.NewSecret(address), all)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func names(all []migrate.Migration) []string {
	out := []string{}
	for _, m := range all {
		out = append(out, m.Name)
	}
	return out
}

// fault takes the Fault out of err and sees to it that the address's password is nowhere in it.
func fault(t *testing.T, err error, address string) *release.Fault {
	t.Helper()
	f, ok := errors.AsType[*release.Fault](err)
	if !ok {
		t.Fatalf("got %v, want a Fault", err)
	}
	if f.Try == "" {
		t.Errorf("no try: in %v", f)
	}
	if u, err := url.Parse(address); err == nil {
		if password, _ := u.User.Password(); password != "" && strings.Contains(show(f), password) {
			t.Errorf("the password is in the fault:\n%s", show(f))
		}
	}
	return f
}

// show writes faults as a plain view would.
func show(faults ...*release.Fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "%s\n", f.Title)
		if f.Detail != "" {
			fmt.Fprintf(&b, "  %s\n", f.Detail)
		}
		if f.Where != nil {
			fmt.Fprintf(&b, "  at %s\n", f.Where)
		}
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "  %s\n", e.Label)
			for _, line := range e.Lines {
				fmt.Fprintf(&b, "    %s\n", line)
			}
		}
		fmt.Fprintf(&b, "  try: %s\n  exit %d\n", f.Try, f.Exit)
	}
	return b.String()
}

var changing = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|127\.0\.0\.1:\d+/\w+|process \d+|pid = \d+|user \w+,|since \d\d:\d\d:\d\d UTC`)

// golden compares text with the test's golden file, without what differs from run to run.
func golden(t *testing.T, text string) {
	t.Helper()
	text = changing.ReplaceAllStringFunc(text, func(s string) string { return regexp.MustCompile(`\d+`).ReplaceAllString(s, "N") })
	text = regexp.MustCompile(`N/\w+|user \w+,`).ReplaceAllString(text, "X")
	file := filepath.Join("testdata", strings.ReplaceAll(t.Name(), "/", "_")+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
