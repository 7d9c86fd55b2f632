package pipecat

import (
	"crypto/md5" //nolint:gosec // the vendor's context hash is one; it protects nothing
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"readme/cli/box/keep"
)

// maxFields is the size of a form before its file, at the storage.
const maxFields = 20_000

// storageError is a refusal of the object storage, which speaks XML.
type storageError struct {
	XMLName xml.Name `xml:"Error"`
	status  int
	Code    string
	Message string
}

func (e *storageError) Error() string { return e.Code + ": " + e.Message }

func denied(status int, code, message string) error {
	return &storageError{status: status, Code: code, Message: message}
}

// takeUpload is the storage that upload addresses lead to: a form with all the fields that were given, and then the
// file. What comes after the file is not read.
func (e *Emulator) takeUpload(w http.ResponseWriter, r *http.Request) {
	err := e.take(w, r)
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	refusal := new(storageError)
	if !errors.As(err, &refusal) {
		refusal = &storageError{status: http.StatusInternalServerError, Code: "InternalError", Message: err.Error()}
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(refusal.status)
	text, _ := xml.Marshal(refusal)
	_, _ = w.Write(append([]byte(xml.Header), text...))
}

func (e *Emulator) take(w http.ResponseWriter, r *http.Request) error {
	switch {
	case r.ContentLength < 0:
		return denied(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	case r.Header.Get("Authorization") != "": // a key of the API has no business here
		return denied(http.StatusBadRequest, "InvalidArgument", "Unsupported Authorization Type")
	}
	r.Body = http.MaxBytesReader(w, r.Body, e.limits.upload+maxFields+1<<20)
	form, err := r.MultipartReader()
	if err != nil {
		return denied(http.StatusPreconditionFailed, "PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data")
	}
	fields, file, err := readForm(form)
	if err != nil {
		return err
	}
	u, err := e.admit(fields)
	if err != nil {
		return err
	}
	return e.store(u, file)
}

// readForm reads the fields up to the file.
func readForm(form *multipart.Reader) (map[string]string, io.Reader, error) {
	fields, left := map[string]string{}, int64(maxFields)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil, denied(http.StatusBadRequest, "InvalidArgument", "POST requires exactly one file upload per request.")
		}
		if err != nil {
			return nil, nil, denied(http.StatusBadRequest, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
		}
		if part.FormName() == "file" {
			return fields, part, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, nil, denied(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly")
		}
		if left -= int64(len(value)); left < 0 {
			return nil, nil, denied(http.StatusBadRequest, "MaxPOSTPreDataLengthExceeded", "Your POST request fields preceding the upload file were too large.")
		}
		fields[strings.ToLower(part.FormName())] = string(value)
	}
}

// admit finds the upload that a form belongs to and holds the form against what was given out.
func (e *Emulator) admit(fields map[string]string) (upload, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	u := e.state.upload(strings.TrimSuffix(path.Base(fields["key"]), ".tar.gz"))
	policy := func(why string) error {
		return denied(http.StatusForbidden, "AccessDenied", "Invalid according to Policy: "+why)
	}
	if u == nil {
		return upload{}, policy(`Policy Condition failed: ["eq", "$key", ""]`)
	}
	if _, hit := e.board.Strike(FaultUploadURLExpired, u.Region); hit || time.Now().After(u.Expires) {
		return upload{}, policy("Policy expired.")
	}
	if _, hit := e.board.Strike(FaultUploadRefused, u.Region); hit {
		return upload{}, denied(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
	}
	for name, want := range u.fields() {
		if got, sent := fields[strings.ToLower(name)]; !sent || got != want {
			return upload{}, policy(fmt.Sprintf("Policy Condition failed: [\"eq\", \"$%s\", %q]", name, want))
		}
	}
	return *u, nil
}

// store puts the bytes on disk, and then on record.
func (e *Emulator) store(u upload, file io.Reader) error {
	tmp, err := os.CreateTemp(filepath.Join(e.cfg.Dir, uploadDir), ".new-*")
	if err != nil {
		return err
	}
	sum := md5.New() //nolint:gosec // see the import
	n, err := io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(file, e.limits.upload+1))
	switch {
	case err != nil:
		err = denied(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
	case n > e.limits.upload:
		err = denied(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	case n == 0:
		err = denied(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
	}
	if err != nil {
		_, _ = tmp.Close(), os.Remove(tmp.Name())
		return err
	}
	if err := keep.Commit(tmp, e.uploadFile(u.ID)); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if kept := e.state.upload(u.ID); kept != nil {
		kept.Hash, kept.Size = hex.EncodeToString(sum.Sum(nil))[:16], n
	}
	return e.save()
}
