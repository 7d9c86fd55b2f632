package child

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// LookPath finds a program in a PATH that is given, where exec.LookPath would read our own. A name with a slash is
// relative to dir. Folders of the PATH that are not absolute are passed over.
func LookPath(path, program, dir string) (string, error) {
	if strings.Contains(program, "/") {
		if !filepath.IsAbs(program) {
			abs, err := filepath.Abs(filepath.Join(dir, program))
			if err != nil {
				return "", err
			}
			program = abs
		}
		return program, executable(program)
	}
	for _, folder := range filepath.SplitList(path) {
		file := filepath.Join(folder, program)
		if filepath.IsAbs(folder) && executable(file) == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("find %q in PATH: %w", program, exec.ErrNotFound)
}

// executable says why a file cannot be a program.
func executable(file string) error {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder", file)
	case info.Mode()&0o111 == 0:
		return fmt.Errorf("%s: %w", file, os.ErrPermission)
	}
	return nil
}

// Identifier reports whether name can be a variable's: a shell on the way drops any other.
func Identifier(name string) bool { return identifier.MatchString(name) }

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// makeFolder makes a new folder with just this mode, whatever the umask.
func makeFolder(path string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder %s: %w", filepath.Dir(path), err)
	}
	if err := os.Mkdir(path, mode); err != nil {
		return fmt.Errorf("make folder %s: %w", path, err)
	}
	if err := os.Chmod(path, mode); err != nil {
		return fmt.Errorf("make folder %s: %w", path, err)
	}
	return nil
}
