package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"readme/cli/child"
)

// buildDeadline is for a whole build, the first npm ci on a slow line included.
const buildDeadline = 20 * time.Minute

// Build gives the output of a build, an earlier equal one if it is still there. A command that fails is a *BuildError.
// A build that fails, or is cancelled by ctx, leaves nothing.
func (h *Host) Build(ctx context.Context, b Build) (Output, error) {
	service := fileName(b.Service)
	if !filepath.IsLocal(filepath.Join(".", b.Root)) {
		return Output{}, fmt.Errorf("build %s: its folder %q is outside of the archive", b.Service, b.Root)
	}
	key, err := buildKey(ctx, b)
	if err != nil {
		return Output{}, fmt.Errorf("build %s: %w", b.Service, err)
	}
	unlock, err := h.lock(ctx, service+"/"+key)
	if err != nil {
		return Output{}, fmt.Errorf("build %s: %w", b.Service, err)
	}
	defer unlock()
	if entry := h.find(service, key); entry != "" {
		touch(entry)
		return Output{Dir: filepath.Join(entry, "src", b.Root), Cached: true}, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, buildDeadline, fmt.Errorf("it took longer than %s", buildDeadline))
	defer cancel()
	entry, err := child.Folder(h.fresh(filepath.Join(h.outputs(), service), key), 0o755)
	if err != nil {
		return Output{}, diskFault("build "+b.Service, h.cfg.Dir, err)
	}
	if err := h.build(ctx, b, entry.Path); err != nil {
		_ = entry.Remove()
		if _, ok := errors.AsType[*BuildError](err); ok || ctx.Err() != nil {
			return Output{}, err
		}
		return Output{}, diskFault("build "+b.Service, h.cfg.Dir, err)
	}
	entry.Keep()
	h.prune(filepath.Join(h.outputs(), service), h.cfg.Keep, entry.Path)
	return Output{Dir: filepath.Join(entry.Path, "src", b.Root)}, nil
}

// build fills an entry. Only the marker at the end makes it one: the paths inside never change, because some tools
// write them into what they build.
func (h *Host) build(ctx context.Context, b Build, entry string) error {
	temp, err := child.Folder(h.fresh(h.work(), fileName(b.Service)+"-build"), 0o700)
	if err != nil {
		return err
	}
	defer func() { _ = temp.Remove() }()
	source := filepath.Join(entry, "src")
	if err := os.Mkdir(source, 0o755); err != nil {
		return err
	}
	if err := unpack(ctx, b.Archive, source); err != nil {
		return fmt.Errorf("unpack the archive: %w", err)
	}
	dir := filepath.Join(source, b.Root)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("the archive has no folder %q", b.Root)
	}
	if b.Node {
		if err := h.install(ctx, b, dir, temp.Path); err != nil {
			return err
		}
	}
	if b.Command != "" {
		if err := h.command(ctx, b, dir, temp.Path, b.Command, []string{"sh", "-c", b.Command}, b.Env); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(entry, marker), nil, 0o600)
}

// command runs one command of a build.
func (h *Host) command(ctx context.Context, b Build, dir, temp, title string, argv []string, own map[string]string) error {
	out := &tail{say: b.Say}
	exit, err := child.Run(ctx, child.Command{
		Name: "build " + b.Service, Argv: argv, Dir: dir, Env: h.buildEnv(temp, own), Drain: 5 * time.Second, Stdout: out.add,
	})
	if err != nil {
		return err
	}
	if exit != 0 {
		return &BuildError{Service: b.Service, Command: title, Exit: exit, Log: out.lines()}
	}
	return nil
}

// fileName makes a name of a service into one of a file.
func fileName(service string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '_'
	}, service)
	if name == "" {
		return "_"
	}
	return name
}
