package smoke_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/smoke"
)

// starts is the check that starts a bot, on a product that answers so.
func starts(t *testing.T, all ...func(http.ResponseWriter)) (*product, smoke.Check, smoke.Env, *[]string) {
	t.Helper()
	p := serve(t, answers(all...))
	env := p.world()
	var asked []string
	env.Session = func(_ context.Context, service, id string, _ time.Time) error {
		asked = append(asked, service+" "+id)
		return nil
	}
	c := smoke.Check{
		Name: "the client starts the bot", HTTP: &smoke.HTTP{Method: "POST", URL: "${client.url}/api/start", JSON: map[string]any{}},
		Expect: smoke.Expect{Status: 200, JSON: []smoke.Matcher{{Path: "$.sessionId", Present: true}}}, Session: "bot", Within: 90 * time.Second,
	}
	c.HTTP.URL = "http://client.test/api/start"
	return p, c, env, &asked
}

func TestRun_aSessionIsLookedUpAndStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, env, asked := starts(t, status(200, `{"sessionId": "s-1"}`))
		got, err := smoke.Run(t.Context(), c, env)
		if err != nil || got.Saw != "200 OK, session stopped" {
			t.Errorf("%+v, %v", got, err)
		}
		if diff := cmp.Diff([]string{"bot s-1"}, *asked); diff != "" || len(p.requests) != 1 {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
	})
}

func TestRun_anOlderDeploymentsSessionIsTriedAgainAFewTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, env, asked := starts(t, status(200, `{"sessionId": "s-1"}`))
		env.Session = func(_ context.Context, _, id string, _ time.Time) error {
			*asked = append(*asked, id)
			return fmt.Errorf("served by revision 6: %w", smoke.ErrAgain)
		}
		_, err := smoke.Run(t.Context(), c, env)
		if len(p.requests) != 3 || len(*asked) != 3 {
			t.Errorf("%d requests, asked %v", len(p.requests), *asked)
		}
		golden(t, show(fault(t, err)))
	})
}

func TestRun_whatTheProviderSaysAboutASessionIsInTheFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, env, _ := starts(t, status(200, `{"sessionId": "s-1"}`))
		env.Session = func(context.Context, string, string, time.Time) error {
			return &release.Fault{
				Title: "the bot crashed", Detail: "it ended after 2 s", Try: "readme-ops logs bot",
				Evidence: []release.Evidence{{Label: "its log", Lines: []string{"Exception running bot(): " + token}}},
			}
		}
		_, err := smoke.Run(t.Context(), c, env)
		if len(p.requests) != 1 {
			t.Errorf("requests %v", p.requests)
		}
		golden(t, show(fault(t, err)))
	})
}

func TestRun_stopsEverySessionThatMayHaveStarted(t *testing.T) {
	cases := []struct {
		name   string
		answer func(http.ResponseWriter)
		want   []string
	}{
		{"without an id where one is expected", status(200, `{"room_url": "x"}`), []string{"bot "}},
		{"with another status", status(201, `{"sessionId": "s-7"}`), []string{"bot s-7"}},
		{"after an exception", status(500, "oops"), []string{"bot "}},
		{"turned away", status(401, "no"), nil},
		{"behind a gateway, at most three times", status(504, ""), []string{"bot ", "bot ", "bot "}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, check, env, asked := starts(t, c.answer)
				_, err := smoke.Run(t.Context(), check, env)
				fault(t, err)
				if diff := cmp.Diff(c.want, *asked); diff != "" {
					t.Errorf("asked (-want +got):\n%s", diff)
				}
			})
		})
	}
	t.Run("no answer, and the run is cancelled", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p, check, env, _ := starts(t, status(200, ""))
			p.handler = func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body) // only then net/http watches the connection
				<-r.Context().Done()
			}
			alive := false
			env.Session = func(ctx context.Context, _, _ string, _ time.Time) error { alive = ctx.Err() == nil; return nil }
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := smoke.Run(ctx, check, env); !errors.Is(err, context.DeadlineExceeded) || !alive {
				t.Errorf("%v, alive %v", err, alive)
			}
		})
	})
}

