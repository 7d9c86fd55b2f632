package postgres

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// The limits of an archive. The real one has about 1,000 files and 85 MB.
const (
	maxFiles = 20_000
	maxBytes = 1 << 30
)

// extract unpacks the native folder of the package into dir, which must not exist, so that any user can run what is in
// it. npm cannot pack links, so the package lists them in a file for a script; we make them instead of running that.
func extract(ctx context.Context, tarball, dir string) error {
	file, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := root.Chmod(".", 0o755); err != nil {
		return err
	}
	archive := tar.NewReader(io.LimitReader(unzipped, maxBytes))
	for files := 0; ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return makeLinks(root)
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		name, wanted := wantedEntry(header)
		if !wanted {
			continue
		}
		if files++; files > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		if err := writeEntry(root, name, header.FileInfo().Mode()&0o111 != 0, archive); err != nil {
			return err
		}
	}
}

// wantedEntry leaves out what no server needs: headers, static libraries, languages that need an interpreter.
func wantedEntry(header *tar.Header) (string, bool) {
	name, ok := strings.CutPrefix(path.Clean(header.Name), "package/native/")
	if !ok || header.Typeflag != tar.TypeReg {
		return "", false
	}
	base := path.Base(name)
	for _, part := range []string{"include/", "share/doc/", "share/man/", "lib/postgresql/pgxs/", "lib/pkgconfig/"} {
		if strings.HasPrefix(name, part) {
			return "", false
		}
	}
	for _, language := range []string{"plperl", "plpython", "pltcl"} {
		if strings.Contains(base, language) {
			return "", false
		}
	}
	return name, !strings.HasSuffix(base, ".a")
}

func writeEntry(root *os.Root, name string, program bool, content io.Reader) error {
	if err := makeFolders(root, path.Dir(name)); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if program {
		mode = 0o755
	}
	file, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	// The umask must not keep the user of Postgres out.
	return errors.Join(err, file.Chmod(mode), file.Close())
}

// makeFolders is MkdirAll with a mode that the umask does not change.
func makeFolders(root *os.Root, dir string) error {
	if dir == "." {
		return nil
	}
	if err := makeFolders(root, path.Dir(dir)); err != nil {
		return err
	}
	err := root.Mkdir(filepath.FromSlash(dir), 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return errors.Join(err, root.Chmod(filepath.FromSlash(dir), 0o755))
}

// linksFile lists the links: {source: what is there, target: the link to make}, both relative to the package.
const linksFile = "pg-symlinks.json"

// makeLinks makes the links that the package lists. A link that would lead outside is refused by its path, and one whose
// source was left out is not made.
func makeLinks(root *os.Root) error {
	text, err := root.ReadFile(linksFile)
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("%s: %w", linksFile, err)
	}
	if len(links) > maxFiles {
		return fmt.Errorf("%s: more than %d links", linksFile, maxFiles)
	}
	for _, l := range links {
		source, ok1 := strings.CutPrefix(path.Clean(l.Source), "native/")
		target, ok2 := strings.CutPrefix(path.Clean(l.Target), "native/")
		if !ok1 || !ok2 {
			return fmt.Errorf("%s: a link from %q to %q leads outside", linksFile, l.Target, l.Source)
		}
		if _, err := root.Stat(filepath.FromSlash(source)); err != nil {
			continue
		}
		relative, err := filepath.Rel(path.Dir(target), source)
		if err != nil {
			return fmt.Errorf("%s: %w", linksFile, err)
		}
		if err := makeFolders(root, path.Dir(target)); err != nil {
			return err
		}
		if err := root.Symlink(relative, filepath.FromSlash(target)); err != nil {
			return err
		}
	}
	return nil
}
