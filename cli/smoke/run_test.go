package smoke_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
	"readme/cli/smoke"
)

var ok200 = smoke.Expect{Status: 200}

func TestRun_aCheckThatPassesGivesItsCaptures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(status(200, `{"book": {"ids": ["x", "b-2"]}, "n": 7.0, "commit": "4f2a9c1", "ok": true}`)))
		c := get("/health", smoke.Expect{Status: 200, Body: []string{`"commit"`}, JSON: []smoke.Matcher{
			{Path: "$.commit", Want: "${api.commit}"}, {Path: "$.n", Want: "7"}, {Path: "$.ok", Want: "true"}, {Path: "$.book", Present: true},
		}})
		c.Capture = []smoke.Capture{{Name: "book_id", Path: "$.book.ids[-1]"}, {Name: "n", Path: "$['n']"}}
		var told []release.CheckResult
		env := p.world()
		env.Attempt = func(r release.CheckResult) { told = append(told, r) }
		got, err := smoke.Run(t.Context(), c, env)
		if err != nil {
			t.Fatal(err)
		}
		want := smoke.Result{Captures: map[string]string{"book_id": "b-2", "n": "7.0"}, Attempts: 1, Saw: "200 OK"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]release.CheckResult{{Attempt: 1, OK: true, Saw: "200 OK"}}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestRun_repeatsAReadingUntilItPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(status(503, ""), status(200, "{}"), status(404, ""), status(200, `{"commit": "4f2a9c1"}`)))
		p.refuse = 1
		var told []string
		env := p.world()
		env.Attempt = func(r release.CheckResult) { told = append(told, r.String()) }
		c := get("/health", smoke.Expect{Status: 200, JSON: []smoke.Matcher{{Path: "$.commit", Want: "${api.commit}"}}})
		got, err := smoke.Run(t.Context(), c, env)
		if err != nil || got.Attempts != 5 {
			t.Fatalf("%+v, %v", got, err)
		}
		if want := 200*time.Millisecond + 400*time.Millisecond + 800*time.Millisecond + 1600*time.Millisecond; got.Took != want {
			t.Errorf("took %s, want %s", got.Took, want)
		}
		want := []string{
			"attempt 1 failed in 0ms: expected an answer, got no answer: dial tcp: connection refused",
			"attempt 2 failed in 0ms: expected status number <200>, got number <503>",
			"attempt 3 failed in 0ms: expected $.commit string <4f2a9c1>, got nothing: $ is an object without .commit",
			"attempt 4 failed in 0ms: expected status number <200>, got number <404>",
			"attempt 5 passed in 0ms: 200 OK",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestRun_givesUpWhenTheTimeIsOverAndShowsWhatItSawLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(status(200, `{"commit": "old"}`), func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Request-Id", "req-9")
			w.Write([]byte(`{"commit": "older", "n": 3, "on": null, "deep": {"a": [1]}, "why": "\u001b[31m red"}`))
		}))
		c := get("/health", smoke.Expect{Status: 200, Body: []string{"healthy"}, JSON: []smoke.Matcher{
			{Path: "$.commit", Want: "${api.commit}"},
			{Path: "$.n", Want: "4"},
			{Path: "$.n", Want: "three"},
			{Path: "$.on", Present: true},
			{Path: "$.deep.a[1]", Present: true},
			{Path: "$.deep.a", Want: "1"},
		}})
		c.Within = 5 * time.Second
		began := time.Now()
		got, err := smoke.Run(t.Context(), c, p.world())
		if time.Since(began) != 5*time.Second || got.Attempts != 6 {
			t.Errorf("%d attempts in %s", got.Attempts, time.Since(began))
		}
		golden(t, show(fault(t, err)))
	})
}

func TestRun_aReadingThatHangsIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		p := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if n++; n == 1 {
				<-r.Context().Done()
			}
		})
		got, err := smoke.Run(t.Context(), get("/health", ok200), p.world())
		if err != nil || got.Attempts != 2 || got.Took != 10*time.Second+200*time.Millisecond {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestRun_aPostThatHangsIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		})
		c := post("/admin/books/upload", ok200)
		c.Within = 90 * time.Second
		c.HTTP.Form = []smoke.Field{{Name: "file", Value: "@scripts/testdata/one-page.pdf"}, {Name: "title", Value: "it's ${quote}'s"}}
		env := p.world()
		env.Open = func(string) (io.ReadCloser, int64, error) { return io.NopCloser(strings.NewReader("%PDF")), 4, nil }
		got, err := smoke.Run(t.Context(), c, env)
		if got.Took != 90*time.Second || len(p.requests) != 1 {
			t.Errorf("%+v, requests %v", got, p.requests)
		}
		golden(t, show(fault(t, err)))
	})
}

