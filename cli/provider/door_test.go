package provider_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/release"
)

// script answers one request after the other with the next of its steps, the last one again and again, and records
// what came when.
type script struct {
	mu    sync.Mutex
	start time.Time
	steps []http.HandlerFunc
	at    []time.Duration
	got   []*http.Request
	body  []string
}

func newScript(steps ...http.HandlerFunc) *script {
	return &script{start: time.Now(), steps: steps}
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	n := min(len(s.got), len(s.steps)-1)
	s.got, s.body, s.at = append(s.got, r), append(s.body, string(body)), append(s.at, time.Since(s.start))
	s.mu.Unlock()
	s.steps[n](w, r)
}

func (s *script) times() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// answer makes a step out of a status, a body and pairs of headers.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func breakOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `{"half":`)
	panic(http.ErrAbortHandler)
}

func door(t *testing.T, h http.Handler, change ...func(*provider.Options)) *provider.Door {
	t.Helper()
	o := provider.Options{
		Vendor: "acme", Base: "https://api.acme.test/base", Transport: providertest.Serve(t, h),
		Header: func(h http.Header) { h.Set("Authorization", "Bearer sk_very_secret") },
	}
	for _, c := range change {
		c(&o)
	}
	d, err := provider.NewDoor(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func get(path string) provider.Call {
	return provider.Call{Op: "read it", Method: http.MethodGet, Path: path}
}

func post(path string) provider.Call {
	return provider.Call{Op: "make it", Method: http.MethodPost, Path: path, JSON: map[string]string{"a": "b"}}
}

func TestDoor_sendsCredentialsAndDecodesTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(answer(200, `{"id":"7"}`, "Content-Type", "application/json"))
		d := door(t, s)
		call := post("/things/a%2Fb")
		call.Query = url.Values{"q": {"x y"}}
		call.Header = http.Header{"X-More": {"1"}}
		a, err := d.Do(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		var v struct{ ID string }
		if err := a.Into(&v); err != nil || v.ID != "7" {
			t.Errorf("Into: %v, %+v", err, v)
		}
		r := s.got[0]
		got := []string{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), r.Header.Get("X-More"), r.Header.Get("User-Agent"), s.body[0]}
		want := []string{"POST", "/base/things/a%2Fb", "q=x+y", "Bearer sk_very_secret", "application/json", "1", "readme-ops/1", `{"a":"b"}`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
		if err := (provider.Answer{Body: []byte("<p>")}).Into(&v); err == nil {
			t.Error("Into took HTML for JSON")
		}
	})
}

func TestDoor_retriesWhatMayBeRepeated(t *testing.T) {
	ok := answer(200, `{}`)
	second := func(n ...int) []time.Duration {
		ds := make([]time.Duration, len(n))
		for i := range n {
			ds[i] = time.Duration(n[i]) * 500 * time.Millisecond
		}
		return ds
	}
	date := time.Date(2000, 1, 1, 0, 0, 30, 0, time.UTC).Format(http.TimeFormat)
	repeatable := post("/")
	repeatable.Repeat = true
	page := answer(200, `<html>`, "Content-Type", "text/html; charset=UTF-8")
	cases := map[string]struct {
		call   provider.Call
		steps  []http.HandlerFunc
		times  []time.Duration
		status int // of the error; 0 for success
	}{
		"a read on 500, until it works":       {get("/"), []http.HandlerFunc{answer(500, ``), answer(502, ``), ok}, second(0, 1, 3), 0},
		"a read on 503, until it gives up":    {get("/"), []http.HandlerFunc{answer(503, ``)}, second(0, 1, 3, 7, 15), 503},
		"a read when the line is cut":         {get("/"), []http.HandlerFunc{hangUp, ok}, second(0, 1), 0},
		"a read when the answer breaks off":   {get("/"), []http.HandlerFunc{breakOff, ok}, second(0, 1), 0},
		"a read on a proxy's web page":        {get("/"), []http.HandlerFunc{page, page, ok}, second(0, 1, 3), 0},
		"a write never on one":                {post("/"), []http.HandlerFunc{page, ok}, second(0), 0},
		"Retry-After in seconds":              {get("/"), []http.HandlerFunc{answer(429, ``, "Retry-After", "7"), ok}, second(0, 14), 0},
		"Retry-After as a date":               {get("/"), []http.HandlerFunc{answer(503, ``, "Retry-After", date), ok}, second(0, 60), 0},
		"Retry-After of exactly two minutes":  {get("/"), []http.HandlerFunc{answer(429, ``, "Retry-After", "120"), ok}, second(0, 240), 0},
		"not after a wait that is too long":   {get("/"), []http.HandlerFunc{answer(429, ``, "Retry-After", "121")}, second(0), 429},
		"nor on a 503 that asks for an hour":  {get("/"), []http.HandlerFunc{answer(503, ``, "Retry-After", "3600")}, second(0), 503},
		"nor when the number overflows":       {get("/"), []http.HandlerFunc{answer(429, ``, "Retry-After", "9223372036854775807")}, second(0), 429},
		"nonsense in Retry-After is ignored":  {get("/"), []http.HandlerFunc{answer(429, ``, "Retry-After", "soon"), answer(429, ``, "Retry-After", "-9"), ok}, second(0, 1, 3), 0},
		"a write on 429: it was refused":      {post("/"), []http.HandlerFunc{answer(429, ``, "Retry-After", "1"), ok}, second(0, 2), 0},
		"a write never on 500":                {post("/"), []http.HandlerFunc{answer(500, ``)}, second(0), 500},
		"a write that says it may repeat":     {repeatable, []http.HandlerFunc{answer(500, ``), hangUp, ok}, second(0, 1, 3), 0},
		"a PUT on 500":                        {provider.Call{Method: http.MethodPut, Path: "/"}, []http.HandlerFunc{answer(500, ``), ok}, second(0, 1), 0},
		"a DELETE on 502":                     {provider.Call{Method: http.MethodDelete, Path: "/"}, []http.HandlerFunc{answer(502, ``), ok}, second(0, 1), 0},
		"never on 501":                        {get("/"), []http.HandlerFunc{answer(501, ``)}, second(0), 501},
		"never on 400, 401, 404":              {get("/"), []http.HandlerFunc{answer(404, ``)}, second(0), 404},
		"an oversized answer is not re-asked": {get("/"), []http.HandlerFunc{answer(200, strings.Repeat("x", 8<<20+1))}, second(0), -1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript(c.steps...)
				_, err := door(t, s).Do(t.Context(), c.call)
				if diff := cmp.Diff(c.times, s.times()); diff != "" {
					t.Errorf("attempts at (-want +got):\n%s", diff)
				}
				if c.status >= 0 && provider.StatusOf(err) != c.status || (err == nil) != (c.status == 0) {
					t.Errorf("error %v, want status %d", err, c.status)
				}
			})
		})
	}
}

