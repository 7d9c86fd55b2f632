package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/services/storage/storagetest"
)

func TestOnlyTheTokenOpensTheAdminRoutes(t *testing.T) {
	w := start(t)
	body, contentType := makeForm(t, whole(t)...)
	for name, tc := range map[string]struct{ header, code string }{
		"none":              {"", "token_missing"},
		"another scheme":    {"Basic " + token, "token_missing"},
		"an empty one":      {"Bearer ", "token_missing"},
		"a wrong one":       {"Bearer " + strings.Repeat("x", 34), "token_wrong"},
		"a part of it":      {"Bearer " + token[:33], "token_wrong"},
		"with more than it": {"Bearer " + token + " x", "token_wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, at := range []string{"POST /admin/books/upload", "GET /admin/books/x", "DELETE /admin/books/x"} {
				method, path, _ := strings.Cut(at, " ")
				r := w.request(t, method, path, bytes.NewReader(body.Bytes()))
				r.Header.Set("Content-Type", contentType)
				r.Header.Del("Authorization")
				if tc.header != "" {
					r.Header.Set("Authorization", tc.header)
				}
				got := w.send(t, r)
				if got.status != http.StatusUnauthorized || got.Error.Code != tc.code || got.header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s: got %d %+v, want 401 %s", at, got.status, got.Error, tc.code)
				}
			}
		})
	}
	if rows := w.statuses(t); len(rows) != 0 {
		t.Errorf("%d rows were written", len(rows))
	}
	if strings.Contains(w.log.String(), token) {
		t.Error("the token is in the log")
	}
}

func TestAddressesAndMethodsThatDoNotExist(t *testing.T) {
	w := start(t)
	for at, want := range map[string]string{
		"GET /":                         "404 no_such_address",
		"GET /admin/books":              "404 no_such_address",
		"POST /health":                  "405 method_not_allowed",
		"PUT /admin/books/x":            "405 method_not_allowed",
		"DELETE /ready":                 "405 method_not_allowed",
		"GET /admin/books/no-uuid":      "400 book_id_invalid",
		"GET /admin/books/" + household: "404 book_not_found",
	} {
		method, path, _ := strings.Cut(at, " ")
		got := w.ask(t, method, path)
		if g := strings.TrimSpace(http.StatusText(got.status)); g == "" || want[:3] != status(got) || want[4:] != got.Error.Code {
			t.Errorf("%s: got %d %s, want %s", at, got.status, got.Error.Code, want)
		}
	}
}

func status(s said) string {
	return string([]byte{byte('0' + s.status/100), byte('0' + s.status/10%10), byte('0' + s.status%10)})
}

func TestHealthNeedsNobody(t *testing.T) {
	w := start(t)
	w.postgres.close()
	w.redis.Close()
	if got := w.ask(t, http.MethodGet, "/health"); got.status != http.StatusOK || got.Status != "ok" || got.Commit != "abc123" {
		t.Errorf("got %+v", got)
	}
}

func TestReadyReachesEachPart(t *testing.T) {
	for name, tc := range map[string]struct {
		harm func(w *world)
		want map[string]string
	}{
		"all": {func(*world) {}, map[string]string{"postgres": "ok", "storage": "ok", "queue": "ok"}},
		"without storage": {func(w *world) {
			w.storage.Refuse(func(*http.Request) *storagetest.Refusal { return &storagetest.Refusal{HTTP: 503} })
		}, map[string]string{"postgres": "ok", "storage": "unreachable", "queue": "ok"}},
		"without Redis":    {func(w *world) { w.redis.Close() }, map[string]string{"postgres": "ok", "storage": "ok", "queue": "unreachable"}},
		"without Postgres": {func(w *world) { w.postgres.close() }, map[string]string{"postgres": "unreachable", "storage": "ok", "queue": "ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			tc.harm(w)
			got := w.ask(t, http.MethodGet, "/ready")
			want, word := http.StatusOK, "ready"
			if name != "all" {
				want, word = http.StatusServiceUnavailable, "not ready"
			}
			if diff := cmp.Diff(tc.want, got.Parts); diff != "" || got.status != want || got.Status != word {
				t.Errorf("got %d %s, parts (-want +got):\n%s", got.status, got.Status, diff)
			}
		})
	}
}

func TestReadyAsksOnceForManyQuestions(t *testing.T) {
	w := start(t)
	for range 20 {
		w.ask(t, http.MethodGet, "/ready")
	}
	if calls := len(w.storage.Calls()); calls != 1 {
		t.Errorf("20 questions at once reached storage %d times", calls)
	}
}

func TestRequestIDs(t *testing.T) {
	w := start(t)
	for given, kept := range map[string]bool{"abc-123": true, "": false, "a b": false, strings.Repeat("a", 65): false} {
		r := w.request(t, http.MethodGet, "/admin/books/x", nil)
		if given != "" {
			r.Header.Set("X-Request-Id", given)
		}
		got := w.send(t, r)
		if got.RequestID == "" || got.RequestID != got.header.Get("X-Request-Id") || (got.RequestID == given) != kept {
			t.Errorf("given %q: got %q", given, got.RequestID)
		}
	}
}

