package vercel

import (
	"crypto/sha1" //nolint:gosec // the vendor names files by it
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

type fileBody struct {
	File     string  `json:"file"`
	SHA      string  `json:"sha"`
	Size     int64   `json:"size"`
	Mode     uint32  `json:"mode"`
	Data     *string `json:"data"`
	Encoding string  `json:"encoding"`
}

// maxFile is the size of one file on a small plan.
const maxFile = 100 << 20

const (
	shaPattern = `^[0-9a-f]{40}$`
	folder     = 0o040000 // of a unix mode
)

// postFile keeps one file under its hash. Sending it twice does no harm.
func (e *Emulator) postFile(r *http.Request) (int, any, error) {
	want := r.Header.Get("X-Vercel-Digest")
	if want == "" {
		want = r.Header.Get("X-Now-Digest")
	}
	if !regexp.MustCompile(shaPattern).MatchString(want) {
		return 0, nil, badRequest("Digest is not valid")
	}
	if r.ContentLength < 0 {
		return 0, nil, badRequest("Content-Length is missing")
	}
	if r.ContentLength > maxFile {
		return 0, nil, refuse(http.StatusBadRequest, "size_limit_exceeded", "File size is not valid: larger than %d bytes", maxFile)
	}
	got, err := e.keep(io.LimitReader(r.Body, maxFile), want)
	if err != nil {
		return 0, nil, err
	}
	if got != want {
		return 0, nil, badRequest("Digest is not valid: the body's is %s", got)
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

// fromFiles gives a deployment its files. Those that were not sent yet are asked for; a folder is nothing to be sent.
func (e *Emulator) fromFiles(d *deployment, b createBody) error {
	if len(b.Files) == 0 {
		return refuse(http.StatusBadRequest, "no_files", "The deployment has no files")
	}
	var missing []string
	for _, f := range b.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.File)) || strings.Contains(f.File, `\`) {
			return badRequest("Invalid file path: %q", f.File)
		}
		if f.SHA == "" && f.Data == nil && f.Mode&folder != 0 {
			continue
		}
		if f.Data != nil {
			sha, err := e.inline(*f.Data, f.Encoding)
			if err != nil {
				return err
			}
			f.SHA = sha
		}
		if !regexp.MustCompile(shaPattern).MatchString(f.SHA) {
			return badRequest("Invalid sha of %q", f.File)
		}
		if _, err := os.Stat(e.blob(f.SHA)); err != nil {
			missing = append(missing, f.SHA)
		}
		d.Files = append(d.Files, file{Path: f.File, SHA: f.SHA, Size: f.Size, Mode: f.Mode})
	}
	slices.SortFunc(d.Files, func(a, b file) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(missing)
	if len(missing) > 0 {
		no := refuse(http.StatusBadRequest, "missing_files", "Missing files")
		no.extra = map[string]any{"missing": slices.Compact(missing)}
		return no
	}
	return nil
}

func (e *Emulator) inline(data, encoding string) (string, error) {
	raw := []byte(data)
	if encoding == "base64" {
		b, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return "", badRequest("Invalid base64 data")
		}
		raw = b
	}
	return e.keep(strings.NewReader(string(raw)), "")
}
