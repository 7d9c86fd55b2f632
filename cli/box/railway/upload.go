package railway

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/box/keep"
)

const (
	largestUpload   = 256 << 20
	largestUnpacked = 2 << 30
	mostEntries     = 200_000
)

// upload takes an archive (a raw tar.gz, no form) and deploys it.
func (e *Emulator) upload(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	s := e.w.service(r.URL.Query().Get("serviceId"))
	here := r.PathValue("project") == e.w.ProjectID && r.PathValue("environment") == e.w.EnvironmentID
	e.mu.Unlock()
	switch {
	case e.caller(r.Header) == nobody || !here:
		writeJSON(w, http.StatusUnauthorized, map[string]string{"message": "Not Authorized"})
		return
	case s == nil:
		writeJSON(w, http.StatusBadRequest, map[string]string{"message": "Service not found"})
		return
	}
	sum, err := e.receive(http.MaxBytesReader(w, r.Body, largestUpload))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(w, "Payload Too Large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"message": err.Error()})
		return
	}
	d, err := e.deployUpload(s, sum, r.URL.Query().Get("message"))
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"message": err.Error()})
		return
	}
	if f, ok := e.faults.strike(FaultUploadLost, s.Name); ok {
		sleep(r.Context(), f.For)
		panic(http.ErrAbortHandler)
	}
	address := ""
	e.mu.Lock()
	if s.Domain != nil {
		address = s.Domain.Host
	}
	e.mu.Unlock()
	page := "https://railway.com/project/" + r.PathValue("project") + "/service/" + s.ID + "?id=" + d.ID + "&"
	writeJSON(w, http.StatusOK, map[string]string{
		"deploymentId": d.ID, "url": page, "logsUrl": page, "deploymentDomain": address,
	})
}

func (e *Emulator) deployUpload(s *service, sum, message string) (*deployment, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.create(s, sum, message, reasonDeploy, s.Settings, e.rendered(s))
	return d, e.start(d)
}

// receive keeps an archive under its hash, once it is whole and in order.
func (e *Emulator) receive(body io.Reader) (string, error) {
	f, err := os.CreateTemp(filepath.Join(e.cfg.Dir, "archives"), ".new-*")
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, hash), body)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = checkArchive(f)
	}
	if err != nil {
		_, _ = f.Close(), os.Remove(f.Name())
		return "", err
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	return sum, keep.Commit(f, e.archivePath(sum))
}

// checkArchive reads a tar.gz to its end: every entry is named ./something and stays inside.
func checkArchive(r io.Reader) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("the body is no gzip: %w", err)
	}
	limited := &io.LimitedReader{R: z, N: largestUnpacked}
	t := tar.NewReader(limited)
	for n := 0; ; n++ {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF) && n > 0:
			_, err := io.Copy(io.Discard, limited)
			return err
		case errors.Is(err, io.EOF):
			return errors.New("the archive is empty")
		case err != nil:
			return fmt.Errorf("the archive is no tar: %w", err)
		case n >= mostEntries || limited.N == 0:
			return errors.New("the archive is too large")
		case !strings.HasPrefix(h.Name, "./") || slices.Contains(strings.Split(h.Name, "/"), ".."):
			return fmt.Errorf("the entry %q does not begin with ./ or leaves the archive", h.Name)
		}
	}
}