func TestAPanicIsAnAnswerAndALine(t *testing.T) {
	w := start(t, func(a *api) { a.files = nil })
	got := w.upload(t, whole(t)...)
	if got.status != http.StatusInternalServerError || got.Error.Code != "internal" {
		t.Errorf("got %+v", got)
	}
	if !strings.Contains(w.log.String(), "a handler panicked") {
		t.Error("the panic is not in the log")
	}
}

func TestStoppingFinishesWhatIsUnderWay(t *testing.T) {
	w := start(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	w.storage.Refuse(func(r *http.Request) *storagetest.Refusal {
		if r.Method == http.MethodPost {
			close(arrived)
			<-release
		}
		return nil
	})
	body, contentType := makeForm(t, whole(t)...)
	r := w.request(t, http.MethodPost, "/admin/books/upload", body)
	r.Header.Set("Content-Type", contentType)
	answered := make(chan int, 1)
	go func() {
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	select {
	case <-arrived:
	case got := <-answered:
		t.Fatalf("the upload got %d and never reached storage", got)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- w.stop() }()
	close(release)
	if got := <-answered; got != http.StatusOK {
		t.Errorf("the upload under way got %d", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
}

// good are variables with which the api starts.
func good() map[string]string {
	return map[string]string{
		"DATABASE_URL": "postgres://u:hunter2@127.0.0.1:1/d", "SUPABASE_URL": "https://abc.supabase.co",
		"SUPABASE_SECRET_KEY": "sb_secret_hunter2", "REDIS_URL": "redis://:hunter2@127.0.0.1:1", "ADMIN_TOKEN": token, "PORT": "0",
	}
}

func TestAVariableThatIsMissingOrMalformedIsNamed(t *testing.T) {
	for name, bad := range map[string][]string{
		"DATABASE_URL": {"", "hunter2", "mysql://u:hunter2@h/d"}, "SUPABASE_URL": {"", "hunter2", "http://hunter2.example.org"},
		"SUPABASE_SECRET_KEY": {"", "hunter2 x"}, "REDIS_URL": {"", "hunter2", "http://:hunter2@h"},
		"ADMIN_TOKEN": {"", "hunter2"}, "PORT": {"", "hunter2", "65536", "-1"},
	} {
		for _, value := range bad {
			values := good()
			values[name] = value
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), vars(values), &stdout, &stderr)
			said := stderr.String()
			if code != 2 || !strings.HasPrefix(said, "api: "+name) || strings.Count(said, "\n") != 1 || strings.Contains(said, "hunter2") || stdout.Len() != 0 {
				t.Errorf("%s=%q: exit %d, stderr %q, stdout %q", name, value, code, said, stdout.String())
			}
		}
	}
}

func TestWhichCommitItSaysAndWhereItListens(t *testing.T) {
	for _, tc := range []struct {
		platform, release, host string
		commit, address         string
	}{
		{"railway", "ours", "", "railway", "0.0.0.0:0"},
		{"", "ours", "127.0.0.1", "ours", "127.0.0.1:0"},
		{"", "", "::1", "unknown", "[::1]:0"},
	} {
		values := good()
		values["RAILWAY_GIT_COMMIT_SHA"], values["RELEASE_COMMIT"], values["HOST"] = tc.platform, tc.release, tc.host
		cfg, err := readConfig(vars(values))
		if err != nil || cfg.commit != tc.commit || cfg.address != tc.address {
			t.Errorf("got %s %s %v, want %s %s", cfg.commit, cfg.address, err, tc.commit, tc.address)
		}
	}
}

func TestItRunsAndEndsWithItsContextThoughNothingAnswers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	values := good()
	values["HOST"] = "127.0.0.1"
	go func() { ended <- run(ctx, vars(values), writer, io.Discard); _ = writer.Close() }()
	first := make([]byte, 512)
	n, err := reader.Read(first)
	if err != nil || !bytes.Contains(first[:n], []byte(`"msg":"listening"`)) {
		t.Fatalf("first line %q, %v", first[:n], err)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	cancel()
	select {
	case code := <-ended:
		if code != 0 {
			t.Errorf("exit %d", code)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}

func TestTheExampleNamesWhatIsRead(t *testing.T) {
	text, err := os.ReadFile("env.example")
	if err != nil {
		t.Fatal(err)
	}
	var named, read []string
	for line := range strings.Lines(string(text)) {
		if name, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			named = append(named, name)
		}
	}
	platform := []string{"PORT", "HOST", "RELEASE_COMMIT", "RAILWAY_GIT_COMMIT_SHA"}
	values := good()
	if _, err := readConfig(func(name string) string {
		if !slices.Contains(platform, name) {
			read = append(read, name)
		}
		return values[name]
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read, named); diff != "" {
		t.Errorf("read by the code (-), named in env.example (+):\n%s", diff)
	}
}
