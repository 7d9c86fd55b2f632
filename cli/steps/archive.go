package steps

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// whole sees to it that what is sent is the very archive that was approved. A release that is resumed finds it where the
// first process has put it, or not: then another one would have to be packed, of files that nobody has approved.
func (w *World) whole(in plan.DeployInputs) error {
	if in.Archive == "" {
		return nil
	}
	got, err := fileHash(filepath.Join(w.Archives, in.Archive+".tar.gz"))
	if err == nil && got == in.Archive {
		return nil
	}
	f := &release.Fault{
		Title:    "the files of " + in.Name + " that were approved are not here any more",
		Detail:   "the archive was packed when the plan was made, and only that one may be sent",
		Evidence: []release.Evidence{{Label: w.Archives, Lines: []string{"wanted " + in.Archive + ".tar.gz"}}},
		Try:      "readme-ops release" + w.flag(), Cause: err,
	}
	if err == nil {
		f.Evidence[0].Lines = append(f.Evidence[0].Lines, "found  one with sha256 "+got)
	}
	return f
}

func fileHash(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// unpack writes the files of one of our own archives into dir, and lists them.
func unpack(archive, dir string) ([]provider.File, error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	gz, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	var files []provider.File
	for tr := tar.NewReader(gz); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		name := path.Clean(strings.TrimPrefix(h.Name, "./"))
		if err := write(root, name, tr, h.FileInfo().Mode().Perm()); err != nil {
			return nil, err
		}
		files = append(files, provider.File{Path: name, Mode: uint32(h.FileInfo().Mode().Perm()), Size: h.Size})
	}
}

func write(root *os.Root, name string, from io.Reader, mode os.FileMode) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, from); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
