package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"strings"
)

// request is an HTTP with its references resolved.
type request struct {
	method, url string
	headers     map[string]string
	fields      []formField
	body        []byte // JSON; nil for none
}

// formField is a field with a text, or with the path of a file.
type formField struct{ name, text, file string }

// resolve expands the references of h. Only a value that is written with an @ names a file: one that comes from a
// reference, and so perhaps from a foreign answer, never does.
func resolve(h HTTP, lookup func(string) (string, bool)) (request, error) {
	var errs []error
	expand := func(text string) string {
		out, err := Expand(text, lookup)
		errs = append(errs, err)
		return out
	}
	r := request{method: strings.ToUpper(h.Method), url: expand(h.URL), headers: map[string]string{}}
	for name, value := range h.Headers {
		r.headers[name] = expand(value)
	}
	for _, f := range h.Form {
		if file, ok := strings.CutPrefix(f.Value, "@"); ok {
			r.fields = append(r.fields, formField{name: f.Name, file: expand(file)})
			continue
		}
		r.fields = append(r.fields, formField{name: f.Name, text: expand(f.Value)})
	}
	if h.JSON != nil {
		body, err := json.Marshal(expandAll(h.JSON, expand))
		errs = append(errs, err)
		r.body = body
	}
	return r, errors.Join(errs...)
}

// expandAll expands the texts inside decoded YAML or JSON.
func expandAll(v any, expand func(string) string) any {
	switch v := v.(type) {
	case string:
		return expand(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = expandAll(v[i], expand)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key := range v {
			out[key] = expandAll(v[key], expand)
		}
		return out
	}
	return v
}

// repeats reports whether the request may be sent again after it was carried out.
func (r request) repeats() bool {
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return true
	}
	return false
}

// build makes the request that is sent. A form's files are streamed, with a length that is known before.
func (r request) build(ctx context.Context, env Env) (*http.Request, error) {
	var body io.ReadCloser
	var again func() (io.ReadCloser, error)
	var size int64
	contentType := ""
	switch {
	case r.body != nil:
		contentType, size = "application/json", int64(len(r.body))
		again = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.body)), nil }
	case len(r.fields) > 0:
		var parts []part
		var err error
		if contentType, parts, err = r.form(); err != nil {
			return nil, err
		}
		again = func() (b io.ReadCloser, err error) { b, size, err = openForm(parts, env); return b, err }
	}
	if again != nil {
		var err error
		if body, err = again(); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, nil)
	if err != nil || req.URL.Host == "" {
		closeAll(body)
		return nil, fmt.Errorf("%q is no address", r.url)
	}
	if body != nil {
		req.Body, req.GetBody, req.ContentLength = body, again, size
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("User-Agent", "readme-ops-smoke/1")
	for name, value := range r.headers {
		req.Header.Set(name, value)
	}
	if env.Headers != nil {
		maps.Copy(req.Header, env.Headers(req.URL))
	}
	return req, nil
}

// part is a piece of a form: bytes, or a file.
type part struct {
	data []byte
	file string
}

func (r request) form() (contentType string, parts []part, err error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	flush := func() {
		parts = append(parts, part{data: bytes.Clone(buf.Bytes())})
		buf.Reset()
	}
	for _, f := range r.fields {
		if f.file == "" {
			err = errors.Join(err, w.WriteField(f.name, f.text))
			continue
		}
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", multipart.FileContentDisposition(f.name, path.Base(f.file)))
		h.Set("Content-Type", fileType(f.file))
		_, e := w.CreatePart(h)
		err = errors.Join(err, e)
		flush()
		parts = append(parts, part{file: f.file})
	}
	err = errors.Join(err, w.Close())
	flush()
	return w.FormDataContentType(), parts, err
}

func fileType(name string) string {
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// openForm opens a form's files and gives the whole body with its length.
func openForm(parts []part, env Env) (io.ReadCloser, int64, error) {
	b := &formBody{}
	var readers []io.Reader
	var size int64
	for _, p := range parts {
		if p.file == "" {
			readers, size = append(readers, bytes.NewReader(p.data)), size+int64(len(p.data))
			continue
		}
		if env.Open == nil {
			closeAll(b)
			return nil, 0, fmt.Errorf("open %s: this check may not read files", p.file)
		}
		file, n, err := env.Open(p.file)
		if err != nil {
			closeAll(b)
			return nil, 0, fmt.Errorf("open the form's file: %w", err)
		}
		b.files = append(b.files, file)
		readers, size = append(readers, io.LimitReader(file, n)), size+n
	}
	b.Reader = io.MultiReader(readers...)
	return b, size, nil
}

type formBody struct {
	io.Reader
	files []io.Closer
}

func (b *formBody) Close() error {
	var err error
	for _, f := range b.files {
		err = errors.Join(err, f.Close())
	}
	return err
}

func closeAll(c io.Closer) {
	if c != nil {
		_ = c.Close() // it was only read
	}
}
