package release

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// DiskFault says what a person can do about an error of the file system at path: a full disk, or one that may not be
// written. It is nil for other errors. doing is what was tried: "write the record".
func DiskFault(doing, path string, err error) *Fault {
	f := &Fault{Exit: ExitStepFailed, Cause: err, Detail: fmt.Sprintf("%s: %v", doing, err)}
	for {
		if _, statErr := os.Lstat(path); statErr == nil || path == filepath.Dir(path) {
			break
		}
		path = filepath.Dir(path) // the folder that is there is the one to look at
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		f.Title, f.Try = "the disk is full", "df -h "+ShellWord(path)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		f.Title, f.Try = "readme-ops may not write in "+path, "ls -ld "+ShellWord(path)
	default:
		return nil
	}
	return f
}
