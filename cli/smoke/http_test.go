package smoke_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
	"readme/cli/smoke"
)

func TestRun_followsARedirectOnlyOnTheSameHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hosts []string
		p := serve(t, func(w http.ResponseWriter, r *http.Request) {
			hosts = append(hosts, r.Host+r.URL.Path)
			switch r.URL.Path {
			case "/a":
				http.Redirect(w, r, "/b", http.StatusFound)
			case "/out":
				http.Redirect(w, r, "http://login.test/?token=x", http.StatusFound)
			case "/loop":
				http.Redirect(w, r, "/loop", http.StatusFound)
			}
		})
		if _, err := smoke.Run(t.Context(), get("/a", ok200), p.world()); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"api.test/a", "api.test/b"}, hosts); diff != "" {
			t.Errorf("hosts (-want +got):\n%s", diff)
		}
		for _, path := range []string{"/out", "/loop"} {
			_, err := smoke.Run(t.Context(), get(path, ok200), p.world())
			if f := fault(t, err); f.Title != "api is healthy: status is 302, expected 200" {
				t.Errorf("got %s", f.Title)
			}
		}
		if strings.Contains(strings.Join(hosts, " "), "login.test") {
			t.Errorf("it left the host: %v", hosts)
		}
	})
}

func TestRun_namesVercelsProtection(t *testing.T) {
	cases := map[string]func(http.ResponseWriter){
		"a page": func(w http.ResponseWriter) {
			w.Header().Set("Set-Cookie", "_vercel_sso_nonce=abc; Path=/")
			status(401, "<title>Authentication Required</title>")(w)
		},
		"a redirect": func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://vercel.com/sso-api?url=x")
			w.WriteHeader(http.StatusFound)
		},
	}
	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := serve(t, answers(answer))
				_, err := smoke.Run(t.Context(), get("/", ok200), p.world())
				f := fault(t, err)
				if len(p.requests) != 1 {
					t.Errorf("requests %v", p.requests)
				}
				golden(t, show(f))
			})
		})
	}
}

func TestRun_namesABypassSecretThatDoesNotOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(func(w http.ResponseWriter) {
			w.Header().Set("Set-Cookie", "_vercel_sso_nonce=abc; Path=/")
			status(401, "<title>Authentication Required</title>")(w)
		}))
		env := p.world()
		env.Headers = func(*url.URL) http.Header { return http.Header{"X-Vercel-Protection-Bypass": {"revoked"}} }
		_, err := smoke.Run(t.Context(), get("/", ok200), env)
		if f := fault(t, err); !strings.Contains(f.Detail, "is none of the project's, or not any more") || strings.Contains(show(f), "revoked") {
			t.Errorf("got %s", show(f))
		}
	})
}

func TestRun_addsTheHeadersOfTheEnvironment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Vercel-Protection-Bypass") != "bypass" {
				w.WriteHeader(http.StatusUnauthorized)
			}
		})
		env := p.world()
		env.Headers = func(u *url.URL) http.Header {
			if u.Host != "api.test" {
				return nil
			}
			return http.Header{"X-Vercel-Protection-Bypass": {"bypass"}}
		}
		if _, err := smoke.Run(t.Context(), get("/", ok200), env); err != nil {
			t.Error(err)
		}
	})
}

