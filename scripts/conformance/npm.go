package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"readme/cli/box/host"
	"readme/cli/child"
)

// installLimit is for npm ci on a slow line.
const installLimit = 8 * time.Minute

// modules gives a folder below which a suite's node_modules lie: in the person's cache, outside of the repository,
// named by package.json and the lockfile, so that it is installed once.
func modules(ctx context.Context, name string) (string, error) {
	source := filepath.Join("scripts", "conformance", name)
	h := sha256.New()
	files := []string{"package.json", "package-lock.json"}
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join(source, file))
		if err != nil {
			return "", fmt.Errorf("%w (run it from the project's folder)", err)
		}
		h.Write(raw)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	base := filepath.Join(cache, "readme-ops-conformance")
	dir := filepath.Join(base, name+"-"+hex.EncodeToString(h.Sum(nil))[:12])
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	fmt.Printf("installing %s's tool once, in %s\n", name, base)
	if err := os.MkdirAll(base, 0o755); err != nil {
		return "", err
	}
	fresh, err := os.MkdirTemp(base, ".new-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join(source, file))
		if err = errors.Join(err, os.WriteFile(filepath.Join(fresh, file), raw, 0o600)); err != nil {
			return "", err
		}
	}
	if err := install(ctx, fresh); err != nil {
		return "", fmt.Errorf("install %s's tool: %w", name, err)
	}
	// Another run may have been faster, and its folder holds the same.
	if err := os.Rename(fresh, dir); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return dir, nil
}

// install runs npm ci with the person's own settings of the registry, and no script of any package.
func install(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, installLimit, fmt.Errorf("not over after %s", installLimit))
	defer cancel()
	env := []string{"HOME=" + dir, "CI=1", "npm_config_update_notifier=false"}
	for name, value := range host.Allowed(os.Environ()) {
		env = append(env, name+"="+value)
	}
	var said []string
	exit, err := child.Run(ctx, child.Command{
		Name: "npm", Dir: dir, Env: env, Stdout: func(line string) { said = append(said, line) },
		// Optional packages are compiled copies for single platforms, which work as well in JavaScript.
		Argv: []string{"npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"},
	})
	if err == nil && exit != 0 {
		err = fmt.Errorf("npm ci exited with %d\n%s", exit, strings.Join(said[max(0, len(said)-10):], "\n"))
	}
	return err
}

// sealedFlag says that we run in a network of our own already.
const sealedFlag = "--sealed"

// canSeal reports whether this machine lets us make a network namespace, in which loopback is all there is.
func canSeal(ctx context.Context) bool {
	exit, err := child.Run(ctx, child.Command{Argv: []string{"unshare", "-rn", "ip", "link", "set", "lo", "up"}, Env: []string{"PATH=" + os.Getenv("PATH")}})
	return err == nil && exit == 0
}

// seal runs this program again in a network of its own: a tool that tells its vendor what it saw tells nobody.
func seal(ctx context.Context, names []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	argv := slices.Concat([]string{"unshare", "-rn", "sh", "-c", `ip link set lo up && exec "$0" "$@"`, self, sealedFlag}, names)
	exit, err := child.Run(ctx, child.Command{
		Name: "conformance", Argv: argv, Env: os.Environ(),
		Stdout: func(line string) { fmt.Println(line) }, Stderr: func(line string) { fmt.Fprintln(os.Stderr, line) },
	})
	if err == nil && exit != 0 {
		err = errors.New("conformance: some flows failed")
	}
	return err
}
