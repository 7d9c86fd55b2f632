package source_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/source"
)

// unpack reads an archive: by name, the mode and the content, or "-> target" for a link.
func unpack(t *testing.T, path string) (map[string]string, []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(zip)
	got, order := map[string]string{}, []string(nil)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return got, order
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(time.Unix(0, 0)) || h.Uid != 0 || h.Gid != 0 || h.Uname != "" {
			t.Errorf("%s: not anonymous: %+v", h.Name, h)
		}
		text := fmt.Sprintf("%o %s", h.Mode, content)
		if h.Typeflag == tar.TypeSymlink {
			text = "-> " + h.Linkname
		}
		got[h.Name], order = text, append(order, h.Name)
	}
}

func pack(t *testing.T, s *source.Source, p source.Pick) source.Archive {
	t.Helper()
	a, err := s.Archive(t.Context(), filepath.Join(t.TempDir(), "a.tar.gz"), p)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(a.Path)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); a.SHA256 != hex.EncodeToString(sum[:]) || a.Size != int64(len(data)) {
		t.Errorf("got %+v, the file has %d bytes and sha256 %x", a, len(data), sum)
	}
	return a
}

func TestArchive_holdsWhatIsReleasedAndNothingPrivate(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{
		".gitignore": "*.log\n.env\n", "go.mod": "module x", "services/api/main.go": "package main", "services/api/run.sh": "#!/bin/sh",
		"ünïcode/ß.txt": "ß", strings.Repeat("long/", 40) + "file": "x", "env.example": "A=", ".env.example": "A=",
		// what should never have been committed:
		".env.prod": "SECRET=1", "services/api/.env.local": "SECRET=1", "tls/server.pem": "key", "tls/server.KEY": "key", ".envrc": "x", "client/node_modules/x/index.js": "x",
	})
	_ = os.Chmod(filepath.Join(r.dir, "services/api/run.sh"), 0o775)
	_ = os.Chmod(filepath.Join(r.dir, "go.mod"), 0o600)
	r.write(map[string]string{".env": "SECRET=1", "new.log": "x", "new.txt": "n", ".readme-ops/journal": "x"})
	r.link("services/api/main.go", "inside")
	r.link("../outside", "outside")
	r.link("/etc/passwd", "absolute")
	a := pack(t, r.read(), source.Pick{})
	got, order := unpack(t, a.Path)
	want := map[string]string{
		"./.gitignore": "644 *.log\n.env\n", "./go.mod": "644 module x", "./services/api/main.go": "644 package main", "./services/api/run.sh": "755 #!/bin/sh",
		"./ünïcode/ß.txt": "644 ß", "./" + strings.Repeat("long/", 40) + "file": "644 x", "./env.example": "644 A=", "./.env.example": "644 A=",
		"./new.txt": "644 n", "./inside": "-> services/api/main.go",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(order) != a.Files || order[0] != "./.env.example" || order[len(order)-1] != "./ünïcode/ß.txt" {
		t.Errorf("%d files, in the order %q", a.Files, order)
	}
	left := []string{".env.prod", ".envrc", "absolute", "client/node_modules/x/index.js", "outside", "services/api/.env.local", "tls/server.KEY", "tls/server.pem"}
	if diff := cmp.Diff(left, a.Left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestArchive_isEqualForEqualFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{"b": "1", "a/b": "2", "c": "3"}
	first, second := committed(t, files), committed(t, files)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(second.dir, "b"), old, old); err != nil {
		t.Fatal(err)
	}
	a, b := pack(t, first.read(), source.Pick{}), pack(t, second.read(), source.Pick{})
	if a.SHA256 != b.SHA256 {
		t.Errorf("got %s and %s", a.SHA256, b.SHA256)
	}
	second.write(map[string]string{"c": "4"})
	if c := pack(t, second.read(), source.Pick{}); c.SHA256 == a.SHA256 {
		t.Error("another content has the same hash")
	}
}

func TestArchive_takesAFolderAndPatterns(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"web/a.ts": "1", "web/sub/b.ts": "2", "web/docs/c.md": "3", "webb/d": "4", "top": "5"})
	r.link("../top", "web/up")
	got, _ := unpack(t, pack(t, r.read(), source.Pick{Root: "web", Exclude: []string{"*.md"}}).Path)
	if diff := cmp.Diff(map[string]string{"./a.ts": "644 1", "./sub/b.ts": "644 2"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got, _ = unpack(t, pack(t, r.read(), source.Pick{Patterns: []string{"web/sub/", "/top"}}).Path)
	if diff := cmp.Diff(map[string]string{"./web/sub/b.ts": "644 2", "./top": "644 5"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestArchive_refusesWhatIsNotWhatWasPlanned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(repo)
		title  string
	}{
		"another content": {func(r repo) { r.write(map[string]string{"a": "2"}) }, "a changed while it was read"},
		"another size":    {func(r repo) { r.write(map[string]string{"a": "12"}) }, "a changed while it was read"},
		"gone":            {func(r repo) { r.remove("a") }, "a changed while it was read"},
		"a folder now":    {func(r repo) { r.remove("a"); r.write(map[string]string{"a/b": ""}) }, "a changed while it was read"},
		"a pipe now":      {func(r repo) { r.remove("a"); _ = mkfifo(filepath.Join(r.dir, "a")) }, "a changed while it was read"},
		"a way out":       {func(r repo) { r.remove("a"); r.link("/etc/passwd", "a") }, "a changed while it was read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := committed(t, map[string]string{"a": "1"})
			s := r.read()
			if _, err := s.Tree(t.Context(), []string{"a"}); err != nil {
				t.Fatal(err)
			}
			c.change(r)
			dir := t.TempDir()
			_, err := s.Archive(t.Context(), filepath.Join(dir, "a.tar.gz"), source.Pick{})
			if f := fault(t, err); f.Title != c.title {
				t.Errorf("got %q", f.Title)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestArchive_refusesWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{"a": "1"})
	s := r.read()
	for i, name := range []string{"huge.bin", "huger.bin"} { // as if git knew them, which would have to hash them
		s.Files = append(s.Files, source.File{Path: name, Mode: 0o644, Size: int64(300+i) << 20})
	}
	_, err := s.Archive(t.Context(), filepath.Join(t.TempDir(), "a"), source.Pick{})
	f := fault(t, err)
	if f.Title != "the files of the repository are too large to send: 601 MB" || !strings.Contains(f.Evidence[0].Lines[0], `"huger.bin"`) {
		t.Errorf("got %+v", f)
	}
}

func TestArchive_refusesToSendNothing(t *testing.T) {
	t.Parallel()
	s := committed(t, map[string]string{"a": "1"}).read()
	for _, p := range []source.Pick{{Root: "web"}, {Root: "../.."}, {Patterns: []string{"[a"}}} {
		_, err := s.Archive(t.Context(), filepath.Join(t.TempDir(), "a"), p)
		fault(t, err)
	}
}

func TestArchive_endsWhenItIsCancelled(t *testing.T) {
	t.Parallel()
	s := committed(t, map[string]string{"a": "1"}).read()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if _, err := s.Archive(ctx, filepath.Join(dir, "a"), source.Pick{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
