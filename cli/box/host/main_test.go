package host_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"readme/cli/box/host"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("HOST_TEST_DIR"); dir != "" {
		builder(dir, os.Getenv("HOST_TEST_ARCHIVE"))
		return
	}
	goleak.VerifyTestMain(m)
}

// file is one entry of an archive; the kind is a regular file unless said otherwise.
type file struct {
	name, body string
	mode       int64
	kind       byte
}

func archive(t *testing.T, files ...file) string {
	t.Helper()
	var buf bytes.Buffer
	zipped := gzip.NewWriter(&buf)
	tarred := tar.NewWriter(zipped)
	for _, f := range files {
		if f.kind == 0 {
			f.kind = tar.TypeReg
		}
		if f.mode == 0 {
			f.mode = 0o644
		}
		h := &tar.Header{Name: f.name, Mode: f.mode, Typeflag: f.kind}
		if f.kind == tar.TypeReg {
			h.Size = int64(len(f.body))
		} else {
			h.Linkname = f.body
		}
		if err := tarred.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if f.kind == tar.TypeReg {
			if _, err := tarred.Write([]byte(f.body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tarred.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, filepath.Join(t.TempDir(), "archive.tar.gz"), buf.String(), 0o600)
}

func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// newHost is a Host whose tools are the system's, or those in the folder tools.
func newHost(t *testing.T, tools string) (h *host.Host, dir string) {
	t.Helper()
	dir = t.TempDir()
	path := "/usr/bin:/bin"
	if tools != "" {
		path = tools + ":" + path
	}
	h, err := host.New(host.Config{
		Dir: filepath.Join(dir, "cache"), Home: filepath.Join(dir, "home"), Keep: 2,
		Env: map[string]string{"PATH": path, "GOFLAGS": "-mod=mod", "GOPROXY": "off"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h, dir
}

// script is a build of a.txt by a shell command.
func script(t *testing.T, command string, say func(string)) host.Build {
	t.Helper()
	return host.Build{Service: "api", Archive: archive(t, file{name: "a.txt", body: "one"}), Command: command, Say: say}
}

// recorder keeps lines.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) say(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

func nobody(string) {}

// left lists what is in the cache folder: the files and folders of one level below its three parts.
func left(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{"work/*", "outputs/*/*", "modules/*"} {
		more, err := filepath.Glob(filepath.Join(dir, "cache", pattern))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, more...)
	}
	return found
}
