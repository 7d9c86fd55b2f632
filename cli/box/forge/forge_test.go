package forge_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"readme/cli/box/forge"
)

// repository makes one with a product in a folder of it, and gives the folder and the two commits' ids.
func repository(t *testing.T) (dir, first, second string) {
	t.Helper()
	top := t.TempDir()
	dir = filepath.Join(top, "product")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"}, args...)...)
		cmd.Dir = top
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(top, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	write("outside.txt", "not the product's")
	write("product/main.go", "package main // one")
	git("add", "-A")
	git("commit", "-q", "-m", "First")
	first = git("rev-parse", "HEAD")
	write("product/main.go", "package main // two")
	git("commit", "-qam", "Second\n\nwith a body")
	return dir, first, git("rev-parse", "HEAD")
}

func open(dir string) *forge.Forge {
	return &forge.Forge{Name: "founder/readme", Dir: dir, Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent"}}
}

func TestCommit_isFoundByShaAndByBranch(t *testing.T) {
	dir, first, second := repository(t)
	f := open(dir)
	for ref, want := range map[string]forge.Commit{
		first:  {SHA: first, Message: "First", Author: "Ada"},
		"main": {SHA: second, Message: "Second", Author: "Ada", Branch: "main"},
	} {
		got, err := f.Commit(t.Context(), "Founder/Readme", ref)
		if err != nil || got.At.IsZero() {
			t.Fatalf("%s: %+v, %v", ref, got, err)
		}
		want.At = got.At
		if got != want {
			t.Errorf("%s: %+v, want %+v", ref, got, want)
		}
	}
}

func TestCommit_thatIsNotThereIsRefused(t *testing.T) {
	dir, first, _ := repository(t)
	f := open(dir)
	if _, err := f.Commit(t.Context(), "other/repo", first); !errors.Is(err, forge.ErrNoRepository) {
		t.Errorf("another repository: %v", err)
	}
	for _, ref := range []string{strings.Repeat("0", 40), "", "--all", "no-such-branch"} {
		if _, err := f.Commit(t.Context(), f.Name, ref); !errors.Is(err, forge.ErrNoCommit) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

func TestArchive_holdsTheProductAsItWasCommitted(t *testing.T) {
	dir, first, _ := repository(t)
	path := filepath.Join(t.TempDir(), "a.tar.gz")
	if err := open(dir).Archive(t.Context(), "founder/readme", first, path); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		names = append(names, h.Name)
		if text, _ := io.ReadAll(r); h.Name == "main.go" && string(text) != "package main // one" {
			t.Errorf("main.go holds %q", text)
		}
	}
	if !slices.Equal(names, []string{"main.go"}) {
		t.Errorf("the archive holds %v", names)
	}
}
