package lint_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"readme/cli/migrate"
	"readme/cli/migrate/lint"
)

func TestCheck_knowsATypeFromAnEarlierFile(t *testing.T) {
	before := "create table books (id bigint, title varchar(20), size integer, kind text);\nalter table books enable row level security;"
	files := load(t, "0001_a.sql", before,
		"0002_b.sql", "alter table books rename title to name; -- squawk-ignore\nalter table books alter name type varchar(40), alter kind type varchar(5), alter size type numeric;")
	got := lint.Of(check(t, files), func(name string) bool { return name == "0002_b.sql" })
	if diff := cmp.Diff([]string{"changing-column-type", "changing-column-type"}, rules(got)); diff != "" {
		t.Errorf("a wider varchar is no rewrite, the others are (-want +got):\n%s", diff)
	}
	for _, d := range got {
		if strings.HasPrefix(d.Title, "unless") {
			t.Errorf("the old type is known: %s", d.Title)
		}
	}
}

func TestCheck_aCheckThatWasValidatedSparesTheScanOfSetNotNull(t *testing.T) {
	proof := "alter table books add constraint t check (title is not null) not valid;"
	for name, c := range map[string]struct {
		second string
		want   []string
	}{
		"validated":     {"alter table books validate constraint t; alter table books alter title set not null;", nil},
		"not validated": {"alter table books alter title set not null;", []string{"adding-not-nullable-field"}},
		"another":       {"alter table books validate constraint t; alter table books alter author set not null;", []string{"adding-not-nullable-field"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, rules(check(t, load(t, "0001_a.sql", proof, "0002_b.sql", c.second)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheck_whatClosesATableMayStandInALaterFile(t *testing.T) {
	made := "create table books (id bigint);"
	if got := rules(check(t, load(t, "0001_a.sql", made, "0002_b.sql", "alter table public.books enable row level security;"))); len(got) > 0 {
		t.Errorf("got %v", got)
	}
	everything := "revoke all on all tables in schema public from anon, authenticated;"
	if got := rules(check(t, load(t, "0001_a.sql", made, "0002_b.sql", everything))); len(got) > 0 {
		t.Errorf("nothing is left to the public roles: got %v", got)
	}
	if got := rules(check(t, load(t, "0001_a.sql", everything+made, "0002_b.sql", "revoke all on books from anon;"))); len(got) != 1 {
		t.Errorf("what is made later, and left to one of them, is open: got %v", got)
	}
	if got := rules(check(t, load(t, "0001_a.sql", "alter table books enable row level security;", "0002_b.sql", made))); len(got) != 1 {
		t.Errorf("an earlier file cannot have closed it: got %v", got)
	}
	if got := rules(lint.Check(load(t, "0001_a.sql", made), lint.Project{})); len(got) > 0 {
		t.Errorf("without Supabase nothing is open: got %v", got)
	}
}

func TestCheck_filesOfOneReleaseSeeEachOthersTablesAsNew(t *testing.T) {
	files := load(t,
		"0001_a.sql", "create table books (id bigint, title text); alter table books enable row level security;",
		"0002_b.sql", "create table shelves (id bigint, title text); alter table shelves enable row level security;",
		"0003_c.sql", "create index on books (title); create index on shelves (title); alter table shelves rename to places; create index on places (id);")
	got := lint.Check(files, lint.Project{Supabase: true, New: func(name string) bool { return name != "0001_a.sql" }})
	if len(got) != 1 || !strings.Contains(got[0].Title, "books") {
		t.Errorf("only books is in use:\n%s", told(got))
	}
	if got := rules(check(t, files)); len(got) != 4 {
		t.Errorf("file by file all of them are: %v", got)
	}
}

func TestCheck_honoursIgnores(t *testing.T) {
	const drop = "alter table books drop column title;"
	for name, c := range map[string]struct{ sql, want string }{
		"above":                         {"-- squawk-ignore ban-drop-column\n" + drop, ""},
		"above, with others":            {"-- squawk-ignore ban-drop-table, ban-drop-column\n" + drop, ""},
		"above, without a space":        {"--squawk-ignore ban-drop-column\n" + drop, ""},
		"above, in a block":             {"/* squawk-ignore ban-drop-column */\n" + drop, ""},
		"above, all rules":              {"-- squawk-ignore\n" + drop, ""},
		"above, with a reason":          {"-- squawk-ignore ban-drop-column -- nobody reads it\n-- since May\n\n" + drop, ""},
		"behind it":                     {drop + " -- squawk-ignore ban-drop-column\n" + drop, "ban-drop-column"},
		"another rule":                  {"-- squawk-ignore ban-drop-table\n" + drop, "ban-drop-column"},
		"only the next statement":       {"-- squawk-ignore\nselect 1;\n" + drop, "ban-drop-column"},
		"the next line of one":          {"alter table books\n-- squawk-ignore ban-drop-column\ndrop column a,\ndrop column b;", "ban-drop-column"},
		"a statement of several lines":  {"-- squawk-ignore ban-drop-column\nalter table books\ndrop column a,\ndrop column b;", ""},
		"the file":                      {drop + "\n-- squawk-ignore-file ban-drop-column\n" + drop, ""},
		"the file, all rules":           {drop + "\n-- squawk-ignore-file\n", ""},
		"a word that only begins so":    {"-- squawk-ignored ban-drop-column\n" + drop, "ban-drop-column"},
		"at the end of everything":      {drop + "\n-- squawk-ignore", "ban-drop-column"},
		"in a string it is no comment":  {"select '-- squawk-ignore-file'; " + drop, "ban-drop-column"},
		"behind something, on its line": {"select 1; -- squawk-ignore\n" + drop, "ban-drop-column"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(rules(check(t, load(t, "0001_a.sql", c.sql))), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestFolder_namesWhatIsNeverRunAndAnOrderThatMisleads(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, name := range []string{"0001_a.sql", "00010_c.sql", "0002_b.sql", "0003_d.SQL", "old/0004_e.sql", "notes/README.md", "embed.go"} {
		fsys[name] = &fstest.MapFile{Data: []byte("select 1;")}
	}
	files, err := migrate.Load(fsys, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	got, err := lint.Folder(fsys, "migrations", files)
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, d := range got {
		places = append(places, d.Rule+" "+d.Where.String())
	}
	want := []string{"file-name migrations/0003_d.SQL", "file-name migrations/old", "file-order migrations/0001_a.sql"}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func rules(all []lint.Diagnostic) []string {
	var out []string
	for _, d := range all {
		out = append(out, d.Rule)
	}
	return out
}
