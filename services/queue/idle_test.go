package queue_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"readme/cli/provider/upstash"
	"readme/services/books"
	"readme/services/queue"
)

// idleCut ends all connections while a worker waits, again and again, and sends a job right after.
func idleCut(t *testing.T, s server) {
	t.Helper()
	var said bytes.Buffer
	s.set.Log = slog.New(slog.NewTextHandler(&said, nil))
	q, got := s.open(), make(chan books.Wakeup, 10)
	stop := start(t, s, "one", q, into(got))
	for n := range 4 {
		enqueue(t, q, n)
		if w := <-got; w.Book != book(n) {
			t.Errorf("job %d: got %s", n, w.Book)
		}
		// The wake-up is handled when it has left the stream: in a bubble the next one would get its id.
		for entries, _ := left(t, s); entries > 0; entries, _ = left(t, s) {
			time.Sleep(time.Millisecond)
		}
		s.cut()
	}
	stopped(t, stop)
	wantEmpty(t, s)
	if lines := bytes.Count(said.Bytes(), []byte("\n")); lines > 12 {
		t.Errorf("%d lines of log:\n%s", lines, said.String())
	}
}

// poolCut fills the pool of the sending side, ends all of it, and sends once more.
func poolCut(t *testing.T, s server) {
	t.Helper()
	q := s.open()
	for round := range 3 {
		var all sync.WaitGroup
		for n := range 4 { // as many as there are connections: nobody waits for one
			all.Go(func() {
				if err := q.Enqueue(t.Context(), books.Wakeup{Book: book(10*round + n)}); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		all.Wait()
		s.cut()
	}
	if err := q.Enqueue(t.Context(), books.Wakeup{Book: book(99)}); err != nil {
		t.Error(err)
	}
	if entries, err := s.raw.XLen(t.Context(), queue.Stream).Result(); err != nil || entries != 13 {
		t.Errorf("%d entries, %v; want 13", entries, err)
	}
}

// What doctor says of the worker's cost is computed from numbers of its own, for it may not know this package.
func TestTheCostThatDoctorNamesIsOurs(t *testing.T) {
	block, minIdle := queue.Usual()
	want := upstash.Idle{Workers: 1, Block: block, Claim: minIdle}
	if got := upstash.ProductWorker(); got != want {
		t.Errorf("doctor computes with %+v, the worker runs with %+v", got, want)
	}
	onMiniredis(t, func(t *testing.T, s server) {
		t.Helper()
		q := s.open()
		stop := start(t, s, "one", q, into(nil))
		time.Sleep(90 * time.Second)
		before := s.spent()
		time.Sleep(24 * time.Hour)
		got, said := s.spent()-before, upstash.ProductWorker().PerMonth()/30
		if got < said*99/100 || got > said*101/100 {
			t.Errorf("an idle day cost %d commands, and doctor says %d", got, said)
		}
		stopped(t, stop)
	})
}

// secured is a certificate for 127.0.0.1 and the pool that trusts it.
func secured(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestAJobGoesThroughTLS(t *testing.T) {
	cert, pool := secured(t)
	m, err := miniredis.RunTLS(&tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	m.RequireAuth("pw")
	opt, err := redis.ParseURL("rediss://default:pw@" + m.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if opt.TLSConfig == nil {
		t.Fatal("rediss:// means no TLS")
	}
	stranger := queue.OpenWith(*opt)
	defer stranger.Close()
	if err := stranger.Ping(t.Context()); err == nil {
		t.Error("a certificate that nobody knows was trusted")
	}
	opt.TLSConfig.RootCAs = pool
	q := queue.OpenWith(*opt)
	defer q.Close()
	got, ended := make(chan books.Wakeup, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { ended <- q.NewConsumer(queue.Settings{Name: "one"}).Run(ctx, into(got)) }()
	enqueue(t, q, 1)
	if w := <-got; w.Book != book(1) {
		t.Errorf("got %s", w.Book)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
