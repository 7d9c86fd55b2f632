package source

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"readme/cli/release"
)

// MaxArchive is how many bytes an archive may hold before it is compressed. Hosts say no size of theirs, and refuse
// uploads of some hundred MB.
const MaxArchive = 512 << 20

// Archive is a tar.gz that was written.
type Archive struct {
	Path   string
	SHA256 string // 64 hex digits, of the file
	Size   int64  // bytes of the file
	Files  int
	Left   []string // what stayed behind; see Select
}

// Archive writes a tar.gz of a pick to a file, which appears only when it is whole. Equal files give an equal
// archive: entries are named "./path" and sorted, without times or owners, with the modes 644 and 755. A file whose
// content is no longer what Tree has read is an error. Errors are Faults.
func (s *Source) Archive(ctx context.Context, file string, p Pick) (Archive, error) {
	files, left, err := s.Select(p)
	if err != nil {
		return Archive{}, err
	}
	if err := s.complete(p); err != nil {
		return Archive{}, err
	}
	if err := fits(files, p); err != nil {
		return Archive{}, err
	}
	a := Archive{Path: file, Files: len(files), Left: left}
	temp, err := os.CreateTemp(filepath.Dir(file), ".archive-*")
	if err != nil {
		return Archive{}, reading("write the archive", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // after the rename it is not there any more
	hash := sha256.New()
	err = s.pack(ctx, io.MultiWriter(temp, hash), files, path.Clean(p.Root))
	if err == nil {
		a.Size, err = temp.Seek(0, io.SeekCurrent)
	}
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		return Archive{}, reading("write the archive", err)
	}
	a.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return a, nil
}

// fits refuses what no host would take, and shows what is large.
func fits(files []File, p Pick) error {
	where := cmp.Or(p.Root, "the repository")
	if len(files) == 0 {
		return &release.Fault{
			Title: "there is nothing to send of " + where, Detail: "no file is there that git does not ignore",
			Try: "git ls-files --cached --others --exclude-standard", Exit: release.ExitInvalid,
		}
	}
	var total int64
	for _, f := range files {
		total += f.Size
	}
	if total <= MaxArchive {
		return nil
	}
	largest := slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(b.Size, a.Size) })
	var lines []string
	for _, f := range largest[:min(5, len(largest))] {
		lines = append(lines, fmt.Sprintf("%6d MB  %q", f.Size>>20, f.Path))
	}
	return &release.Fault{
		Title:    fmt.Sprintf("the files of %s are too large to send: %d MB", where, total>>20),
		Detail:   fmt.Sprintf("the limit is %d MB; let git ignore what no service needs", MaxArchive>>20),
		Evidence: []release.Evidence{{Label: "the largest files", Lines: lines}},
		Try:      "git rm --cached " + quoted(largest[0].Path), Exit: release.ExitStepFailed,
	}
}

// pack writes the archive itself. folder is where the files' paths begin.
func (s *Source) pack(ctx context.Context, w io.Writer, files []File, folder string) error {
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	zip := gzip.NewWriter(w)
	archive := tar.NewWriter(zip)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := s.entry(archive, root, f, path.Join(folder, f.Path)); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zip.Close())
}

func (s *Source) entry(w *tar.Writer, root *os.Root, f File, full string) error {
	header := &tar.Header{Name: "./" + f.Path, Mode: int64(f.Mode.Perm()), Size: f.Size, Typeflag: tar.TypeReg, ModTime: time.Unix(0, 0)}
	from := File{full, f.Mode, f.Size}
	hash := sha256.New()
	body := io.MultiWriter(w, hash)
	if f.Mode&fs.ModeSymlink != 0 {
		target, err := root.Readlink(filepath.FromSlash(full))
		if err != nil {
			return &lost{full, err}
		}
		header.Typeflag, header.Linkname, header.Size, header.Mode = tar.TypeSymlink, target, 0, 0o777
		body = hash
	}
	if err := w.WriteHeader(header); err != nil {
		return fmt.Errorf("archive %q: %w", full, err)
	}
	if err := write(body, root, from); err != nil {
		return &lost{full, err}
	}
	if !s.sums.keep(full, sum(hash.Sum(nil))) {
		return &lost{full, errors.New("its content is not what the plan has read")}
	}
	return nil
}
