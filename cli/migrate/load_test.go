package migrate_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"readme/cli/migrate"
	"readme/cli/release"
)

func TestLoad_sortsByNumberAndReadsMarks(t *testing.T) {
	got := files(t,
		"10000_last.sql", "select 1;",
		"0002_index.sql", "-- why: so that reads stay fast\n-- readme-ops: no-transaction\ncreate index concurrently i on t (a);",
		"0010_drop.sql", "--readme-ops:after-deploy\nalter table t drop column a; select 2;",
		"README.md", "not SQL",
		"embed.go", "package migrations",
	)
	if diff := cmp.Diff([]string{"0002_index.sql", "0010_drop.sql", "10000_last.sql"}, names(got)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	first, second := got[0], got[1]
	if !first.NoTransaction || first.AfterDeploy || second.NoTransaction || !second.AfterDeploy {
		t.Errorf("marks: %+v, %+v", first, second)
	}
	if first.Version != 2 || first.File != "migrations/0002_index.sql" || len(second.Statements) != 2 {
		t.Errorf("got %+v, %+v", first, second)
	}
	const sum = "354b7196c9ba5fb4b21cf615bb6ec4cd5c07503c34229feef033fc081a8c03f4" // printf 'select 1;' | sha256sum
	if got[2].SHA256 != sum {
		t.Errorf("sha256 %s, want %s", got[2].SHA256, sum)
	}
}

func TestLoad_ofAnEmptyFolderIsNoError(t *testing.T) {
	if got := files(t); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestLoad_ofAMissingFolderIsAFault(t *testing.T) {
	_, err := migrate.Load(os.DirFS("testdata/nowhere"), "migrations")
	if f := fault(t, err, ""); f.Exit != release.ExitInvalid || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestLoad_refuses(t *testing.T) {
	cases := map[string][]string{
		"a bad name":                  {"1_books.sql", "select 1;"},
		"a down file":                 {"0001_books.down.sql", "select 1;"},
		"two of one number":           {"0001_a.sql", "select 1;", "0001_b.sql", "select 1;", "0004_c.sql", "select 1;"},
		"a concurrent detach":         {"0001_a.sql", "alter table if exists only public.a\n  detach partition public.b concurrently;"},
		"an empty file":               {"0001_a.sql", ""},
		"a file of comments":          {"0001_a.sql", "-- nothing yet\n/* ; */ ;"},
		"a byte order mark":           {"0001_a.sql", "\xef\xbb\xbfselect 1;"},
		"windows line endings":        {"0001_a.sql", "select 1;\nselect 2;\r\n"},
		"another encoding":            {"0001_a.sql", "select 'ok',\n 'gr\xfc\xdfe';"},
		"a zero byte":                 {"0001_a.sql", "select 1;\x00"},
		"a string without end":        {"0001_a.sql", "select 'größe', 'a;\nselect 2;"},
		"dollar quotes without end":   {"0001_a.sql", "do $body$\nbegin\nend $bdy$;"},
		"a comment without end":       {"0001_a.sql", "select 1; /* a /* b */"},
		"a command of psql":           {"0001_a.sql", "\\set x 1\nselect :x;"},
		"an unknown mark":             {"0001_a.sql", "-- readme-ops: no-transactions\nselect 1;"},
		"a mark below a statement":    {"0001_a.sql", "select 1;\n-- readme-ops: no-transaction\n"},
		"transaction control":         {"0001_a.sql", "/* é */ begin; select 1;\nCOMMIT ; select 2; start /* x */ transaction; rollback to a; end; savepoint a; prepare transaction 'x'"},
		"copy from the client":        {"0001_a.sql", "copy books (id) from stdin;"},
		"an index beside transaction": {"0001_a.sql", "select 1;\ncreate unique index concurrently if not exists i on t (a);"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := load(c...)
			faults, ok := errors.AsType[release.Faults](err)
			if !ok {
				t.Fatalf("got %v, want Faults", err)
			}
			for _, f := range faults {
				if f.Exit != release.ExitInvalid || f.Try == "" || f.Where == nil {
					t.Errorf("not complete: %+v", f)
				}
			}
			golden(t, show(faults...))
		})
	}
}

func TestLoad_allowsWhatOnlyLooksLikeTransactionControl(t *testing.T) {
	files(t, "0001_a.sql", `create function f() returns void language plpgsql as $$ begin perform 1; end $$;
		create function g() returns int begin atomic select 1; end;
		prepare p as select 1; deallocate p;
		insert into t values ('begin; commit;'); -- commit;
		select "begin" from t; refresh materialized view concurrently v;`)
}

func TestLoad_refusesAFileThatIsTooLarge(t *testing.T) {
	fsys := fstest.MapFS{"0001_a.sql": &fstest.MapFile{Data: []byte("select '" + strings.Repeat("x", 16<<20) + "';")}}
	_, err := migrate.Load(fsys, "migrations")
	if err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("got %v", err)
	}
}
