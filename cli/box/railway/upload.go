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

// upload takes an archive (a raw tar.gz, no form) and deploys it. Without a service it makes one.
func (e *Emulator) upload(w http.ResponseWriter, r *http.Request) {
	env, in, err := e.uploadTo(r)
	switch {
	case errors.Is(err, errNotAuthorized):
		writeJSON(w, http.StatusUnauthorized, map[string]string{"message": err.Error()})
		return
	case err != nil:
		writeJSON(w, http.StatusBadRequest, map[string]string{"message": err.Error()})
		return
	}
	if _, ok := e.strikes(FaultTooLarge, in); ok {
		http.Error(w, "Payload Too Large", http.StatusRequestEntityTooLarge)
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
	id, address, err := e.deployUpload(in, sum, r.URL.Query().Get("message"))
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"message": err.Error()})
		return
	}
	e.hold(r, "up")
	page := "https://railway.com/project/" + env.project.ID + "/service/" + in.ServiceID + "?id=" + id + "&"
	writeJSON(w, http.StatusOK, map[string]string{
		"deploymentId": id, "url": page, "logsUrl": page, "deploymentDomain": address,
	})
}

// uploadTo finds where an upload goes.
func (e *Emulator) uploadTo(r *http.Request) (*environment, *instance, error) {
	if err := e.turnAway("up"); err != nil {
		return nil, nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c := &call{
		ctx: r.Context(), e: e, who: e.caller(r.Header), write: true, field: "up",
		args: map[string]any{"projectId": r.PathValue("project"), "environmentId": r.PathValue("environment")},
	}
	if err := c.authorize(); err != nil {
		return nil, nil, err
	}
	id := r.URL.Query().Get("serviceId")
	if id == "" {
		s, err := e.newService(c.project, serviceName("", "", ""))
		if err != nil {
			return nil, nil, err
		}
		return c.env, c.env.instance(s), e.accept()
	}
	s := e.w.service(id)
	if s == nil || s.project != c.project {
		return nil, nil, errors.New("Service not found")
	}
	return c.env, c.env.instance(s), nil
}

// deployUpload makes the deployment, and gives its id and the service's public address.
func (e *Emulator) deployUpload(in *instance, sum, message string) (id, address string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	made, err := e.make(in, e.fresh(in, origin{Archive: sum}, reasonDeploy).saying(message))
	if err != nil {
		return "", "", err
	}
	return made.(string), in.host(), nil
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
