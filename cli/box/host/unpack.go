package host

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// The limits of an archive. A product's source has some hundred files.
const (
	maxFiles = 100_000
	maxBytes = 2 << 30
)

// walk calls visit for each entry of a tar.gz that is a file, a folder or a link, with a clean relative name. Anything
// else, and a name that leads outside, is an error.
func walk(ctx context.Context, archive string, visit func(*tar.Header, io.Reader) error) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	limited := &io.LimitedReader{R: unzipped, N: maxBytes + 1}
	entries := tar.NewReader(limited)
	for n := 0; ; n++ {
		header, err := entries.Next()
		switch {
		case limited.N <= 0:
			return fmt.Errorf("it is larger than %d bytes", maxBytes)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case n >= maxFiles:
			return fmt.Errorf("it has more than %d entries", maxFiles)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue // git archive writes the commit there
		}
		header.Name = path.Clean(header.Name)
		if !filepath.IsLocal(filepath.FromSlash(header.Name)) {
			return fmt.Errorf("entry %q leads outside", header.Name)
		}
		if err := visit(header, entries); err != nil {
			return fmt.Errorf("entry %q: %w", header.Name, err)
		}
	}
}

// unpack writes an archive into dir, which exists, and nowhere else.
func unpack(ctx context.Context, archive, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return walk(ctx, archive, func(header *tar.Header, content io.Reader) error {
		return writeEntry(root, header, content)
	})
}

func writeEntry(root *os.Root, header *tar.Header, content io.Reader) error {
	name := filepath.FromSlash(header.Name)
	if header.Typeflag == tar.TypeDir {
		return root.MkdirAll(name, 0o755)
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeReg:
		return writeFile(root, name, header.FileInfo().Mode(), content)
	case tar.TypeSymlink:
		leads := path.Join(path.Dir(header.Name), header.Linkname) //nolint:gosec // only looked at, never opened
		if path.IsAbs(header.Linkname) || !filepath.IsLocal(filepath.FromSlash(leads)) {
			return fmt.Errorf("a link to %q leads outside", header.Linkname)
		}
		return root.Symlink(filepath.FromSlash(header.Linkname), name)
	}
	return fmt.Errorf("its kind %q is neither file, folder nor link", header.Typeflag)
}

func writeFile(root *os.Root, name string, mode fs.FileMode, content io.Reader) error {
	perm := fs.FileMode(0o644)
	if mode&0o100 != 0 {
		perm = 0o755
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
