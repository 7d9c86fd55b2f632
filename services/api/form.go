package main

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"readme/services/books"
)

const (
	maxField = 4 << 10   // bytes of a field that is no file
	maxTitle = 300       // characters
	maxParts = 20        // of a form
	overhead = 256 << 10 // bytes of a form besides its file
)

// form is an upload as it came: the file spooled, the fields checked.
type form struct {
	household books.ID
	title     string
	file      *spool
}

func (f *form) close() {
	if f.file != nil {
		f.file.close()
	}
}

// readForm streams the form; the fields may come before or after the file. The caller closes the form, after an error too.
func readForm(r *http.Request, maxFile int64) (*form, error) {
	f := &form{}
	parts, err := r.MultipartReader()
	if err != nil {
		return f, refused(http.StatusUnsupportedMediaType, "not_a_form", "send multipart/form-data with file, household_id and title")
	}
	fields := map[string]string{}
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, f.check(fields)
		}
		if err != nil {
			return f, unreadable(err, maxFile)
		}
		if err := f.take(part, fields, maxFile); err != nil {
			return f, unreadable(err, maxFile)
		}
	}
	return f, refused(http.StatusBadRequest, "form_invalid", "the form has too many parts")
}

func (f *form) take(part *multipart.Part, fields map[string]string, maxFile int64) (err error) {
	defer func() { _ = part.Close() }()
	name := part.FormName()
	if _, twice := fields[name]; twice {
		return refused(http.StatusBadRequest, "form_invalid", "a field of the form comes twice")
	}
	switch name {
	case "file":
		fields[name] = ""
		f.file, err = spoolPDF(part, maxFile)
		return err
	case "household_id", "title":
		text, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err == nil && len(text) > maxField {
			return refused(http.StatusBadRequest, "form_invalid", "a field of the form is too long")
		}
		fields[name] = string(text)
		return err
	}
	return nil // of a newer client
}

// check is over the whole form, so that its answer does not depend on the order of the parts.
func (f *form) check(fields map[string]string) error {
	if f.file == nil {
		return refused(http.StatusBadRequest, "file_missing", "the form has no file")
	}
	household, err := books.ParseID(fields["household_id"])
	if err != nil {
		return refused(http.StatusBadRequest, "household_id_invalid", "household_id is no UUID: "+err.Error())
	}
	title := strings.TrimSpace(fields["title"])
	switch {
	case title == "":
		return refused(http.StatusBadRequest, "title_missing", "the form has no title")
	case !utf8.ValidString(title) || strings.ContainsFunc(title, unicode.IsControl):
		return refused(http.StatusBadRequest, "title_invalid", "the title must be one line of text in UTF-8")
	case utf8.RuneCountInString(title) > maxTitle:
		return refused(http.StatusBadRequest, "title_invalid", "the title is longer than 300 characters")
	}
	f.household, f.title = household, title
	return nil
}

// unreadable explains why the body could not be read to its end.
func unreadable(err error, maxFile int64) error {
	if _, ok := errors.AsType[*refusal](err); ok {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(maxFile)
	}
	no := refused(http.StatusBadRequest, "form_invalid", "the form could not be read to its end")
	no.cause = err
	return no
}
