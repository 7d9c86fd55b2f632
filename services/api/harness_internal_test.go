package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"readme/cli/box/postgres/pgtest"
	"readme/migrations"
	"readme/services/storage/storagetest"
)

func TestMain(m *testing.M) {
	// go-redis probes a Redis that is away once a second, and sees only then that its client was closed.
	goleak.VerifyTestMain(pgtest.Main(m), goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

const (
	token     = "a-token-for-tests-of-32-characters"
	household = "00000000-0000-4000-8000-000000000001"
)

// world is an api that runs, on a real Postgres behind a valve, a Redis and a small Storage.
type world struct {
	url      string
	postgres *valve
	redis    *miniredis.Miniredis
	storage  *storagetest.Storage
	conn     *pgx.Conn // past the valve
	log      *lines
	temp     string
	stop     func() error
}

func start(t *testing.T, change ...func(*api)) *world {
	t.Helper()
	w := &world{storage: storagetest.New(t), redis: miniredis.RunT(t), log: &lines{}, temp: t.TempDir()}
	t.Setenv("TMPDIR", w.temp)
	databaseURL := pgtest.Database(t)
	w.conn = migrated(t, databaseURL)
	w.postgres = newValve(t, databaseURL)
	cfg, err := readConfig(vars(map[string]string{
		"DATABASE_URL": w.postgres.url, "SUPABASE_URL": w.storage.URL, "SUPABASE_SECRET_KEY": storagetest.Key,
		"REDIS_URL": "redis://" + w.redis.Addr(), "ADMIN_TOKEN": token, "PORT": "0", "RELEASE_COMMIT": "abc123",
	}))
	if err != nil {
		t.Fatal(err)
	}
	p, err := connect(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(cfg, slog.New(slog.NewJSONHandler(w.log, nil)), p.store, p.files, p.queue)
	a.probes = p.probes()
	for _, f := range change {
		f(a)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.serve(ctx, listener) }()
	w.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := w.stop(); err != nil {
			t.Errorf("serve: %v", err)
		}
		p.close()
	})
	return w
}

func vars(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func migrated(t *testing.T, databaseURL string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	script, err := migrations.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.PgConn().Exec(t.Context(), script).ReadAll(); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return conn
}

// valve is a way to Postgres that can be shut: connections break, and new ones are closed at once.
type valve struct {
	url  string
	mu   sync.Mutex
	shut bool
	open map[net.Conn]bool
}

func newValve(t *testing.T, databaseURL string) *valve {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v, target := &valve{open: map[net.Conn]bool{}}, u.Host
	var pipes sync.WaitGroup
	pipes.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", target)
			if err != nil || !v.admit(in, out) {
				_ = in.Close()
				continue
			}
			pipes.Go(func() { _, _ = io.Copy(out, in); _ = out.Close() })
			pipes.Go(func() { _, _ = io.Copy(in, out); _ = in.Close() })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); v.close(); pipes.Wait() })
	u.Host = listener.Addr().String()
	v.url = u.String()
	return v
}

func (v *valve) admit(in, out net.Conn) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.shut {
		_ = out.Close()
		return false
	}
	v.open[in], v.open[out] = true, true
	return true
}

func (v *valve) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shut = true
	for c := range v.open {
		_ = c.Close()
	}
	clear(v.open)
}

// lines collects a log.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// field is one part of a form; a file if it has a name of a file.
type field struct{ name, value, file string }

func makeForm(t *testing.T, fields ...field) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	m := multipart.NewWriter(body)
	for _, f := range fields {
		create := func() (io.Writer, error) { return m.CreateFormField(f.name) }
		if f.file != "" {
			create = func() (io.Writer, error) { return m.CreateFormFile(f.name, f.file) }
		}
		part, err := create()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, f.value)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return body, m.FormDataContentType()
}

// said is any answer of the api.
type said struct {
	status int
	header http.Header
	BookID string `json:"book_id"`
	Status string `json:"status"`
	Commit string `json:"commit"`
	Error  struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	RequestID string            `json:"request_id"`
	Parts     map[string]string `json:"parts"`
}

func (w *world) send(t *testing.T, r *http.Request) said {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer resp.Body.Close()
	got := said{status: resp.StatusCode, header: resp.Header}
	if resp.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
			t.Fatalf("%s %s: status %d: read answer: %v", r.Method, r.URL.Path, resp.StatusCode, err)
		}
	}
	return got
}

func (w *world) request(t *testing.T, method, path string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func (w *world) ask(t *testing.T, method, path string) said {
	t.Helper()
	return w.send(t, w.request(t, method, path, nil))
}

func (w *world) upload(t *testing.T, fields ...field) said {
	t.Helper()
	body, contentType := makeForm(t, fields...)
	r := w.request(t, http.MethodPost, "/admin/books/upload", body)
	r.Header.Set("Content-Type", contentType)
	return w.send(t, r)
}

func pdf(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../scripts/testdata/one-page.pdf")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func whole(t *testing.T) []field {
	t.Helper()
	return []field{{"file", pdf(t), "a book.pdf"}, {"household_id", household, ""}, {"title", "A book", ""}}
}

// statuses are the rows of the table.
func (w *world) statuses(t *testing.T) []string {
	t.Helper()
	rows, err := w.conn.Query(t.Context(), `select status from public.books order by id`)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (w *world) noSpoolIsLeft(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(w.temp)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("%d files are left in the temporary folder", len(left))
	}
}
