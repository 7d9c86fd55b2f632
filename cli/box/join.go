package box

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"readme/cli/release"
)

// upFile lies in the box's folder while it can be joined.
const upFile = "up.json"

// wireInfo is Info on disk, for commands that join: with its secrets in clear, in a file that only its owner reads.
type wireInfo struct {
	Info
	Secrets map[string]string
	Vars    map[string]string
}

func (b *Box) announce(mode string) error {
	b.info.Mode, b.info.PID = mode, os.Getpid()
	w := wireInfo{Info: b.info, Secrets: map[string]string{}, Vars: map[string]string{}}
	w.Values = nil
	for name, s := range secretsOf(&b.info) {
		w.Secrets[name] = s.Reveal()
	}
	for name, s := range b.info.Values {
		w.Vars[name] = s.Reveal()
	}
	raw, err := json.Marshal(w)
	if err != nil {
		return err
	}
	path := filepath.Join(b.dir, upFile)
	if err := os.WriteFile(path+".new", raw, 0o600); err != nil {
		return unwritable(b.dir, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return unwritable(b.dir, err)
	}
	return nil
}

func secretsOf(i *Info) map[string]*release.Secret {
	return map[string]*release.Secret{
		"railway": &i.RailwayToken, "vercel": &i.VercelToken, "pipecat": &i.PipecatKey, "pipecat/public": &i.PipecatPublicKey,
		"supabase": &i.SupabaseKey, "control": &i.ControlKey, "database": &i.Database, "redis": &i.Redis,
	}
}

// Share lets other commands join from now on, as `box up` does.
func (b *Box) Share() error {
	if err := b.lock.name(Shared); err != nil {
		return err
	}
	return b.announce(Shared)
}

// Running reads how to join the box that another process holds. It is false when nobody does, or when it is not up
// yet: what a killed box has left behind is no way in.
func Running(project string) (Info, bool) {
	dir := Dir(project)
	holder := held(dir, "lock")
	if holder == nil {
		return Info{}, false
	}
	raw, err := os.ReadFile(filepath.Join(dir, upFile))
	if err != nil {
		return Info{}, false
	}
	var w wireInfo
	if json.Unmarshal(raw, &w) != nil || w.PID != holder.PID {
		return Info{}, false
	}
	info := w.Info
	for name, s := range secretsOf(&info) {
		*s = release.NewSecret(w.Secrets[name])
	}
	info.Values = map[string]release.Secret{}
	for name, v := range w.Vars {
		info.Values[name] = release.NewSecret(v)
	}
	return info, true
}

// LockRelease makes sure that one release at a time acts on the box. Call the result when it is over.
func LockRelease(project string) (func(), error) {
	dir := Dir(project)
	l, holder, err := takeLock(dir, "release.lock", "release")
	if errors.Is(err, errHeld) {
		return nil, lockedFault("another release is at work on the box", holder)
	}
	if err != nil {
		return nil, unwritable(dir, err)
	}
	return l.release, nil
}

// Releasing says which release is at work on the box, if one is.
func Releasing(project string) (Holder, bool) {
	h := held(Dir(project), "release.lock")
	if h == nil {
		return Holder{}, false
	}
	return *h, true
}

// Down asks the process that holds the box to take it down, and waits until it has.
func Down(ctx context.Context, project string) error {
	dir := Dir(project)
	h := held(dir, "lock")
	if h == nil {
		return nil
	}
	if r := held(dir, "release.lock"); r != nil {
		return lockedFault("a release is at work on the box", *r)
	}
	if h.PID == 0 || syscall.Kill(h.PID, syscall.SIGTERM) != nil {
		return lockedFault("the box is held by a process that cannot be asked to end", *h)
	}
	const patience = time.Minute
	for began := time.Now(); held(dir, "lock") != nil; {
		if time.Since(began) > patience {
			return lockedFault("the box has not ended within a minute", *h)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// Reset forgets everything that the box remembers. The history of releases is not the box's and stays.
func Reset(project, cache, data string) error {
	dir := Dir(project)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritable(dir, err)
	}
	l, holder, err := takeLock(dir, "lock", "box reset")
	if errors.Is(err, errHeld) {
		return lockedFault("the box is up, so it cannot be reset", holder)
	}
	if err != nil {
		return unwritable(dir, err)
	}
	defer l.release()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return unwritable(dir, err)
	}
	for _, e := range entries {
		if name := e.Name(); name != "lock" && name != "release.lock" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, name)))
		}
	}
	if data != "" {
		err = errors.Join(err, os.RemoveAll(data))
	}
	err = errors.Join(err, os.RemoveAll(cache))
	if err != nil {
		return unwritable(dir, err)
	}
	return nil
}
