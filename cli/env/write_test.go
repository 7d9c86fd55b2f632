package env_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"readme/cli/env"
	"readme/cli/release"
)

func TestWrite_keepsTheModeAndFollowsALinkWithinTheProject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"shared/api.env": "old"})
	if err := os.Chmod(filepath.Join(dir, "shared/api.env"), 0o640); err != nil {
		t.Fatal(err)
	}
	link(t, dir, "env.example", "shared/api.env")
	if err := env.Write(dir, []env.Change{{Path: "env.example", Before: []byte("old"), After: []byte("new")}}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(filepath.Join(dir, "env.example"))
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", info, err)
	}
	info, err = os.Stat(filepath.Join(dir, "shared/api.env"))
	if got := read(t, dir, "shared/api.env"); err != nil || got != "new" || info.Mode().Perm() != 0o640 {
		t.Errorf("got %q %v %v", got, info, err)
	}
	if left := names(t, filepath.Join(dir, "shared")); !slices.Equal(left, []string{"api.env"}) {
		t.Errorf("there is %v", left)
	}
}

func TestWrite_changesAllFilesOrNone(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	write(t, outside, map[string]string{"x": "old"})
	for name, c := range map[string]struct {
		make   func(t *testing.T, dir string)
		change env.Change
		detail string
	}{
		"a read-only file": {func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Chmod(filepath.Join(dir, "b/x"), 0o444); err != nil {
				t.Fatal(err)
			}
		}, env.Change{Path: "b/x", Before: []byte("old"), After: []byte("new")}, "it is read-only; no file was changed"},
		"a link out of the project": {func(t *testing.T, dir string) {
			t.Helper()
			link(t, dir, "l", filepath.Join(outside, "x"))
		}, env.Change{Path: "l", Before: []byte("old"), After: []byte("new")}, "it is a link that leads out of the project; no file was changed"},
		"a link upwards": {func(t *testing.T, dir string) {
			t.Helper()
			link(t, dir, "l", "../x")
		}, env.Change{Path: "l", Before: []byte("old"), After: []byte("new")}, "it is a link that leads out of the project; no file was changed"},
		"a folder that leads out of the project": {func(t *testing.T, dir string) {
			t.Helper()
			link(t, dir, "l", outside)
		}, env.Change{Path: "l/new", After: []byte("new")}, "path escapes from parent; no file was changed"},
		"a link in a circle": {func(t *testing.T, dir string) {
			t.Helper()
			link(t, dir, "l", "l")
		}, env.Change{Path: "l", Before: []byte("old"), After: []byte("new")}, "it is a link that leads to itself; no file was changed"},
		"a folder": {func(*testing.T, string) {}, env.Change{Path: "b", Before: []byte("old"), After: []byte("new")}, "it is not a file; no file was changed"},
		"a file in the place of a folder": {
			func(*testing.T, string) {},
			env.Change{Path: "b/x/new", After: []byte("new")},
			"not a directory; no file was changed",
		},
		"what somebody else changed": {func(t *testing.T, dir string) {
			t.Helper()
			write(t, dir, map[string]string{"b/x": "newer"})
		}, env.Change{Path: "b/x", Before: []byte("old"), After: []byte("new")}, "somebody changed it meanwhile; no file was changed"},
		"what somebody else made": {func(*testing.T, string) {}, env.Change{Path: "b/x", After: []byte("new")}, "somebody changed it meanwhile; no file was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, map[string]string{"a": "old", "b/x": "old"})
			c.make(t, dir)
			err := env.Write(dir, []env.Change{{Path: "a", Before: []byte("old"), After: []byte("new")}, c.change, {Path: "made", After: []byte("new")}})
			f, ok := errors.AsType[*release.Fault](err)
			if !ok || f.Detail != c.detail || f.Exit != release.ExitDrift || !strings.Contains(f.Title, c.change.Path) {
				t.Fatalf("got %v", err)
			}
			if a, x := read(t, dir, "a"), read(t, outside, "x"); a != "old" || x != "old" {
				t.Errorf("a is %q, outside is %q", a, x)
			}
			for _, name := range append(names(t, dir), names(t, outside)...) {
				if name == "made" || strings.HasPrefix(name, ".") {
					t.Errorf("%s was left behind", name)
				}
			}
		})
	}
}

func TestWrite_putsBackWhatItReplacedWhereALaterFileFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "old"})
	err := env.Write(dir, []env.Change{
		{Path: "a", Before: []byte("old"), After: []byte("new")},
		{Path: "made", After: []byte("new")},
		{Path: "d", After: []byte("a file")}, // cannot take the place of the folder that the next one needs
		{Path: "d/x", After: []byte("new")},
	})
	if f, ok := errors.AsType[*release.Fault](err); !ok || !strings.Contains(f.Detail, "no file was changed") {
		t.Errorf("got %v", err)
	}
	if a, left := read(t, dir, "a"), append(names(t, dir), names(t, filepath.Join(dir, "d"))...); a != "old" || !slices.Equal(left, []string{"a", "d"}) {
		t.Errorf("a is %q, there is %v", a, left)
	}
}

func TestWrite_intoAFolderThatMayNotBeWritten(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "old", "b/x": "old"})
	if err := os.Chmod(filepath.Join(dir, "b"), 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "b"), 0o755) }) // before it is removed
	err := env.Write(dir, []env.Change{{Path: "a", Before: []byte("old"), After: []byte("new")}, {Path: "b/x", Before: []byte("old"), After: []byte("new")}})
	f, ok := errors.AsType[*release.Fault](err)
	if !ok || f.Detail != "permission denied; no file was changed" || read(t, dir, "a") != "old" || !slices.Equal(names(t, dir), []string{"a", "b"}) {
		t.Errorf("got %v, there is %v", err, names(t, dir))
	}
}

func link(t *testing.T, dir, name, target string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