func TestDoor_doesNotBeginAWaitThatOutlastsTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(answer(429, `{"message":"slow down"}`, "Retry-After", "30"))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, err := door(t, s).Do(ctx, get("/"))
		if want := "acme: read it: HTTP 429: slow down (it asks to wait 30s)"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if took := time.Since(s.start); took != 0 {
			t.Errorf("it waited %s in vain", took)
		}
	})
}

func TestDoor_sendsAWriteOnceAndSaysWhenItsEffectIsOpen(t *testing.T) {
	cases := map[string]struct {
		step      http.HandlerFunc
		call      provider.Call
		ambiguous bool
	}{
		"the line is cut":               {hangUp, post("/"), true},
		"the answer breaks off":         {breakOff, post("/"), true},
		"it hangs until the time-out":   {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, post("/"), true},
		"a 500":                         {answer(500, `{}`), post("/"), true},
		"an answer that is too large":   {answer(200, strings.Repeat("x", 8<<20+1)), post("/"), true},
		"a 400 was surely not done":     {answer(400, `{}`), post("/"), false},
		"a read leaves nothing open":    {hangUp, get("/"), false},
		"a refusal leaves nothing open": {answer(429, `{}`, "Retry-After", "600"), post("/"), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript(c.step)
				_, err := door(t, s).Do(t.Context(), c.call)
				if err == nil || provider.Ambiguous(err) != c.ambiguous {
					t.Errorf("ambiguous = %v, want %v: %v", provider.Ambiguous(err), c.ambiguous, err)
				}
				if n := len(s.times()); c.call.Method == http.MethodPost && n != 1 {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
}

func TestDoor_aWriteThatNeverLeftIsNotAmbiguous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse := errors.New("connection refused")
		d := door(t, newScript(answer(200, ``)), func(o *provider.Options) {
			o.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, refuse }}
		})
		_, err := d.Do(t.Context(), post("/"))
		if !errors.Is(err, refuse) || provider.Ambiguous(err) {
			t.Errorf("got %v, ambiguous %v", err, provider.Ambiguous(err))
		}
	})
}

