package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"readme/cli/child"
	"readme/cli/release"
)

// passwordFile lies in the data folder, so that it comes and goes with the cluster that it opens.
const passwordFile = "readme-ops.password"

// lockWait covers the shutdown of a server whose owner was killed: its guard holds the lock until then.
const (
	lockWait  = 40 * time.Second
	lockQuiet = 500 * time.Millisecond
)

// home is the folder of a cluster while we hold its lock.
type home struct {
	dir  string
	who  *child.User // nil: ourselves
	lock *os.File
	temp *child.Temp // of an ephemeral cluster
}

func (h *home) data() string { return filepath.Join(h.dir, "data") }

// openHome makes the folder if need be and locks it.
func openHome(ctx context.Context, o Options, who *child.User) (*home, error) {
	h := &home{dir: o.Dir, who: who}
	mode := os.FileMode(0o700)
	if who != nil {
		mode = 0o711 // the folder stays ours, and they must get through to the data
	}
	var err error
	if o.Ephemeral {
		if h.temp, err = child.Folder(o.Dir, mode); err != nil {
			return nil, err
		}
	} else if err := makePath(o.Dir, who); err != nil {
		return nil, fmt.Errorf("make the cluster's folder: %w", err)
	} else if err := os.Chmod(o.Dir, mode); err != nil {
		return nil, fmt.Errorf("make the cluster's folder: %w", err)
	}
	if err := h.checkReachable(); err != nil {
		h.discard()
		return nil, err
	}
	if h.lock, err = lockFile(ctx, filepath.Join(o.Dir, "lock"), o.Say); err != nil {
		h.discard()
		return nil, err
	}
	return h, nil
}

// discard undoes openHome after a failure.
func (h *home) discard() {
	if h.lock != nil {
		_ = h.lock.Close()
	}
	if h.temp != nil {
		_ = h.temp.Remove()
	}
}

// lockFile takes the lock of a cluster. The guard of a server that lost its owner holds it until that server is gone.
func lockFile(ctx context.Context, path string, say func(string)) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the cluster: %w", err)
	}
	began, said := time.Now(), false
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Since(began) > lockWait {
			_ = file.Close()
			return nil, &release.Fault{
				Title:  "the database of this box is in use",
				Detail: fmt.Sprintf("another process holds %s", path),
				Try:    "readme-ops box down", Exit: release.ExitLocked, Cause: err,
			}
		}
		// At once it would be said too often: a process that somebody forks at this moment holds our files too, until
		// it executes its program.
		if !said && time.Since(began) > lockQuiet {
			say("waiting for the Postgres of an earlier run to end")
			said = true
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			_ = file.Close()
			return nil, context.Cause(ctx)
		}
	}
}

// runAs is who runs Postgres: ourselves, or, because it refuses root, a user that every system has.
func runAs(ctx context.Context) (*child.User, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 != nil || err2 != nil || uid == 0 {
			continue
		}
		who := &child.User{UID: uint32(uid), GID: uint32(gid)}
		if _, err := run(ctx, child.Command{Argv: []string{"/bin/sh", "-c", ":"}, Dir: "/", User: who}); err != nil {
			return nil, fakeRoot(name, err)
		}
		return who, nil
	}
	return nil, &release.Fault{
		Title:  "there is no user to run Postgres as",
		Detail: "Postgres refuses to run as root, and this system has neither a user postgres nor nobody",
		Try:    "useradd --system postgres", Exit: release.ExitStepFailed,
	}
}

// fakeRoot is for sandboxes and user namespaces: uid 0 there, but alone.
func fakeRoot(name string, err error) error {
	return &release.Fault{
		Title:  "Postgres cannot be started by this root",
		Detail: "Postgres refuses to run as root, and this process may not become the user " + name + ", as in some sandboxes: run as an ordinary user, or give the box a server of your own",
		Try:    "export READMEOPS_BOX_DATABASE_URL=postgres://...", Exit: release.ExitStepFailed, Cause: err,
	}
}

// checkReachable names the folder on the way to the cluster that is closed to its user, where Postgres would only say
// that permission is denied.
func (h *home) checkReachable() error {
	if h.who == nil {
		return nil
	}
	for dir := filepath.Dir(h.dir); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return fmt.Errorf("look at the cluster's folder: %w", err)
		}
		open := info.Mode()&0o001 != 0
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && !open {
			open = owner.Uid == h.who.UID && info.Mode()&0o100 != 0 || owner.Gid == h.who.GID && info.Mode()&0o010 != 0
		}
		if !open {
			return &release.Fault{
				Title:  "the folder of the box's database is closed to the user of Postgres",
				Detail: fmt.Sprintf("Postgres does not run as root, and %s lets nobody else through to %s", dir, h.dir),
				Try:    "chmod o+x " + dir, Exit: release.ExitStepFailed, Cause: os.ErrPermission,
			}
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// makePath is MkdirAll, and what it makes can be entered by the user of Postgres, whatever our umask.
func makePath(path string, who *child.User) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := makePath(filepath.Dir(path), who); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if who == nil {
		return nil
	}
	return os.Chmod(path, 0o755) //nolint:gosec // it must be open to the user of Postgres, and holds no secret
}

// give hands a file or folder to the user that Postgres runs as.
func (h *home) give(path string) error {
	if h.who == nil {
		return nil
	}
	if err := os.Chown(path, int(h.who.UID), int(h.who.GID)); err != nil {
		return fmt.Errorf("give %s to the user of Postgres: %w", path, err)
	}
	return nil
}

// newPassword is 130 random bits.
func newPassword() release.Secret { return release.NewSecret(rand.Text()) }
