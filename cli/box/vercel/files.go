package vercel

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha1" //nolint:gosec // the vendor names files by it
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
)

// maxFile is the size of one file on a small plan.
const maxFile = 100 << 20

const shaPattern = `^[0-9a-f]{40}$`

// postFile keeps one file under its hash. Sending it twice does no harm.
func (e *Emulator) postFile(r *http.Request) (int, any, error) {
	want := r.Header.Get("X-Vercel-Digest")
	if want == "" {
		want = r.Header.Get("X-Now-Digest")
	}
	if !regexp.MustCompile(shaPattern).MatchString(want) {
		return 0, nil, refuse(http.StatusBadRequest, "bad_request", "Digest is not valid")
	}
	if r.ContentLength < 0 {
		return 0, nil, refuse(http.StatusBadRequest, "bad_request", "Content-Length is missing")
	}
	if r.ContentLength > maxFile {
		return 0, nil, refuse(http.StatusBadRequest, "size_limit_exceeded", "File size is not valid: larger than %d bytes", maxFile)
	}
	got, err := e.keep(io.LimitReader(r.Body, maxFile), want)
	if err != nil {
		return 0, nil, err
	}
	if got != want {
		return 0, nil, refuse(http.StatusBadRequest, "bad_request", "Digest is not valid: the body's is %s", got)
	}
	return http.StatusOK, map[string]any{"urls": []string{}}, nil
}

// keep stores what body holds if its hash is the wanted one, or any if want is "", and gives the hash.
func (e *Emulator) keep(body io.Reader, want string) (string, error) {
	tmp, err := os.CreateTemp(e.cfg.Dir, ".file-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	h := sha1.New() //nolint:gosec // the vendor names files by it
	_, err = io.Copy(io.MultiWriter(tmp, h), body)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return "", err
	}
	got := hex.EncodeToString(h.Sum(nil))
	if want != "" && got != want {
		return got, nil
	}
	return got, os.Rename(tmp.Name(), e.blob(got))
}

func (e *Emulator) blob(sha string) string { return filepath.Join(e.cfg.Dir, "files", sha) }

// archive packs a deployment's files for Host, the same bytes for the same files: equal builds are recognised by it.
func (e *Emulator) archive(d deployment) (path string, err error) {
	f, err := os.CreateTemp(e.cfg.Dir, ".archive-*.tar.gz")
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	zip := gzip.NewWriter(f)
	out := tar.NewWriter(zip)
	for _, in := range d.Files {
		if err := pack(out, in, e.blob(in.SHA)); err != nil {
			return "", err
		}
	}
	return f.Name(), errors.Join(out.Close(), zip.Close())
}

func pack(out *tar.Writer, in file, blob string) error {
	f, err := os.Open(blob)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	mode := int64(in.Mode & 0o777)
	if mode == 0 {
		mode = 0o644
	}
	if err := out.WriteHeader(&tar.Header{Name: in.Path, Mode: mode, Size: info.Size(), Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}

// sweep removes files that no deployment names any more. The caller holds the lock; files that were sent for a
// deployment to come are spared by their age.
func (e *Emulator) sweep(oldest int64) error {
	used := map[string]bool{}
	for _, d := range e.state.Deployments {
		for _, f := range d.Files {
			used[f.SHA] = true
		}
	}
	all, err := os.ReadDir(filepath.Join(e.cfg.Dir, "files"))
	if err != nil {
		return err
	}
	for _, f := range all {
		info, err := f.Info()
		if err == nil && !used[f.Name()] && info.ModTime().UnixMilli() < oldest {
			err = os.Remove(e.blob(f.Name()))
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
