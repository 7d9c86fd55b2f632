package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readme/cli/migrate"
)

// TestTheSQLIsPostgres lets a real Postgres parse what the rules were tried on, and what they say is better: SQL that it
// does not take would prove nothing, and help nobody. PL/pgSQL parses the statements of a block before it runs the first.
func TestTheSQLIsPostgres(t *testing.T) {
	conn := connect(t)
	parses := func(t *testing.T, sql string) {
		t.Helper()
		sql = strings.ReplaceAll(sql, "= user_id)", "= null)")
		for _, s := range statements(t, sql) {
			if _, err := conn.Exec(t.Context(), "do $lint$ begin return; "+s+"; end $lint$"); err != nil {
				t.Errorf("%s\n%v", s, err)
			}
		}
	}
	paths, err := filepath.Glob("testdata/*/*.sql")
	if err != nil || len(paths) < 40 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			parses(t, string(text))
			for _, d := range check(t, one(t, filepath.Dir(path), filepath.Base(path))) {
				for _, better := range d.Better {
					if strings.HasSuffix(better, ";") && !strings.Contains(better, "...") {
						parses(t, better)
					}
				}
			}
		})
	}
	if _, err := conn.Exec(t.Context(), "do $lint$ begin return; alter table a ad b; end $lint$"); err == nil {
		t.Error("this does not find a mistake")
	}
}

func statements(t *testing.T, sql string) []string {
	t.Helper()
	all, err := migrate.Split([]byte(sql))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range all {
		out = append(out, s.SQL)
	}
	return out
}
