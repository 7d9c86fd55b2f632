package migrate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/migrate"
)

func TestSplit_endsAStatementWherePostgresDoes(t *testing.T) {
	cases := map[string]struct {
		src  string
		want []string
	}{
		"two statements":          {"select 1; select 2;", []string{"select 1", "select 2"}},
		"no last semicolon":       {"select 1;\nselect 2", []string{"select 1", "select 2"}},
		"empty statements":        {";;select 1;;", []string{"select 1"}},
		"only comments":           {"-- a;\n/* b; */", nil},
		"comments around":         {"-- a\nselect /* in */ 1 -- b\n; -- c", []string{"select /* in */ 1"}},
		"string":                  {"select 'a;b'; select 2", []string{"select 'a;b'", "select 2"}},
		"doubled quote":           {"select 'it''s;'; select 2", []string{"select 'it''s;'", "select 2"}},
		"backslash in a string":   {`select 'a\'; select 2`, []string{`select 'a\'`, "select 2"}},
		"escape string":           {`select E'a\';b'; select 2`, []string{`select E'a\';b'`, "select 2"}},
		"escape string goes on":   {"select e'a' -- c\n 'b\\';'; select 2", []string{"select e'a' -- c\n 'b\\';'", "select 2"}},
		"plain string goes on":    {"select 'a'\n'b\\'; select 2", []string{"select 'a'\n'b\\'", "select 2"}},
		"name ending in e":        {`select some'a\'; select 2`, []string{`select some'a\'`, "select 2"}},
		"unicode string":          {`select U&'\0041;'; select 2`, []string{`select U&'\0041;'`, "select 2"}},
		"quoted name":             {`select "a;""b"; select 2`, []string{`select "a;""b"`, "select 2"}},
		"dollar quotes":           {"do $$ begin; end $$; select 2", []string{"do $$ begin; end $$", "select 2"}},
		"dollar tag":              {"do $a$ x $$; $b$; $a$; select 2", []string{"do $a$ x $$; $b$; $a$", "select 2"}},
		"dollar in a name":        {"select a$b$; select c$b$", []string{"select a$b$", "select c$b$"}},
		"dollar after a number":   {"select 1$a$;$a$; select 2", []string{"select 1$a$;$a$", "select 2"}},
		"parameter":               {"select $1; select $2", []string{"select $1", "select $2"}},
		"tag with a digit first":  {"select $1a$; select 2", []string{"select $1a$", "select 2"}},
		"nested comment":          {"select /* a /* b; */ c; */ 1; select 2", []string{"select /* a /* b; */ c; */ 1", "select 2"}},
		"comment in an operator":  {"select 1 +-- ;\n 2; select 3", []string{"select 1 +-- ;\n 2", "select 3"}},
		"rule with two actions":   {"create rule r as on insert to t do (select 1; select 2); select 3", []string{"create rule r as on insert to t do (select 1; select 2)", "select 3"}},
		"too many closing parens": {"select 1); select 2", []string{"select 1)", "select 2"}},
		"body in standard SQL": {
			"create or replace function f(a int) returns int begin atomic select case when a > 1 then 2 end; select 3; end; select 4",
			[]string{"create or replace function f(a int) returns int begin atomic select case when a > 1 then 2 end; select 3; end", "select 4"},
		},
		"function without a body of its own": {"create function end_of(x int) returns int language sql as 'select 1;'; select 2", []string{"create function end_of(x int) returns int language sql as 'select 1;'", "select 2"}},
		"multi-byte text":                    {"select 'ß;日'; select 'é'", []string{"select 'ß;日'", "select 'é'"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := migrate.Split([]byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, texts(got)); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSplit_refusesWhatDoesNotEnd(t *testing.T) {
	cases := map[string]struct{ src, want string }{
		"string":        {"select 'a", "string does not end"},
		"escape string": {`select e'a\'`, "string does not end"},
		"name":          {`select "a`, "name does not end"},
		"dollar quotes": {"do $x$ begin $y$", "closing $x$ is missing"},
		"comment":       {"select /* a /* b */ 1", "*/ is missing"},
		"psql command":  {"select 1;\n\\i other.sql", `\ begins a command of psql`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := migrate.Split([]byte(c.src))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestSplit_saysWhereAStatementBegins(t *testing.T) {
	got, err := migrate.Split([]byte("-- ß\n\n/* ü */ select 1; /* é日 */ select 2;\n\tselect 3"))
	if err != nil {
		t.Fatal(err)
	}
	var places [][2]int
	for _, s := range got {
		places = append(places, [2]int{s.Line, s.Column})
	}
	if diff := cmp.Diff([][2]int{{3, 9}, {3, 28}, {4, 2}}, places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// FuzzSplit holds the splitter to what Up relies on: it ends, it loses nothing but space, comments and semicolons, and
// what it gives are single statements.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"select 1; select 2", "do $$ ; $$;", "e'\\'';'\n'", "/* /* */ ; */;", "create function f() begin atomic select case when 1 then 2 end; select 3; end;",
		"(;);", "$a$;$a$;$1;", "\"a\"\"\";", "-- x\r;\n", "a$$;$$", "\\", "U&\"\\\";\";", "e'a'--\n'\\';'", "select ')'; select ''';'", "é;ß",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		got, err := migrate.Split([]byte(src))
		if err != nil {
			return
		}
		at := 0
		for _, s := range got {
			if src[s.Offset:s.Offset+len(s.SQL)] != s.SQL || s.SQL == "" {
				t.Fatalf("statement %q is not at %d of %q", s.SQL, s.Offset, src)
			}
			onlyBetween(t, src[at:s.Offset])
			at = s.Offset + len(s.SQL)
			alone, err := migrate.Split([]byte(s.SQL))
			if err != nil || len(alone) != 1 || alone[0].SQL != s.SQL {
				t.Fatalf("statement %q alone gives %q, %v", s.SQL, texts(alone), err)
			}
		}
		onlyBetween(t, src[at:])
		again, err := migrate.Split([]byte(strings.Join(texts(got), ";\n")))
		if diff := cmp.Diff(texts(got), texts(again)); err != nil || diff != "" {
			t.Fatalf("joined and split again: %v (-want +got):\n%s", err, diff)
		}
	})
}

// onlyBetween fails if what stands between statements holds one itself.
func onlyBetween(t *testing.T, gap string) {
	t.Helper()
	if got, err := migrate.Split([]byte(gap)); err != nil || len(got) > 0 {
		t.Fatalf("%q was left out: %q, %v", gap, texts(got), err)
	}
}

func texts(all []migrate.Statement) []string {
	var out []string
	for _, s := range all {
		out = append(out, s.SQL)
	}
	return out
}
