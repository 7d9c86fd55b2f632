package client_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"readme/cli/box/host"
)

// workshop is the client as its host would have it: built outside of the repository, with node_modules kept from test to
// test by the lockfile's hash.
type workshop struct {
	*host.Host

	dir string // the built client
}

var built = sync.OnceValues(func() (workshop, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	dir, err := kitchen()
	if err != nil {
		return workshop{}, err
	}
	h, err := host.New(host.Config{
		Dir: filepath.Join(dir, "host"), Home: filepath.Join(dir, "home"), Env: host.Allowed(os.Environ()), Keep: 2,
	})
	if err != nil {
		return workshop{}, err
	}
	archive, err := pack(dir)
	if err != nil {
		return workshop{}, fmt.Errorf("pack the client: %w", err)
	}
	defer func() { _ = os.Remove(archive) }()
	var log strings.Builder
	out, err := h.Build(ctx, host.Build{
		Service: "client", Archive: archive, Command: "npx next build", Node: true,
		Env: map[string]string{"NEXT_TELEMETRY_DISABLED": "1"}, Say: func(line string) { log.WriteString(line + "\n") },
	})
	if err != nil {
		return workshop{}, fmt.Errorf("build the client: %w\n%s", err, log.String())
	}
	return workshop{Host: h, dir: out.Dir}, nil
})

// kitchen is a folder in the person's cache, or a new one while another test holds that.
func kitchen() (string, error) {
	cache, err := os.UserCacheDir()
	if err == nil {
		dir := filepath.Join(cache, "readme-client-test")
		if held, err := hold(dir); err == nil {
			atTheEnd(func(context.Context) { _ = held.Close() })
			return dir, nil
		}
	}
	dir, err := os.MkdirTemp("", "readme-client-test-")
	if err != nil {
		return "", err
	}
	atTheEnd(func(context.Context) { _ = os.RemoveAll(dir) })
	return dir, nil
}

func hold(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, err
	}
	return lock, nil
}

// pack makes the archive of the client's sources, without its tests: they are no part of what is built.
func pack(dir string) (string, error) {
	file, err := os.CreateTemp(dir, "client-*.tar.gz")
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	zipped := gzip.NewWriter(file)
	tarred := tar.NewWriter(zipped)
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".next" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || strings.HasSuffix(path, ".go") || path == "next-env.d.ts" || strings.HasSuffix(path, ".tsbuildinfo"):
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		err = tarred.WriteHeader(&tar.Header{Name: filepath.ToSlash(path), Mode: 0o644, Size: int64(len(body))})
		if err == nil {
			_, err = tarred.Write(body)
		}
		return err
	})
	for _, c := range []io.Closer{tarred, zipped} {
		if err == nil {
			err = c.Close()
		}
	}
	return file.Name(), err
}
