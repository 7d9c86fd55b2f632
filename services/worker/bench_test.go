package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"readme/cli/box/postgres/pgtest"
	"readme/migrations"
	"readme/services/books"
	"readme/services/queue"
	"readme/services/storage/storagetest"
)

// beWorker makes the test binary a worker: the tests that kill one need a real process.
const beWorker = "READMEOPS_TEST_IS_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(beWorker) != "" {
		main()
	}
	queue.Quiet()
	goleak.VerifyTestMain(pgtest.Main(m))
}

const (
	household = books.ID("00000000-0000-4000-8000-000000000001")
	content   = "%PDF-1.4 a book"
	patient   = 30 * time.Second // for what must happen, on however slow a machine
)

func bookID(n int) books.ID { return books.ID(fmt.Sprintf("00000000-0000-4000-9000-%012d", n)) }

// bench is what workers of one test share: a migrated database, a Redis behind a gate, and a storage.
type bench struct {
	cfg   config
	conn  *pgx.Conn
	parts parts
	files *storagetest.Storage
	raw   *redis.Client // past the gate
	flush func()
	gate  *gate
	said  *records
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{files: storagetest.New(t), said: newRecords()}
	m := miniredis.RunT(t)
	b.flush = m.FlushAll
	b.raw = redis.NewClient(&redis.Options{Addr: m.Addr()})
	t.Cleanup(func() { _ = b.raw.Close() })
	b.gate = newGate(t, m.Addr())
	b.cfg = config{
		databaseURL: pgtest.Database(t), supabaseURL: b.files.URL, supabaseKey: storagetest.Key,
		redisURL: "redis://" + b.gate.addr,
	}
	var err error
	if b.conn, err = pgx.Connect(t.Context(), b.cfg.databaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.conn.Close(context.Background()) })
	script, err := migrations.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.conn.PgConn().Exec(t.Context(), script).ReadAll(); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	if b.parts, err = connect(t.Context(), b.cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.parts.close)
	return b
}

// worker makes one that sweeps only at its start and when told to; read and take-over are quick.
func (b *bench) worker(name string, change ...func(*settings)) *worker {
	set := usual(name)
	set.queue.Block, set.queue.MinIdle = 20*time.Millisecond, 200*time.Millisecond
	set.every = time.Hour
	for _, f := range change {
		f(&set)
	}
	return newWorker(set, b.parts, slog.New(slog.NewJSONHandler(b.said, nil)).With("worker", name))
}

// start runs w until stop is called.
func start(t *testing.T, w *worker) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// add writes the row of a book that is uploading; store it in files with Keep.
func (b *bench) add(t *testing.T, n int) books.Book {
	t.Helper()
	id := bookID(n)
	book := books.Book{ID: id, Household: household, Title: "a title", Path: books.PathOf(household, id), Size: int64(len(content))}
	if err := b.parts.store.Add(t.Context(), book); err != nil {
		t.Fatal(err)
	}
	return book
}

// upload adds a book whose file is stored whole, as the api leaves it when it dies before the wake-up.
func (b *bench) upload(t *testing.T, n int) books.ID {
	t.Helper()
	book := b.add(t, n)
	b.files.Keep(book.Path, []byte(content))
	if err := b.parts.store.Stored(t.Context(), book.ID); err != nil {
		t.Fatal(err)
	}
	return book.ID
}

// wake sends the wake-up, as the api does.
func (b *bench) wake(t *testing.T, id books.ID) {
	t.Helper()
	if err := b.parts.queue.Enqueue(t.Context(), wakeup(id)); err != nil {
		t.Fatal(err)
	}
	if err := b.parts.store.Enqueued(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func wakeup(id books.ID) books.Wakeup { return books.Wakeup{Book: id, Attempt: 1, Trace: "test"} }

func (b *bench) sql(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := b.conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// later moves every time of the table back, as if the time had passed.
func (b *bench) later(t *testing.T, passed time.Duration) {
	t.Helper()
	b.sql(t, `update public.books set created_at = created_at - $1::interval, lease_until = lease_until - $1::interval,
		next_attempt_at = next_attempt_at - $1::interval, enqueued_at = enqueued_at - $1::interval`, passed)
}

// row is what a worker changes of a book.
type row struct {
	Status   books.Status
	Attempts int
	Error    string
}

func (b *bench) want(t *testing.T, id books.ID, want row) {
	t.Helper()
	got, err := b.parts.store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got := (row{got.Status, got.Attempts, got.Error}); got != want {
		t.Errorf("the row of %s is %+v, want %+v", id, got, want)
	}
}

// waiting lists the books that have an entry in a stream, in its order.
func (b *bench) waiting(t *testing.T, stream string) (ids []books.ID) {
	t.Helper()
	entries, err := b.raw.XRange(t.Context(), stream, "-", "+").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		ids = append(ids, books.ID(fmt.Sprint(e.Values["id"])))
	}
	return ids
}
