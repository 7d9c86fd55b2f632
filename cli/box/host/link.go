package host

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
)

// linkTree makes a tree that shares its files with another; both lie in root. Hard links cost neither time nor space.
// Where the file system has none, files are copied. A tool that changes a file in place changes it for all.
func linkTree(ctx context.Context, root *os.Root, from, to string) error {
	return fs.WalkDir(root.FS(), from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		target := path.Join(to, name[len(from):])
		switch {
		case d.IsDir():
			return root.MkdirAll(target, 0o755)
		case d.Type()&fs.ModeSymlink != 0:
			link, err := root.Readlink(name)
			if err != nil {
				return err
			}
			return root.Symlink(link, target)
		case !d.Type().IsRegular():
			return nil
		}
		if root.Link(name, target) == nil {
			return nil
		}
		return copyFile(root, name, target)
	})
}

func copyFile(root *os.Root, from, to string) error {
	in, err := root.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
