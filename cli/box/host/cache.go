package host

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// marker is the file that says that an entry is complete; its time is the time of the last use.
const marker = "complete"

// fresh is a path that nobody has ever used: the guard of a build that was killed may still be deleting its own.
func (h *Host) fresh(dir, key string) string {
	return filepath.Join(dir, key+"-"+strings.ToLower(rand.Text()[:10]))
}

// find gives the complete entry with that key, or "".
func (h *Host) find(service, key string) string {
	found, err := filepath.Glob(filepath.Join(h.outputs(), service, key+"-*", marker))
	if err != nil || len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[0])
}

// touch notes a use.
func touch(entry string) {
	now := time.Now()
	_ = os.Chtimes(filepath.Join(entry, marker), now, now)
}

// justUsed is how long an entry stays after its last use whatever the others are: between a build that found it and the start
// that runs it nobody holds it, and in that time as many other lanes as the cache has places may build theirs.
const justUsed = 2 * time.Minute

// prune deletes the entries of a folder but the latest used ones, those in use or used just now, and the one that was made
// right now. What cannot be deleted now is deleted another time.
func (h *Host) prune(dir string, keep int, made string) {
	type entry struct {
		path string
		used time.Time
	}
	var entries []entry
	found, err := filepath.Glob(filepath.Join(dir, "*", marker))
	if err != nil {
		return
	}
	for _, file := range found {
		if info, err := os.Stat(file); err == nil {
			entries = append(entries, entry{filepath.Dir(file), info.ModTime()})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return b.used.Compare(a.used) })
	for i, e := range entries {
		if i >= keep && e.path != made && time.Since(e.used) > justUsed && !h.isUsed(e.path) {
			discard(e.path)
		}
	}
}

// discard deletes an entry, its marker first, so that half of one is never taken for a whole.
func discard(entry string) {
	if os.Remove(filepath.Join(entry, marker)) == nil {
		_ = os.RemoveAll(entry)
	}
}

func (h *Host) isUsed(entry string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.inUse[entry] > 0
}

// sweep deletes temporary folders and entries without a marker: their guards were killed too. Where a guard is still at
// it, that is as good.
func (h *Host) sweep() {
	for _, pattern := range []string{filepath.Join(h.work(), "*"), filepath.Join(h.outputs(), "*", "*"), filepath.Join(h.modules(), "*")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		for _, path := range found {
			if _, err := os.Stat(filepath.Join(path, marker)); errors.Is(err, fs.ErrNotExist) {
				_ = os.RemoveAll(path)
			}
		}
	}
}
