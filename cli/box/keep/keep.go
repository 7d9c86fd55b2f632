// Package keep puts what an emulator has accepted on disk before it is answered, so that a kill at any moment leaves
// either the old state or the new one.
package keep

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the file at path with data: a temporary file beside it, synced, renamed, and the folder synced.
func Write(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("keep %s: %w", filepath.Base(path), err)
	}
	if _, err = tmp.Write(data); err != nil {
		// Half of it, on a full disk, must not take the place of the whole old one.
		err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
	} else {
		err = Commit(tmp, path)
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Commit syncs and closes an open temporary file and gives it its name. After an error the file is removed.
func Commit(tmp *os.File, path string) error {
	err := errors.Join(tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes renames and removals in dir last.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// WriteJSON is Write of v as JSON.
func WriteJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep %s: %w", filepath.Base(path), err)
	}
	return Write(path, data)
}

// ReadJSON reads what WriteJSON wrote into v; found is false when there is nothing yet.
func ReadJSON(path string, v any) (found bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", path, err)
	}
	return true, nil
}
