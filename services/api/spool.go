package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// spool is an uploaded file on our disk: Storage must be told the length before the body, and a body of unknown length
// would slip past the bucket's size limit.
type spool struct {
	file   *os.File
	size   int64
	sha256 string
}

const (
	sniffed = 1024 // a PDF has its mark within the first and its end mark within the last so many bytes
	block   = 64 << 10
)

// spoolPDF copies at most limit bytes of a PDF to a file that has no name any more, so it is gone with the process,
// however that ends. What is no PDF is refused after its first bytes.
func spoolPDF(from io.Reader, limit int64) (*spool, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(from, head)
	head = head[:n]
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return nil, refused(http.StatusBadRequest, "file_empty", "the file is empty")
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	case !bytes.Contains(head, []byte("%PDF-")):
		return nil, refused(http.StatusUnsupportedMediaType, "not_a_pdf", "the file is no PDF: it does not begin like one")
	}
	s, err := newSpool()
	if err != nil {
		return nil, away("spool_unavailable", "there is no room for the upload, try again later", err)
	}
	if err := s.fill(io.MultiReader(bytes.NewReader(head), from), limit); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "readme-upload-*")
	if err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("unlink spool: %w", err)
	}
	return &spool{file: file}, nil
}

func (s *spool) fill(from io.Reader, limit int64) error {
	sum := sha256.New()
	to := &diskWriter{file: s.file}
	n, err := io.CopyBuffer(io.MultiWriter(to, sum), io.LimitReader(from, limit+1), make([]byte, block))
	switch {
	case to.err != nil:
		return away("spool_unavailable", "there is no room for the upload, try again later", to.err)
	case err != nil:
		return err
	case n > limit:
		return tooLarge(limit)
	}
	s.size, s.sha256 = n, hex.EncodeToString(sum.Sum(nil))
	tail := make([]byte, min(n, sniffed))
	if _, err := s.file.ReadAt(tail, n-int64(len(tail))); err != nil {
		return fmt.Errorf("read spool: %w", err)
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return refused(http.StatusUnsupportedMediaType, "not_a_pdf", "the file is no whole PDF: its end is missing")
	}
	return nil
}

func tooLarge(limit int64) *refusal {
	return refused(http.StatusRequestEntityTooLarge, "file_too_large", fmt.Sprintf("the file is larger than %d bytes", limit))
}

func (s *spool) close() { _ = s.file.Close() }

// diskWriter tells a full disk from a client that went away.
type diskWriter struct {
	file *os.File
	err  error
}

func (d *diskWriter) Write(p []byte) (int, error) {
	n, err := d.file.Write(p)
	d.err = err
	return n, err
}
