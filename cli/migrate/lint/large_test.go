package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"readme/cli/migrate/lint"
)

// TestCheck_ofALargeFileTellsTheFirstAndCountsTheRest is what keeps the time that a file takes in proportion to its size: nothing
// looks at all statements for each of them, and no line of a megabyte is copied for each diagnostic.
func TestCheck_ofALargeFileTellsTheFirstAndCountsTheRest(t *testing.T) {
	var b strings.Builder
	for i := range 4_000 {
		fmt.Fprintf(&b, "create table t%d (id bigint); /* ü */ drop view v%d; -- squawk-ignore ban-drop-view\n", i, i)
	}
	for i := range 4_000 {
		fmt.Fprintf(&b, "create table u%d (id bigint);drop table x%d; ", i, i)
	}
	got := check(t, load(t, "0001_a.sql", b.String()))
	if len(got) != 201 || got[200].Rule != "too-many" || got[200].Level != lint.Error || !strings.Contains(got[200].Title, "11800 more") {
		t.Fatalf("got %d, last %+v", len(got), got[len(got)-1])
	}
	for _, d := range got {
		if len(d.Snippet.Line) > 700 {
			t.Fatalf("the snippet has %d bytes", len(d.Snippet.Line))
		}
	}
}

func TestCheck_ofOneLongLineShowsWhatIsAroundThePlace(t *testing.T) {
	sql := "select '" + strings.Repeat("ü", 1000) + "'; drop table books; select '" + strings.Repeat("ü", 1000) + "'"
	got := check(t, load(t, "0001_a.sql", sql))
	if len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	s := got[0].Snippet
	if s.Line[s.Start:s.End] != "books" || !strings.HasPrefix(s.Line, "…ü") || !strings.HasSuffix(s.Line, "ü…") || got[0].Where.Column != 1023 {
		t.Errorf("got %+v at %s", s, got[0].Where)
	}
}

func TestCheck_ofBulkDataSaysNothing(t *testing.T) {
	rows := strings.Repeat("(1, 'a'), ", 30_000)
	if got := check(t, load(t, "0001_a.sql", "insert into storage.buckets values "+rows+"(2, 'b')")); len(got) > 0 {
		t.Errorf("got %s", told(got))
	}
}
