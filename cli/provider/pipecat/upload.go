package pipecat

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// uploadTime is how long one attempt to send a context may take.
const uploadTime = 5 * time.Minute

// upload is a place to send a context to: a form of a storage that is not the vendor's API, and gets no key of ours.
type upload struct {
	ID     string            `json:"uploadId"`
	URL    string            `json:"uploadUrl"`
	Fields map[string]string `json:"uploadFields"`
}

// startBuild sends the context and starts a build of it; cached says that the vendor found that it has one.
func (c *Client) startBuild(ctx context.Context, o BuildOrder) (b Build, cached bool, err error) {
	u, err := c.sendContext(ctx, o)
	if err != nil {
		return Build{}, false, err
	}
	o.doing("starts the build")
	call := provider.Call{Op: "start the build", Method: http.MethodPost, Path: "/v1/builds", JSON: struct {
		Upload     string `json:"uploadId"`
		Region     string `json:"region,omitempty"`
		Dockerfile string `json:"dockerfilePath,omitempty"`
	}{u.ID, o.Region, o.Dockerfile}}
	for try := 1; ; try++ {
		answer, err := c.do(ctx, call)
		if err == nil {
			var w struct {
				Build  Build `json:"build"`
				Cached bool  `json:"cached"`
			}
			if err = answer.Into(&w); err == nil && w.Build.ID != "" {
				return w.Build, w.Cached, nil
			}
			err = errors.Join(errors.New("pipecat: start the build: the answer names no build"), err)
		} else if !provider.Ambiguous(err) {
			return Build{}, false, err
		}
		// It may have begun: it is looked for by what it is made of before it is asked for again.
		b, found, lookErr := c.sought(ctx, o)
		if found {
			return b, false, nil
		}
		if lookErr != nil || try == 2 || ctx.Err() != nil {
			return Build{}, false, err
		}
	}
}

// sought looks for a build that may have begun, until "it has not" can be believed.
func (c *Client) sought(ctx context.Context, o BuildOrder) (Build, bool, error) {
	for began := time.Now(); ; {
		b, found, err := c.findBuild(ctx, o)
		if found || time.Since(began) >= readBack {
			return b, found, err
		}
		if err := pause(ctx, poll); err != nil {
			return Build{}, false, err
		}
	}
}

// sendContext asks for a place and sends the context there. A place that has expired meanwhile is replaced once.
func (c *Client) sendContext(ctx context.Context, o BuildOrder) (upload, error) {
	for try := 1; ; try++ {
		u, err := c.place(ctx, o.Region)
		if err != nil {
			return upload{}, err
		}
		o.doing("sends what is to be built")
		err = c.put(ctx, u, o.Archive)
		status := provider.StatusOf(err)
		if err == nil {
			return u, nil
		}
		if try == 2 || status != http.StatusBadRequest && status != http.StatusForbidden {
			return upload{}, err
		}
	}
}

func (c *Client) place(ctx context.Context, region string) (upload, error) {
	body := map[string]string{}
	if region != "" { // the vendor's own tools leave it out to mean the organization's default
		body["region"] = region
	}
	answer, err := c.do(ctx, provider.Call{
		Op: "ask where to send what is to be built", Method: http.MethodPost, Path: "/v1/builds/upload-url", JSON: body, Repeat: true, // a place that nobody uses expires
	})
	if err != nil {
		return upload{}, err
	}
	var u upload
	if err := answer.Into(&u); err != nil {
		return upload{}, fmt.Errorf("pipecat: ask where to send what is to be built: %w", err)
	}
	if u.ID == "" || u.URL == "" {
		return upload{}, errors.New("pipecat: ask where to send what is to be built: the answer names no place")
	}
	return u, nil
}

// put posts the form: the fields first, the file last, as S3 wants it.
func (c *Client) put(ctx context.Context, u upload, archive string) error {
	to, err := url.Parse(u.URL)
	if err != nil {
		return errors.New("pipecat: send what is to be built: the vendor's address for it cannot be read")
	}
	door, err := provider.NewDoor(provider.Options{
		Vendor: "pipecat", Base: to.Scheme + "://" + to.Host, Transport: c.transport, Timeout: uploadTime,
	})
	if err != nil {
		return err
	}
	defer door.Close()
	info, err := os.Stat(archive)
	if err != nil {
		return fmt.Errorf("pipecat: send what is to be built: %w", err)
	}
	head, tail, kind, err := form(u.Fields)
	if err != nil {
		return err
	}
	path := to.EscapedPath()
	if path == "" {
		path = "/"
	}
	secrets := signatures(u.Fields)
	_, err = door.Do(ctx, provider.Call{
		Op: "send what is to be built", Method: http.MethodPost, Path: path, Query: to.Query(),
		Header: http.Header{"Content-Type": {kind}}, Hide: secrets, Repeat: true, // the same file to the same place
		Size: int64(len(head)) + info.Size() + int64(len(tail)),
		Open: func() (io.ReadCloser, error) {
			f, err := os.Open(archive)
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{io.MultiReader(bytes.NewReader(head), f, bytes.NewReader(tail)), f}, nil
		},
	})
	return inXML(err, secrets)
}

// inXML gives a storage's refusal its own words, which are XML.
func inXML(err error, secrets []release.Secret) error {
	var said struct {
		Code    string
		Message string
	}
	e, ok := errors.AsType[*provider.Error](err)
	if !ok || xml.Unmarshal(e.Body, &said) != nil || said.Code == "" {
		return err
	}
	e.Message = strings.Join(strings.Fields(said.Code+": "+said.Message), " ")
	for _, s := range secrets {
		e.Message = strings.ReplaceAll(e.Message, s.Reveal(), "•••")
	}
	return e
}

// form gives what stands before and after the file.
func form(fields map[string]string) (head, tail []byte, contentType string, err error) {
	const gz = "application/gzip"
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		err = errors.Join(err, w.WriteField(name, fields[name]))
	}
	if _, ok := fields["Content-Type"]; !ok {
		err = errors.Join(err, w.WriteField("Content-Type", gz))
	}
	_, fileErr := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="context.tar.gz"`}, "Content-Type": {gz},
	})
	head = bytes.Clone(b.Bytes())
	b.Reset()
	err = errors.Join(err, fileErr, w.Close())
	return head, b.Bytes(), w.FormDataContentType(), err
}

// signatures are the fields that let anybody write to the place.
func signatures(fields map[string]string) []release.Secret {
	var out []release.Secret
	for name, v := range fields {
		name = strings.ToLower(name)
		for _, part := range []string{"policy", "signature", "token", "credential"} {
			if strings.Contains(name, part) {
				out = append(out, release.NewSecret(v))
			}
		}
	}
	return out
}
