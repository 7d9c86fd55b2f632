package vercel_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// wiretap is a transport that holds every request and every success against the contract, and counts them.
type wiretap struct {
	t    *testing.T
	next *http.Transport
	c    contract

	mu    sync.Mutex
	calls map[string]int // by method and path of the contract
	lost  string         // the next answer of this operation is lost on its way
	loose bool           // answers are not held against the contract
}

func newWiretap(t *testing.T, next *http.Transport) *wiretap {
	t.Helper()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	return &wiretap{t: t, next: next, c: c, calls: map[string]int{}}
}

func (w *wiretap) CloseIdleConnections() { w.next.CloseIdleConnections() }

// sent counts the requests of an operation, such as "POST /v13/deployments".
func (w *wiretap) sent(op string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[op]
}

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	path, o, ok := w.c.find(r.Method, r.URL.Path)
	op := r.Method + " " + path
	if !ok {
		w.t.Errorf("%s %s is not in the contract", r.Method, r.URL.Path)
	}
	w.mu.Lock()
	w.calls[op]++
	lost := w.lost == op
	if lost {
		w.lost = ""
	}
	w.mu.Unlock()
	w.request(op, o, r)
	if r.URL.Path == "/v2/files" && r.ContentLength < 0 {
		w.t.Error("a file is sent without its length")
	}
	resp, err := w.next.RoundTrip(r)
	if err == nil && lost {
		resp.Body.Close()
		return nil, errors.New("connection reset by peer")
	}
	if err != nil || resp.StatusCode >= 300 || w.loose {
		return resp, err
	}
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	w.answer(op, o, resp, b)
	return resp, nil
}

func (w *wiretap) request(op string, o operation, r *http.Request) {
	var wrong []string
	for name := range r.URL.Query() {
		found := false
		for _, p := range o.Parameters {
			found = found || (p.In == "query" && p.Name == name)
		}
		if !found {
			wrong = append(wrong, "query "+name+": not in the contract")
		}
	}
	if s := o.RequestBody.Content["application/json"].Schema; s != nil && r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			w.t.Error(err)
			return
		}
		var v any
		if err := json.NewDecoder(body).Decode(&v); err != nil {
			w.t.Errorf("%s: the body is no JSON: %v", op, err)
		}
		wrong = append(wrong, w.c.check("body", v, s)...)
	}
	for _, x := range unknown(wrong) {
		if len(unknown([]string{op + " " + x})) > 0 {
			w.t.Errorf("%s: %s", op, x)
		}
	}
}

func (w *wiretap) answer(op string, o operation, resp *http.Response, b []byte) {
	described, ok := o.Responses[http.StatusText(resp.StatusCode)]
	for code, r := range o.Responses {
		if strings.HasPrefix(resp.Status, code) {
			described, ok = r, true
		}
	}
	if !ok {
		w.t.Errorf("%s answers %s, which is not in the contract", op, resp.Status)
		return
	}
	s := described.Content["application/json"].Schema
	if s == nil {
		return
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		w.t.Errorf("%s: the answer is no JSON: %v", op, err)
		return
	}
	if op == "GET /v4/aliases/{idOrAlias}" {
		s = s.one()
	}
	for _, x := range unknown(w.c.check("answer", v, s)) {
		w.t.Errorf("%s: %s", op, x)
	}
}
