package source_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
)

func TestBase_isFoundHereOrAtOrigin(t *testing.T) {
	t.Parallel()
	origin := committed(t, map[string]string{"m/1.sql": "one"})
	forked := origin.git("rev-parse", "HEAD")
	r := newRepo(t)
	r.git("remote", "add", "origin", origin.dir)
	origin.write(map[string]string{"m/2.sql": "theirs"})
	origin.commit("Theirs")
	tip := origin.git("rev-parse", "HEAD")
	r.git("fetch", "-q", "origin")
	r.git("checkout", "-q", "-b", "change", forked)
	r.write(map[string]string{"m/3.sql": "ours"})
	r.commit("Ours")
	s := r.read()
	for _, name := range []string{"main", "origin/main", tip} {
		b, err := s.Base(t.Context(), name)
		if err != nil || b.Commit != tip || b.Fork != forked {
			t.Errorf("%s: got %+v, %v", name, b, err)
		}
	}
	sums, err := s.SumsAt(t.Context(), tip, []string{"m/*.sql"})
	want := map[string]string{
		"m/1.sql": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
		"m/2.sql": "4c55a8552a2c7261f61f798c2265e6f13358f326ae5b934096ff16bd15e62c33",
	}
	if diff := cmp.Diff(want, sums); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestBase_ofNothingIsAFault(t *testing.T) {
	t.Parallel()
	s := committed(t, map[string]string{"a": "b"}).read()
	for _, name := range []string{"nowhere", "", "--help", "-rf", strings.Repeat("0", 40)} {
		_, err := s.Base(t.Context(), name)
		if f, ok := errors.AsType[*release.Fault](err); !ok || f.Exit != release.ExitUsage {
			t.Errorf("%q: got %v", name, err)
		}
	}
	for _, commit := range []string{"main", "--help", ""} {
		if _, err := s.SumsAt(t.Context(), commit, nil); err == nil {
			t.Errorf("SumsAt(%q) gave no error", commit)
		}
	}
}
