package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"readme/cli/child"
	"readme/cli/release"
)

// initDeadline is for a slow disk: usually it takes less than a second.
const initDeadline = 3 * time.Minute

// major is the major version that made the cluster, 0 if there is none yet.
func (h *home) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(h.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the cluster's version: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read the cluster's version: %w", err)
	}
	return n, nil
}

// makeCluster runs initdb if there is no cluster yet. The folder gets its name when it is complete, so a cluster that
// exists can be trusted.
func (h *home) makeCluster(ctx context.Context, bin Build, ephemeral bool) error {
	if _, err := os.Stat(h.data()); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, initDeadline, fmt.Errorf("initdb took longer than %s", initDeadline))
	defer cancel()
	args := []string{"--locale=C", "--locale-provider=icu", "--icu-locale=en-US"}
	out, err := h.initdb(ctx, bin, ephemeral, args)
	if err == nil {
		return nil
	}
	if ctx.Err() == nil && !out.contains("No space left") {
		// A build without ICU: text sorts by bytes then, which is better than no database.
		out, err = h.initdb(ctx, bin, ephemeral, []string{"--locale=C"})
	}
	if err == nil {
		return nil
	}
	return initFault(err, out)
}

// initdb makes a cluster in data.new and renames it.
func (h *home) initdb(ctx context.Context, bin Build, ephemeral bool, locale []string) (*tail, error) {
	fresh, pwfile := filepath.Join(h.dir, "data.new"), filepath.Join(h.dir, "password.new")
	if err := os.RemoveAll(fresh); err != nil {
		return &tail{}, err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return &tail{}, err
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	secret := newPassword().Reveal()
	if err := os.WriteFile(pwfile, []byte(secret), 0o600); err != nil {
		return &tail{}, err
	}
	defer func() { _ = os.Remove(pwfile) }()
	if err := errors.Join(h.give(fresh), h.give(pwfile)); err != nil {
		return &tail{}, err
	}
	argv := append([]string{
		filepath.Join(bin.Dir, "initdb"), "-D", fresh, "-U", admin, "-A", "scram-sha-256", "--pwfile=" + pwfile, "--encoding=UTF8",
	}, locale...)
	if ephemeral {
		argv = append(argv, "--no-sync")
	}
	out := &tail{}
	command := h.command("initdb", argv...)
	command.Stdout, command.Remove, command.Drain = out.add, fresh, time.Second
	exit, err := child.Run(ctx, command)
	if err != nil {
		return out, err
	}
	if exit != 0 {
		return out, fmt.Errorf("initdb ended with exit code %d", exit)
	}
	if err := os.WriteFile(filepath.Join(fresh, passwordFile), []byte(secret), 0o600); err != nil {
		return out, err
	}
	return out, os.Rename(fresh, h.data())
}

// initFault says what to do about the known ways in which a first start fails.
func initFault(err error, out *tail) error {
	f := &release.Fault{
		Title: "Postgres could not make its data folder", Detail: err.Error(), Try: "readme-ops doctor",
		Exit: release.ExitStepFailed, Cause: err,
	}
	switch {
	case out.contains("could not look up effective user ID"):
		f.Detail = "this process runs under a user id that the system has no name for, and Postgres refuses that"
		f.Try = "export READMEOPS_BOX_DATABASE_URL=postgres://..."
	case out.contains("No space left"), out.contains("Check free disk space"):
		f.Detail, f.Try = "the disk is full, or on macOS the shared memory is used up by Postgres servers that were left behind", "df -h"
	case out.contains("could not resize shared memory"):
		f.Detail, f.Try = "/dev/shm is too small: Postgres needs at least 16 MB", "df -h /dev/shm"
	}
	if lines := out.lines(); len(lines) > 0 {
		f.Evidence = []release.Evidence{{Label: "the last lines of initdb", Lines: lines}}
	}
	return f
}
