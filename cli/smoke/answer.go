package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// answer is an HTTP answer, read.
type answer struct {
	status int
	proto  string
	header http.Header
	body   []byte // at most maxBody bytes
	cut    bool   // there was more
}

// noAnswer is a request without one.
type noAnswer struct {
	err  error
	sent bool // the request, or a part of it, may have arrived
}

func (e *noAnswer) Error() string { return e.err.Error() }
func (e *noAnswer) Unwrap() error { return e.err }

// send sends the request once and reads the answer. Its error is a *noAnswer, or about a request that cannot be built.
func (r request) send(ctx context.Context, env Env) (*answer, error) {
	req, err := r.build(ctx, env)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: env.HTTP, CheckRedirect: stayOnHost}
	resp, err := client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		op, isOp := errors.AsType[*net.OpError](err)
		return nil, &noAnswer{err: err, sent: !isOp || op.Op != "dial"}
	}
	defer closeAll(resp.Body)
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, &noAnswer{err: fmt.Errorf("the answer broke off after its status, %s: %w", resp.Status, err), sent: true}
	}
	a := &answer{status: resp.StatusCode, proto: resp.Proto, header: resp.Header, body: body}
	if len(body) > maxBody {
		a.body, a.cut = body[:maxBody], true
	}
	return a, nil
}

// stayOnHost follows a redirect only on the same host, so that neither a token nor the verdict leaves it, and only of
// a request that reads: a POST that was redirected was not carried out.
func stayOnHost(req *http.Request, via []*http.Request) error {
	from, to := via[len(via)-1].URL, req.URL
	upgraded := from.Scheme == "http" && to.Scheme == "https" && from.Hostname() == to.Hostname() && from.Port() == "" && to.Port() == ""
	reads := via[0].Method == http.MethodGet || via[0].Method == http.MethodHead
	if !reads || len(via) > 5 || (!upgraded && (from.Scheme != to.Scheme || from.Host != to.Host)) {
		return http.ErrUseLastResponse
	}
	return nil
}

// document decodes the body. problem says why it cannot be, and is "" if it can.
func (a *answer) document() (doc any, problem string) {
	if a.cut {
		return nil, fmt.Sprintf("the answer is larger than %d KiB", maxBody>>10)
	}
	if len(bytes.TrimSpace(a.body)) == 0 {
		return nil, "the answer is empty"
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.UseNumber()
	if d.Decode(&doc) != nil {
		return nil, "the answer is no JSON"
	}
	return doc, ""
}

// statusText is "200 OK".
func (a *answer) statusText() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
}

// requestID is the id under which the host, or the product, has logged the request.
func (a *answer) requestID() string {
	for _, name := range []string{"X-Request-Id", "X-Railway-Request-Id", "X-Vercel-Id", "Cf-Ray"} {
		if id := a.header.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// refused reports whether the host, not the product, turned the request away, so that it was most likely not carried
// out: too many requests, or nothing behind the proxy that takes it. A product that answers so by itself after it has
// done the work would be asked once more.
func (a *answer) refused() bool {
	switch a.status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusNotFound: // Railway's edge, where it does not know the deployment yet
		return bytes.Contains(a.body, []byte(`"Application not found"`))
	}
	return false
}
