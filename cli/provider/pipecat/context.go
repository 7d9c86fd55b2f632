package pipecat

import (
	"archive/tar"
	"compress/gzip"
	"crypto/md5" //nolint:gosec // the vendor names a build's context by it; nothing is secured with it
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/release"
)

// maxContext is what the vendor takes, before compression.
const maxContext = 500 << 20

// leftOut is what the vendor's tools leave out of a build where there is no .dockerignore (DEFAULT_EXCLUSIONS of
// daily-co/pipecat-cloud, build_utils.py). Secrets are no pick of ours in any case.
func leftOut() []string {
	return []string{
		".git", ".gitignore", ".gitattributes", ".env", ".env.*", "*.pem", "*.key",
		"__pycache__", "*.pyc", "*.pyo", "*.pyd", "*.so", ".Python", ".venv", "venv", "ENV", "env",
		".pytest_cache", ".coverage", "htmlcov", ".tox", ".nox", ".mypy_cache", ".ruff_cache",
		".vscode", ".idea", "*.swp", "*.swo", "dist", "build", "*.egg-info", "*.egg", ".eggs", "node_modules",
		".github", ".claude", ".codex", ".cursor", "pcc-deploy.toml", ".ipynb_checkpoints", ".cache",
		".DS_Store", "Thumbs.db", "*.log",
	}
}

// Files says which files a cloud build is made of: all below root, a folder of the project with slashes ("" is the
// project itself), except those that match a pattern, which is written as in .gitignore and relative to the project.
// file is pcc-deploy.toml, relative to the project in dir. A .dockerignore in root takes the place of the patterns in
// the file and of the vendor's own, as with the vendor's tools. Errors are Faults.
func (c Config) Files(dir, file string) (root string, exclude []string, err error) {
	root = path.Join(path.Dir(filepath.ToSlash(file)), c.ContextDir)
	if !fs.ValidPath(root) {
		return "", nil, &release.Fault{
			Title: "build.context_dir leads out of the project: " + c.ContextDir, Where: &release.Place{File: file}, Exit: release.ExitInvalid,
		}
	}
	patterns := slices.Concat(leftOut(), c.Exclude)
	ignore := filepath.Join(dir, filepath.FromSlash(root), ".dockerignore")
	switch raw, err := os.ReadFile(ignore); {
	case err == nil:
		patterns = dockerignore(string(raw))
	case !errors.Is(err, fs.ErrNotExist):
		return "", nil, unreadable(ignore, err)
	}
	if root == "." {
		root = ""
	}
	for _, p := range patterns {
		exclude = append(exclude, below(root, p))
	}
	return root, exclude, nil
}

// dockerignore gives the lines of a .dockerignore that the vendor's tools understand. One with exceptions (!name)
// is beyond them and us: then nothing is left out here, and Docker itself does it when it builds.
func dockerignore(text string) []string {
	var patterns []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "!"):
			return nil
		case excludes(line):
			patterns = append(patterns, line)
		}
	}
	return patterns
}

// below anchors a pattern in root: a name alone counts at every depth of it, and nowhere above.
func below(root, pattern string) string {
	pattern = strings.TrimPrefix(strings.TrimPrefix(pattern, "./"), "/")
	if !strings.Contains(strings.TrimSuffix(pattern, "/"), "/") {
		pattern = "**/" + pattern
	}
	if root == "" {
		return "/" + pattern
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`).Replace(root) + "/" + pattern
}

// Context is an archive that a cloud build is made from.
type Context struct {
	Hash  string // 16 hex digits: how the vendor's CLI names it
	other string // how the vendor's deploy action does, since it takes in the Dockerfile's path
}

// Is reports whether the vendor means this context.
func (c Context) Is(hash string) bool { return hash != "" && (hash == c.Hash || hash == c.other) }

// ReadContext reads the tar.gz at archive, which must hold the Dockerfile, and no more than the vendor takes.
func ReadContext(archive, dockerfile string) (Context, error) {
	f, err := os.Open(archive)
	if err != nil {
		return Context{}, fmt.Errorf("pipecat: read what is to be built: %w", err)
	}
	defer func() { _ = f.Close() }()
	hash := md5.New() //nolint:gosec // see the import
	raw := io.TeeReader(f, hash)
	if err := inspect(raw, dockerfile); err != nil {
		return Context{}, err
	}
	if _, err := io.Copy(io.Discard, raw); err != nil { // what follows the end of the tar
		return Context{}, fmt.Errorf("pipecat: read what is to be built: %w", err)
	}
	c := Context{Hash: hex.EncodeToString(hash.Sum(nil))[:16]}
	hash.Write([]byte("\x00dockerfile:" + dockerfile))
	c.other = hex.EncodeToString(hash.Sum(nil))[:16]
	return c, nil
}

// inspect looks into the archive for the Dockerfile, and sums up the sizes.
func inspect(r io.Reader, dockerfile string) error {
	gz, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("pipecat: read what is to be built: %w", err)
	}
	var size int64
	found := false
	for tr := tar.NewReader(gz); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("pipecat: read what is to be built: %w", err)
		}
		size += h.Size
		found = found || path.Clean(h.Name) == dockerfile
	}
	switch {
	case !found:
		return &release.Fault{
			Title:  "the bot cannot be built: " + dockerfile + " is not among its files",
			Detail: "git ignores it, a .dockerignore leaves it out, or [build] in pcc-deploy.toml names another place",
			Try:    "git ls-files --cached --others --exclude-standard", Exit: release.ExitInvalid,
		}
	case size > maxContext:
		return &release.Fault{
			Title:  fmt.Sprintf("the files of the bot are too large to be built: %d MB", size>>20),
			Detail: fmt.Sprintf("the vendor takes %d MB; leave out what the image does not need, by [build.exclude] patterns in pcc-deploy.toml", maxContext>>20),
			Try:    "git ls-files --cached --others --exclude-standard", Exit: release.ExitInvalid,
		}
	}
	return nil
}
