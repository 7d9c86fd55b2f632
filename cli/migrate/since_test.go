package migrate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"readme/cli/migrate"
	"readme/cli/release"
)

func TestSince_findsWhatIsNewAndWhatMayNotBe(t *testing.T) {
	t.Parallel()
	load := func(names ...string) ([]migrate.Migration, map[string]string) {
		files := fstest.MapFS{}
		for _, n := range names {
			files[n] = &fstest.MapFile{Data: []byte("select 1; -- " + n)}
		}
		m, err := migrate.Load(files, "db")
		if err != nil {
			t.Fatal(err)
		}
		sums := map[string]string{}
		for _, one := range m {
			sums["db/"+one.Name] = one.SHA256
		}
		return m, sums
	}
	for name, c := range map[string]struct {
		now, then []string
		edit      string
		fresh     []string
		want      []string // titles, with what to try
	}{
		"nothing":      {[]string{"0001_a.sql"}, []string{"0001_a.sql"}, "", nil, nil},
		"the first":    {[]string{"0001_a.sql", "0002_b.sql"}, nil, "", []string{"0001_a.sql", "0002_b.sql"}, nil},
		"one more":     {[]string{"0001_a.sql", "0003_b.sql"}, []string{"0001_a.sql"}, "", []string{"0003_b.sql"}, nil},
		"one between":  {[]string{"0001_a.sql", "0002_b.sql", "0005_c.sql"}, []string{"0001_a.sql", "0005_c.sql"}, "", nil, []string{"db/0002_b.sql:1:1 a new migration stands before one of main, try git mv db/0002_b.sql db/0006_b.sql"}},
		"edited":       {[]string{"0001_a.sql"}, []string{"0001_a.sql"}, "db/0001_a.sql", nil, []string{"db/0001_a.sql:1:1 0001_a.sql differs from main, try git checkout main -- db/0001_a.sql"}},
		"deleted":      {[]string{"0002_b.sql"}, []string{"0001_a.sql", "0002_b.sql"}, "", nil, []string{" 0001_a.sql is in main, and not here, try git checkout main -- db/0001_a.sql"}},
		"named anew":   {[]string{"0001_b.sql"}, []string{"0001_a.sql"}, "", nil, []string{"db/0001_b.sql:1:1 a new migration stands before one of main, try git mv db/0001_b.sql db/0002_b.sql", " 0001_a.sql is in main, and not here, try git checkout main -- db/0001_a.sql"}},
		"number taken": {[]string{"0002_b.sql"}, []string{"0002_a.sql"}, "", nil, []string{"db/0002_b.sql:1:1 a new migration stands before one of main, try git mv db/0002_b.sql db/0003_b.sql", " 0002_a.sql is in main, and not here, try git checkout main -- db/0002_a.sql"}},
	} {
		now, _ := load(c.now...)
		_, then := load(c.then...)
		if c.edit != "" {
			then[c.edit] = "another"
		}
		fresh, err := migrate.Since(now, then, "main")
		var got []string
		faults, _ := errors.AsType[release.Faults](err)
		for _, f := range faults {
			where := ""
			if f.Where != nil {
				where = f.Where.String()
			}
			got = append(got, fmt.Sprintf("%s %s, try %s", where, f.Title, f.Try))
			if f.Exit != release.ExitInvalid || !strings.Contains(f.Try, "db/") {
				t.Errorf("%s: incomplete fault %+v", name, f)
			}
		}
		if diff := cmp.Diff(c.want, got) + cmp.Diff(c.fresh, fresh); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