var worker = smoke.Check{Name: "the worker takes the job", Log: &smoke.Log{Service: "worker", Contains: []string{"processing your book", "${book_id}"}}, Within: 10 * time.Second}

func TestRun_aLogThatIsLateIsNoFailure(t *testing.T) {
	late := worker
	late.Log = &smoke.Log{Service: "worker", Contains: worker.Log.Contains, LateIf: &smoke.SQL{Query: "select status from books where id = '${book_id}'", Equal: "ready"}}
	for name, c := range map[string]struct {
		book, status string
		err          error
		asked        int
		want         string // "" passes
	}{
		"the row is ready":          {"b-1", "ready", nil, 1, ""},
		"the row is not":            {"b-1", "uploaded", nil, 1, "the database does not say ready either, but uploaded"},
		"the database is away":      {"b-1", "", errors.New("the database cannot be reached"), 1, "could not be asked: ask the database: the database cannot be reached"},
		"a value that is no value":  {"b-1' or '1'='1", "ready", nil, 0, "the value of ${book_id} has characters"},
		"and one with a backslash":  {`b\`, "ready", nil, 0, "the value of ${book_id} has characters"},
		"and one that is not there": {"", "ready", nil, 0, "the value of ${book_id} has characters"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				env := (&product{}).world()
				env.Lookup = func(string) (string, bool) { return c.book, true }
				env.Logs = func(context.Context, string, time.Time, string) ([]provider.LogLine, error) { return nil, nil }
				var asked []string
				env.Query = func(_ context.Context, sql string) (string, error) {
					asked = append(asked, sql)
					return c.status, c.err
				}
				r, err := smoke.Run(t.Context(), late, env)
				if len(asked) != c.asked || c.asked > 0 && asked[0] != "select status from books where id = 'b-1'" {
					t.Errorf("asked %q", asked)
				}
				if c.want == "" {
					if err != nil || r.Saw != "logs late: worker has not logged it within 10.0s, and the database says ready" {
						t.Errorf("saw %q, %v", r.Saw, err)
					}
					return
				}
				if text := show(fault(t, err)); !strings.Contains(text, c.want) {
					t.Errorf("got %s", text)
				}
			})
		})
	}
}

func TestRun_aLogThatIsInTimeAsksNoDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := worker
		late.Log = &smoke.Log{Service: "worker", Contains: []string{"x"}, LateIf: &smoke.SQL{Query: "select 1", Equal: "1"}}
		env := (&product{}).world()
		env.Logs = func(context.Context, string, time.Time, string) ([]provider.LogLine, error) {
			return []provider.LogLine{{Text: "x"}}, nil
		}
		env.Query = func(context.Context, string) (string, error) { t.Error("it was asked"); return "1", nil }
		if r, err := smoke.Run(t.Context(), late, env); err != nil || r.Saw != "x" {
			t.Errorf("saw %q, %v", r.Saw, err)
		}
	})
}

func TestRun_waitsForALogLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env := (&product{}).world()
		calls := 0
		env.Logs = func(_ context.Context, service string, since time.Time, contains string) ([]provider.LogLine, error) {
			if service != "worker" || !since.Equal(env.Began) || contains != "processing your book" {
				t.Errorf("asked for %s since %s with %q", service, since, contains)
			}
			lines := []provider.LogLine{{Text: "processing your book", Attributes: map[string]string{"book_id": "b-0"}}, {Text: "b-1 is here"}}
			if calls++; calls == 1 {
				return nil, errors.New("the vendor is away")
			}
			if calls > 2 {
				lines = append(lines, provider.LogLine{Text: "processing your book", Attributes: map[string]string{"book_id": "b-1"}})
			}
			return lines, nil
		}
		got, err := smoke.Run(t.Context(), worker, env)
		if err != nil || got.Attempts != 3 || got.Saw != "processing your book" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestRun_aLogLineThatNeverComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env := (&product{}).world()
		env.Logs = func(ctx context.Context, _ string, _ time.Time, contains string) ([]provider.LogLine, error) {
			if contains != "" {
				return nil, nil
			}
			if ctx.Err() != nil {
				t.Error("the last look has no time")
			}
			return []provider.LogLine{
				{At: time.Date(2026, 11, 22, 10, 0, 3, 0, time.UTC), Severity: "info", Text: "started"},
				{At: time.Date(2026, 11, 22, 10, 0, 4, 0, time.UTC), Severity: "error", Text: "redis: " + token + "\x1b[2J refused"},
			}, nil
		}
		_, err := smoke.Run(t.Context(), worker, env)
		golden(t, show(fault(t, err)))
	})
}

func TestRun_aLogThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env := (&product{}).world()
		env.Logs = func(context.Context, string, time.Time, string) ([]provider.LogLine, error) {
			return nil, errors.New("railway: read logs: HTTP 403: " + token)
		}
		_, err := smoke.Run(t.Context(), worker, env)
		golden(t, show(fault(t, err)))
	})
}

func TestRun_asksTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env := (&product{}).world()
		var asked []string
		env.Query = func(_ context.Context, sql string) (string, error) {
			asked = append(asked, sql)
			switch len(asked) {
			case 1:
				return "", errors.New("connection refused")
			case 2:
				return "uploaded", nil
			}
			return "ready", nil
		}
		c := smoke.Check{Name: "the book is ready", SQL: &smoke.SQL{Query: "select status from books where id = '${book_id}' and title <> '${quote}'", Equal: "ready"}}
		got, err := smoke.Run(t.Context(), c, env)
		if err != nil || got.Attempts != 3 || got.Saw != "ready" {
			t.Errorf("%+v, %v", got, err)
		}
		if want := "select status from books where id = 'b-1' and title <> 'o''hara'"; asked[0] != want {
			t.Errorf("asked %s, want %s", asked[0], want)
		}
		c.SQL.Equal = "gone"
		_, err = smoke.Run(t.Context(), c, env)
		golden(t, show(fault(t, err)))
	})
}

func TestCleanupRequest_keepsSecretsAsReferences(t *testing.T) {
	c := post("/upload", ok200)
	if _, ok, err := c.CleanupRequest(nil); ok || err != nil {
		t.Errorf("a check without a cleanup has one: %v", err)
	}
	c.Cleanup = &smoke.HTTP{Method: "DELETE", URL: "${api.url}/admin/books/${book_id}"}
	got, ok, err := c.CleanupRequest(func(name string) (string, bool) { return "b-${ADMIN_TOKEN}", name == "book_id" })
	want := smoke.HTTP{Method: "DELETE", URL: "${api.url}/admin/books/b-$${ADMIN_TOKEN}", Headers: map[string]string{"Authorization": "Bearer ${ADMIN_TOKEN}"}, Form: []smoke.Field{}}
	if diff := cmp.Diff(want, got); diff != "" || !ok || err != nil {
		t.Errorf("%v, %v (-want +got):\n%s", ok, err, diff)
	}
}

func TestRunCleanup(t *testing.T) {
	cases := []struct {
		name     string
		answers  []func(http.ResponseWriter)
		passes   bool
		requests int
	}{
		{"removed", []func(http.ResponseWriter){status(204, "")}, true, 1},
		{"gone already", []func(http.ResponseWriter){status(404, "")}, true, 1},
		{"away for a moment", []func(http.ResponseWriter){status(500, ""), status(503, ""), status(200, "")}, true, 3},
		{"redirected", []func(http.ResponseWriter){status(302, "")}, false, 18},
		{"refused", []func(http.ResponseWriter){status(401, "no "+token)}, false, 18},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := serve(t, answers(c.answers...))
				h := smoke.HTTP{Method: "DELETE", URL: "${api.url}/admin/books/1", Headers: map[string]string{"Authorization": "Bearer ${ADMIN_TOKEN}"}}
				err := smoke.RunCleanup(t.Context(), h, p.world())
				if (err == nil) != c.passes || len(p.requests) != c.requests {
					t.Errorf("%v after %d requests", err, len(p.requests))
				}
				if err != nil && strings.Contains(show(fault(t, err)), "t0p") {
					t.Error("the token is in the fault")
				}
			})
		})
	}
}
