package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/postgres"
	"readme/cli/release"
)

// program writes a file that is run in a moment. A process that another test starts just then would hold it open for
// writing, and no file can be run that somebody writes.
func program(t *testing.T, path string, text []byte) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, text, 0o755); err != nil {
		t.Fatal(err)
	}
}

// fakeBuild makes a folder that looks like the programs of one version.
func fakeBuild(t *testing.T, dir, version string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"postgres", "initdb"} {
		program(t, filepath.Join(dir, name), fmt.Appendf(nil, fakePostgres, version))
	}
}

func TestFind_takesTheNewestFirstAndNoneThatIsTooOld(t *testing.T) {
	t.Parallel()
	dir := open(t)
	for _, v := range []string{"9.6.24", "14.9", "15.18 (Debian 15.18-0+deb12u1)", "17.2", "16.1"} {
		fakeBuild(t, filepath.Join(dir, "lib", strings.SplitN(v, ".", 2)[0], "bin"), v)
	}
	fakeBuild(t, filepath.Join(dir, "path"), "16beta1")
	fakeBuild(t, filepath.Join(dir, "config"), "15.0")
	fakeBuild(t, filepath.Join(dir, "lib", "broken", "bin"), "what?")
	config := "#!/bin/sh\necho '" + filepath.Join(dir, "config") + "'\n"
	program(t, filepath.Join(dir, "path", "pg_config"), []byte(config))
	b := postgres.Binaries{Path: filepath.Join(dir, "path") + ":relative:" + filepath.Join(dir, "path"), Cache: dir}
	found, err := postgres.Find(t.Context(), b.OnlyIn("", filepath.Join(dir, "lib", "*", "bin")))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		name, _ := filepath.Rel(dir, f.Dir)
		got = append(got, fmt.Sprintf("%d %s %s", f.Major, f.Version, name))
	}
	want := []string{"17 17.2 lib/17/bin", "16 16beta1 path", "16 16.1 lib/16/bin", "15 15.0 config", "15 15.18 lib/15/bin"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

func TestFind_looksNowhereElseWhenAFolderIsNamed(t *testing.T) {
	t.Parallel()
	dir := open(t)
	fakeBuild(t, filepath.Join(dir, "named"), "15.1")
	fakeBuild(t, filepath.Join(dir, "path"), "17.1")
	fakeBuild(t, filepath.Join(dir, "old"), "14.1")
	b := postgres.Binaries{Bin: filepath.Join(dir, "named"), Path: filepath.Join(dir, "path")}
	found, err := postgres.Find(t.Context(), b)
	if err != nil || len(found) != 1 || found[0].Version != "15.1" {
		t.Errorf("got %v, %v", found, err)
	}
	for name, says := range map[string]string{"missing": "no such file", "old": "too old"} {
		b.Bin = filepath.Join(dir, name)
		_, err := postgres.Find(t.Context(), b)
		if f := release.AsFault(err); f.Title != "READMEOPS_PG_BIN is no Postgres" || !strings.Contains(f.Detail, says) || f.Exit != release.ExitUsage {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