func TestRun_aPostIsSentAgainOnlyIfItWasNotCarriedOut(t *testing.T) {
	cases := []struct {
		name   string
		refuse int
		first  int
		want   int // requests
		passes bool
	}{
		{"nothing listened", 2, 200, 1, true},
		{"no such thing", 0, 404, 1, false},
		{"too many requests", 0, 429, 2, true},
		{"a proxy without a service", 0, 502, 2, true},
		{"not ready", 0, 503, 2, true},
		{"a gateway's time-out", 0, 504, 2, true},
		{"a bug", 0, 500, 1, false},
		{"a refusal", 0, 401, 1, false},
		{"a success of another kind", 0, 202, 1, false},
		{"a redirect", 0, 307, 1, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := serve(t, answers(func(w http.ResponseWriter) {
					w.Header().Set("Location", "/elsewhere")
					w.WriteHeader(c.first)
				}, status(200, "{}")))
				p.refuse = c.refuse
				_, err := smoke.Run(t.Context(), post("/x", ok200), p.world())
				if (err == nil) != c.passes || len(p.requests) != c.want {
					t.Errorf("%v after requests %v", err, p.requests)
				}
			})
		})
	}
}

func TestRun_aPostIsSentAgainWhereTheEdgeDoesNotKnowTheServiceYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(
			status(404, `{"status":"error","code":404,"message":"Application not found","request_id":"r-1"}`), status(200, "{}"),
		))
		if _, err := smoke.Run(t.Context(), post("/x", ok200), p.world()); err != nil || len(p.requests) != 2 {
			t.Errorf("%v after requests %v", err, p.requests)
		}
	})
}

func TestRun_anAnswerThatBreaksOffIsNoPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("half"))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
		_, err := smoke.Run(t.Context(), post("/x", ok200), p.world())
		if f := fault(t, err); !strings.Contains(f.Title, "no answer: the answer broke off after its status, 200 OK") || len(p.requests) != 1 {
			t.Errorf("got %s", show(f))
		}
	})
}

func TestRun_cancelledStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(status(500, "")))
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("ctrl-c")
		time.AfterFunc(3*time.Second, func() { cancel(stop) })
		began := time.Now()
		_, err := smoke.Run(ctx, get("/health", ok200), p.world())
		if !errors.Is(err, stop) || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

func TestRun_aCheckThatCannotBeRunSaysWhy(t *testing.T) {
	p := &product{}
	session := post("/x", ok200)
	session.Session = "bot"
	file := post("/x", ok200)
	file.HTTP.Form = []smoke.Field{{Name: "file", Value: "@a.pdf"}}
	cases := []struct {
		name  string
		check smoke.Check
		want  string
	}{
		{"an unknown reference", get("/${nosuch}", ok200), "expand ${nosuch}: nothing has this name"},
		{"no kind", smoke.Check{Name: "x"}, "no http, log or sql"},
		{"no address", smoke.Check{Name: "x", HTTP: &smoke.HTTP{Method: "GET", URL: "nowhere"}}, `"nowhere" is no address`},
		{"no logs", smoke.Check{Name: "x", Log: &smoke.Log{Service: "w", Contains: []string{"a"}}}, "nobody can read logs here"},
		{"no database", smoke.Check{Name: "x", SQL: &smoke.SQL{Query: "select 1"}}, "nobody can ask the database here"},
		{"no sessions", session, "nobody can look a session up here"},
		{"no files", file, "may not read files"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := smoke.Run(t.Context(), c.check, p.world())
			if f := fault(t, err); !strings.Contains(show(f), c.want) {
				t.Errorf("got %s", show(f))
			}
		})
	}
	t.Run("a path that is none", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := serve(t, answers(status(200, "{}")))
			_, err := smoke.Run(t.Context(), get("/", smoke.Expect{JSON: []smoke.Matcher{{Path: "$..a", Present: true}}}), p.world())
			if f := fault(t, err); !strings.Contains(f.Title, "a name is expected at character 3") || len(p.requests) != 1 {
				t.Errorf("got %s", show(f))
			}
		})
	})
}
