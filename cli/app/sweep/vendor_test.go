package sweep_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// vendorProxy forwards to an emulator and sees what it is asked to change. What it is called is the same for every environment.
func vendorProxy(t *testing.T, to, env string, tr *trap) (address string) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(u); r.Out.Host = r.In.Host },
		Transport:    watcher{tr, env},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	s := httptest.NewServer(proxy)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

type watcher struct {
	trap *trap
	env  string
}

var (
	mutation = regexp.MustCompile(`"mutation (\w+)`)
	id       = regexp.MustCompile(`/(?:(?:dpl|prj)_[A-Za-z0-9]+|[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]{6,})`) // what the box draws for Vercel need not hold a digit
)

// RoundTrip lets a request through, and its answer only if nobody is killed before it arrives.
func (w watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	what, err := changes(r)
	if err != nil || what == "" {
		if err != nil {
			return nil, err
		}
		return http.DefaultTransport.RoundTrip(r)
	}
	what = strings.ReplaceAll(what, w.env, "ENV")
	after, killed := w.trap.begin(what)
	if killed {
		return nil, io.ErrUnexpectedEOF
	}
	// Without the client's context: a killed client does not take back what it has asked for.
	res, err := http.DefaultTransport.RoundTrip(r.Clone(context.WithoutCancel(r.Context())))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	refused := strings.HasSuffix(r.URL.Path, "/graphql/v2") && bytes.Contains(body, []byte(`"errors":`))
	if res.StatusCode < 300 && !refused {
		w.trap.accepted(what)
	}
	if w.trap.end(after) {
		return nil, io.ErrUnexpectedEOF
	}
	return res, nil
}

// changes names what a request would change, without ids; "" if it only reads.
func changes(r *http.Request) (string, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return "", nil
	}
	if strings.HasSuffix(r.URL.Path, "/graphql/v2") {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if m := mutation.FindSubmatch(body); m != nil {
			return string(m[1]), err
		}
		return "", err
	}
	return r.Method + " " + id.ReplaceAllString(r.URL.Path, "/ID"), nil
}

// repeatable reports whether a vendor's state is the same after the second time.
func repeatable(what string) bool {
	for _, same := range []string{
		"VariableCollectionUpsert", "ServiceInstanceUpdate", "ServiceInstanceAutoDeployUpdate", "POST /v2/files", "PUT /", "PATCH /",
	} {
		if strings.HasPrefix(what, same) || strings.HasSuffix(what, "/env") {
			return true
		}
	}
	return false
}