func TestDoor_timesOutEveryAttempt(t *testing.T) {
	slowBody := func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for name, step := range map[string]http.HandlerFunc{
		"while it waits for the headers": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"while the body trickles":        slowBody,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript(step, answer(200, `{}`))
				d := door(t, s, func(o *provider.Options) { o.Timeout = 10 * time.Second })
				if _, err := d.Do(t.Context(), get("/")); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]time.Duration{0, 10500 * time.Millisecond}, s.times()); diff != "" {
					t.Errorf("attempts at (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestDoor_cancelEndsItAtOnceWithTheCause(t *testing.T) {
	stop := errors.New("interrupted by a signal")
	cases := map[string]struct {
		step      http.HandlerFunc
		call      provider.Call
		ambiguous bool
	}{
		"a read under way":             {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, get("/"), false},
		"a write under way":            {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, post("/"), true},
		"a read between two attempts":  {answer(500, ``, "Retry-After", "60"), get("/"), false},
		"a write between two attempts": {answer(429, ``, "Retry-After", "60"), post("/"), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript(c.step)
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(3*time.Second, func() { cancel(stop) })
				_, err := door(t, s).Do(ctx, c.call)
				if !errors.Is(err, stop) || provider.Ambiguous(err) != c.ambiguous {
					t.Errorf("got %v, ambiguous %v", err, provider.Ambiguous(err))
				}
				if took := time.Since(s.start); took != 3*time.Second {
					t.Errorf("it ended after %s", took)
				}
			})
		})
	}
}

func TestDoor_doesNotFollowRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript(answer(status, ``, "Location", "https://elsewhere.test/?token=abc"))
			_, err := door(t, s).Do(t.Context(), get("/"))
			want := fmt.Sprintf("acme: read it: HTTP %d: a redirect, which is not followed", status)
			if err == nil || err.Error() != want || len(s.times()) != 1 {
				t.Errorf("got %v after %d requests, want %s", err, len(s.times()), want)
			}
		})
	}
}

func TestDoor_sendsFilesWithTheirLength(t *testing.T) {
	open := func(text string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	}
	put := func(text string) provider.Call {
		return provider.Call{Op: "send it", Method: http.MethodPut, Path: "/f", Open: open(text), Size: int64(len(text))}
	}
	for name, text := range map[string]string{"a file": "hello", "an empty file": ""} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript(answer(503, ``), answer(200, `{}`))
				if _, err := door(t, s).Do(t.Context(), put(text)); err != nil {
					t.Fatal(err)
				}
				for i, r := range s.got {
					if r.ContentLength != int64(len(text)) || len(r.TransferEncoding) > 0 || s.body[i] != text {
						t.Errorf("attempt %d: length %d, encoding %v, body %q", i, r.ContentLength, r.TransferEncoding, s.body[i])
					}
				}
				if len(s.got) != 2 {
					t.Errorf("sent %d times, want 2", len(s.got))
				}
			})
		})
	}
	t.Run("a file that is gone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := put("hello")
			c.Open = func() (io.ReadCloser, error) { return nil, os.ErrNotExist }
			_, err := door(t, newScript(answer(200, ``))).Do(t.Context(), c)
			if err == nil || !strings.Contains(err.Error(), "open what is to be sent") {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("a file of unknown size", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := put("hello")
			c.Size = -1
			if _, err := door(t, newScript(answer(200, ``))).Do(t.Context(), c); err == nil {
				t.Error("it was sent")
			}
		})
	})
	t.Run("a file that has shrunk", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := put("hello")
			c.Size = 50
			if _, err := door(t, newScript(answer(200, ``))).Do(t.Context(), c); err == nil {
				t.Error("it was sent")
			}
		})
	})
}

func TestDoor_errorsHoldNeitherQueryNorSecret(t *testing.T) {
	long := strings.Repeat("x", 495) + "sk_very_secret"
	for name, step := range map[string]http.HandlerFunc{
		"the vendor quotes the key":            answer(401, `{"error":"bad key sk_very_secret, header Bearer sk_very_secret"}`),
		"the vendor quotes the body":           answer(400, `{"error":"value hunter2hunter2 is too short"}`),
		"the cut would leave half of a secret": answer(400, long),
		"the line is cut":                      hangUp,
		"it hangs":                             func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := post("/x")
				c.Query = url.Values{"token": {"querysecret"}}
				c.Hide = []release.Secret{release.NewSecret("hunter2hunter2"), release.NewSecret("")}
				_, err := door(t, newScript(step)).Do(t.Context(), c)
				var e *provider.Error
				if !errors.As(err, &e) {
					t.Fatalf("got %v", err)
				}
				shown := fmt.Sprintf("%v %s %+v", err, e.Evidence(), errors.Unwrap(err))
				for _, secret := range []string{"sk_very", "hunter2", "querysecret"} {
					if strings.Contains(shown, secret) {
						t.Errorf("%q shows in %s", secret, shown)
					}
				}
			})
		})
	}
}

func TestNewDoor_refusesOtherAddresses(t *testing.T) {
	for _, base := range []string{"", "api.acme.test", "/x", "ftp://h", "postgres://u:hunter2@h/db", "https://u:hunter2@h", "https://h/?a=hunter2", "https://h/#hunter2", "http://[::1", "https://:hunter2@@h\x00"} {
		_, err := provider.NewDoor(provider.Options{Vendor: "acme", Base: base})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", base, err)
		}
	}
}