func TestRun_sendsAFormWithItsLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		p := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength <= 0 || len(r.TransferEncoding) > 0 {
				t.Errorf("length %d, encoding %v", r.ContentLength, r.TransferEncoding)
			}
			form, err := r.MultipartReader()
			if err != nil {
				t.Error(err)
				return
			}
			for {
				part, err := form.NextPart()
				if err != nil {
					break
				}
				body, _ := io.ReadAll(part)
				got = append(got, strings.Join([]string{part.FormName(), part.FileName(), part.Header.Get("Content-Type"), string(body)}, "|"))
			}
		})
		p.refuse = 1 // so that the file is opened once more
		env := p.world()
		opened, closed := 0, 0
		env.Open = func(path string) (io.ReadCloser, int64, error) {
			if path != "scripts/b-1.pdf" {
				return nil, 0, fmt.Errorf("open %s: not here", path)
			}
			opened++
			return &file{strings.NewReader("%PDF-1.7"), &closed}, 8, nil
		}
		c := post("/admin/books/upload", ok200)
		c.HTTP.Form = []smoke.Field{{Name: "file", Value: "@scripts/${book_id}.pdf"}, {Name: "title", Value: "smoke ü"}, {Name: "note", Value: "${evil}"}}
		if _, err := smoke.Run(t.Context(), c, env); err != nil {
			t.Fatal(err)
		}
		want := []string{"file|b-1.pdf|application/pdf|%PDF-1.7", "title|||smoke ü", "note|||@/etc/passwd"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("parts (-want +got):\n%s", diff)
		}
		if opened != 2 || closed != 2 {
			t.Errorf("opened %d, closed %d", opened, closed)
		}
		c.HTTP.Form[0].Value = "@nowhere.pdf"
		_, err := smoke.Run(t.Context(), c, env)
		if f := fault(t, err); !strings.Contains(f.Title, "open nowhere.pdf: not here") {
			t.Errorf("got %s", show(f))
		}
	})
}

type file struct {
	io.Reader
	closed *int
}

func (f *file) Close() error { *f.closed++; return nil }

func TestRun_sendsJSONWithReferences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got any
		p := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
				t.Error(err)
			}
		})
		c := post("/start", ok200)
		c.HTTP.JSON = map[string]any{"createDailyRoom": true, "body": map[string]any{"ids": []any{"${book_id}", 1}}}
		if _, err := smoke.Run(t.Context(), c, p.world()); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"createDailyRoom": true, "body": map[string]any{"ids": []any{"b-1", 1.0}}}
		if diff := cmp.Diff(any(want), got); diff != "" {
			t.Errorf("body (-want +got):\n%s", diff)
		}
	})
}

func TestRun_masksSecretsInEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quoted, _ := json.Marshal(token)
		p := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", token)
			w.WriteHeader(http.StatusInternalServerError)
			// Long enough to be cut, with the token over the cut.
			fmt.Fprintf(w, "%s\n%s\n%s\n%s%s", r.Header.Get("Authorization"), r.URL.RawQuery, quoted, strings.Repeat("x", 2100), strings.Repeat(token, 300))
		})
		env := p.world()
		var told []release.CheckResult
		env.Attempt = func(r release.CheckResult) { told = append(told, r) }
		c := post("/x?key=${ADMIN_TOKEN}", smoke.Expect{Status: 200, Body: []string{"${ADMIN_TOKEN}!"}})
		_, err := smoke.Run(t.Context(), c, env)
		f := fault(t, err)
		if text := fmt.Sprint(told, f.Error()); strings.Contains(text, "t0p") {
			t.Errorf("the token is in %s", text)
		}
		golden(t, show(f))
	})
}

func TestRun_aLargeAnswerIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(status(200, `{"a": "`+strings.Repeat("x", 1<<20)+`"}`)))
		c := get("/", smoke.Expect{JSON: []smoke.Matcher{{Path: "$.a", Present: true}}})
		_, err := smoke.Run(t.Context(), c, p.world())
		if f := fault(t, err); !strings.Contains(show(f), "the answer is larger than 1024 KiB") || len(show(f)) > 4000 {
			t.Errorf("got %s", show(f))
		}
	})
}

func TestRun_aCaptureThatIsMissingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(status(200, `{"book_id": "", "list": []}`)))
		c := post("/x", ok200)
		c.Capture = []smoke.Capture{{Name: "book_id", Path: "$.book_id"}, {Name: "other", Path: "$.other"}, {Name: "list", Path: "$.list"}}
		got, err := smoke.Run(t.Context(), c, p.world())
		if got.Captures != nil {
			t.Errorf("captured %v", got.Captures)
		}
		golden(t, show(fault(t, err)))
	})
}

func TestRun_anErrorOfTheTransportIsNotTakenForADial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		env := (&product{}).world()
		env.HTTP = trip(func(*http.Request) (*http.Response, error) { n++; return nil, errors.New("broken pipe") })
		_, err := smoke.Run(t.Context(), post("/x", ok200), env)
		if fault(t, err); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
