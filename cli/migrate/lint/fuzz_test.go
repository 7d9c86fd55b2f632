package lint_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"readme/cli/migrate"
	"readme/cli/migrate/lint"
)

// FuzzCheck holds all rules to what the views rely on: they end, and every diagnostic is about a part of its file.
func FuzzCheck(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*/*.sql")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "")
	}
	for _, seed := range []string{
		"create table", "create table (", "alter table a add", "alter table a add (", "alter table a.b.c.d rename to", "drop table a,", "create index on",
		"alter table a alter b type", "alter table a add column b", "alter table a add check", "create view", "reindex (", "alter domain a add constraint",
		`create table "" ("" "")`, "revoke all on a from", "set lock_timeout to", "select set_config(", "delete from", "update", "alter table a add primary",
		"alter table a add unique", "alter table a add foreign", "-- squawk-ignore", "create function a() security definer", "))((", "drop function a((", "vacuum (",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		files, err := migrate.Load(fstest.MapFS{"0001_a.sql": {Data: []byte(a)}, "0002_b.sql": {Data: []byte(b)}}, "m")
		if err != nil {
			if files, err = migrate.Load(fstest.MapFS{"0001_a.sql": {Data: []byte(a)}}, "m"); err != nil {
				return
			}
		}
		for _, d := range lint.Check(files, lint.Project{Supabase: true}) {
			source := files[0].Source()
			if d.Migration == "0002_b.sql" {
				source = files[1].Source()
			}
			if d.Span.Start < 0 || d.Span.Start > d.Span.End || d.Span.End > len(source) {
				t.Fatalf("%s is about %v of %d bytes", d.Rule, d.Span, len(source))
			}
			if s := d.Snippet; s.Start < 0 || s.Start > s.End || s.End > len(s.Line) {
				t.Fatalf("%s shows %d to %d of %q", d.Rule, s.Start, s.End, s.Line)
			}
			if d.Where.Line < 1 || d.Where.Column < 1 || d.Title == "" {
				t.Fatalf("%+v", d)
			}
		}
	})
}
