package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"

	"readme/cli/child"
)

// keepModules is how many sets of node_modules stay; each is some hundred MB.
const keepModules = 3

// install brings node_modules into dir: from the cache, or by npm ci, which then fills the cache.
func (h *Host) install(ctx context.Context, b Build, dir, temp string) error {
	npm, err := child.LookPath(h.cfg.Env["PATH"], "npm", "")
	if err != nil {
		return err
	}
	key, err := h.modulesKey(ctx, dir, temp)
	if err != nil {
		return err
	}
	unlock, err := h.lock(ctx, "modules/"+key)
	if err != nil {
		return err
	}
	defer unlock()
	modules := filepath.Join(dir, "node_modules")
	if err := os.RemoveAll(modules); err != nil {
		return err
	}
	if found, err := filepath.Glob(filepath.Join(h.modules(), key+"-*", marker)); err == nil && len(found) > 0 {
		entry := filepath.Dir(found[0])
		touch(entry)
		b.Say("node_modules are those of an earlier build with the same lockfile")
		return h.link(ctx, filepath.Join(entry, "node_modules"), modules)
	}
	own := maps.Clone(b.Env)
	delete(own, "NODE_ENV") // with "production" npm leaves out what the build needs
	argv := []string{npm, "ci", "--prefer-offline", "--no-audit", "--no-fund"}
	if err := h.command(ctx, b, dir, temp, "npm ci", argv, own); err != nil {
		return err
	}
	if _, err := os.Stat(modules); errors.Is(err, fs.ErrNotExist) {
		return nil // it depends on nothing
	}
	entry, err := child.Folder(h.fresh(h.modules(), key), 0o755)
	if err != nil {
		return err
	}
	err = h.link(ctx, modules, filepath.Join(entry.Path, "node_modules"))
	if err == nil {
		err = os.WriteFile(filepath.Join(entry.Path, marker), nil, 0o600)
	}
	if err != nil {
		_ = entry.Remove()
		return fmt.Errorf("keep node_modules: %w", err)
	}
	entry.Keep()
	h.prune(h.modules(), keepModules, entry.Path)
	return nil
}

// link is linkTree between two paths in our folder.
func (h *Host) link(ctx context.Context, from, to string) error {
	root, err := os.OpenRoot(h.cfg.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if from, err = filepath.Rel(h.cfg.Dir, from); err != nil {
		return err
	}
	if to, err = filepath.Rel(h.cfg.Dir, to); err != nil {
		return err
	}
	return linkTree(ctx, root, filepath.ToSlash(from), filepath.ToSlash(to))
}

// modulesKey stands for what npm ci decides by: the lockfile, what it is checked against, its settings, and the
// machine, for which packages with native code are built.
func (h *Host) modulesKey(ctx context.Context, dir, temp string) (string, error) {
	sum := sha256.New()
	for _, name := range []string{"package-lock.json", "npm-shrinkwrap.json", "package.json", ".npmrc"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		sum.Write(fmt.Appendf(nil, "%s %d\n%s", name, len(text), text))
	}
	version := &tail{say: func(string) {}}
	exit, err := child.Run(ctx, child.Command{
		Argv: []string{"node", "--version"}, Dir: dir, Env: h.buildEnv(temp, nil), Stdout: version.add,
	})
	if err != nil {
		return "", err
	}
	if exit != 0 {
		return "", fmt.Errorf("node --version ended with exit code %d: %q", exit, version.lines())
	}
	sum.Write(fmt.Appendf(nil, "%s %s %q", runtime.GOOS, runtime.GOARCH, version.lines()))
	return hex.EncodeToString(sum.Sum(nil))[:32], nil
}
