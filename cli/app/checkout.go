package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"readme/cli/release"
	"readme/cli/source"
	"readme/cli/spec"
)

// checkouts is where other commits are checked out, each beside a file that its user keeps locked.
func (p *project) checkouts() string { return filepath.Join(p.home, ".readme-ops", "commits") }

// inUse is the ending of the file whose lock says that a checkout is in use: it falls with the process that holds it.
const inUse = ".lock"

// checkOut gives the project as it is in another commit: its files and release.yaml are that commit's, while records,
// archives and values stay where they are. done removes the work tree again, also after the command was cancelled; one
// that was left by a process that was killed is swept at the next start.
func (a *app) checkOut(ctx context.Context, p *project, commit release.Commit) (then *project, done func(), err error) {
	src, err := a.source(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	a.sweep(ctx, p, src)
	if err := os.MkdirAll(p.checkouts(), 0o700); err != nil {
		return nil, nil, onDisk("check out "+commit.Short(), p.checkouts(), err)
	}
	lock, held, err := takeFile(p.checkouts(), commit.Short()+"-*"+inUse)
	if err != nil {
		return nil, nil, onDisk("check out "+commit.Short(), p.checkouts(), err)
	}
	folder := strings.TrimSuffix(lock, inUse)
	done = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if err := src.Discard(ctx, folder); err != nil {
			_, _ = fmt.Fprintf(a.sys.Err, "%s stays until the next promotion: %v\n", folder, err)
			_ = held.Close()
			return
		}
		_ = os.Remove(lock)
		_ = held.Close()
	}
	then, err = a.inCheckout(ctx, p, src, commit, folder)
	if err != nil {
		done()
		return nil, nil, err
	}
	return then, done, nil
}

func (a *app) inCheckout(ctx context.Context, p *project, src *source.Source, commit release.Commit, folder string) (*project, error) {
	dir, err := src.CheckOut(ctx, commit.SHA, folder)
	if err != nil {
		return nil, err
	}
	near := dir
	if r, err := filepath.Rel(a.sys.Dir, dir); err == nil && filepath.IsLocal(r) {
		near = r
	}
	rel, matrix, err := spec.Load(near)
	if err != nil {
		return nil, err
	}
	return &project{dir: dir, near: near, home: p.home, values: p.values, rel: rel, matrix: matrix}, nil
}

// asBegun is the project as it was when the unfinished run of an environment began: a run goes on with the files of its own
// commit, which a promotion may have checked out. It is p itself where that is what lies here, where the run was of a work
// tree with changes, and where this clone does not have the commit: the run's archives then decide.
func (a *app) asBegun(ctx context.Context, p *project, env spec.Environment) (*project, func(), error) {
	keep := func() {}
	records := a.recordsOf(ctx, p, false, env)
	records.say = func(string, ...any) {} // it is read again, and told then
	last, err := records.latest(ctx, env.Name)
	if err != nil || last == nil || !last.State.Resumable() {
		return p, keep, nil //nolint:nilerr // what cannot be read is told by whoever needs it
	}
	commit := last.State.Plan.Commit
	src, err := a.source(ctx, p)
	if err != nil || src.Commit.String() == commit.String() || commit.Dirty != "" || !src.Has(ctx, commit.SHA) {
		return p, keep, nil //nolint:nilerr // without git nothing can be checked out, and archives need none
	}
	a.say("run %s began with %s, which is checked out for it beside your work tree", last.Run, commit.Short())
	return a.checkOut(ctx, p, commit)
}

// takeFile makes a file whose lock is ours from its first moment: a sweep never meets it without.
func takeFile(dir, pattern string) (name string, f *os.File, err error) {
	if f, err = os.CreateTemp(dir, "new-*"); err != nil {
		return "", nil, err
	}
	name = filepath.Join(dir, strings.Replace(pattern, "*", strings.TrimPrefix(filepath.Base(f.Name()), "new-"), 1))
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		_ = f.Close()
		return "", nil, fmt.Errorf("lock %s: %w", name, err)
	}
	return name, f, nil
}

// sweep removes the checkouts that nobody uses any more.
func (a *app) sweep(ctx context.Context, p *project, src *source.Source) {
	locks, _ := filepath.Glob(filepath.Join(p.checkouts(), "*"+inUse))
	for _, name := range locks {
		lock, err := os.Open(name)
		if err != nil {
			continue
		}
		switch err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case errors.Is(err, syscall.EWOULDBLOCK): // in use
		case err != nil:
		default:
			if err := src.Discard(ctx, strings.TrimSuffix(name, inUse)); err == nil {
				_ = os.Remove(name)
			}
		}
		_ = lock.Close()
	}
}
