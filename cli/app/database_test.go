package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"
)

// databaseOf is DATABASE_URL of a values file.
func databaseOf(ts *testscript.TestScript, file string) *url.URL {
	for line := range strings.Lines(ts.ReadFile(file)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "DATABASE_URL="); ok {
			u, err := url.Parse(strings.Trim(v, "'"))
			ts.Check(err)
			return u
		}
	}
	ts.Fatalf("%s holds no DATABASE_URL", file)
	return nil
}

// sql FILE STATEMENT runs a statement in the database of a values file, and prints what it gives.
func sql(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, databaseOf(ts, args[0]).String())
	ts.Check(err)
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, args[1])
	ts.Check(err)
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		ts.Check(err)
		_, _ = fmt.Fprintln(ts.Stdout(), values...)
	}
	ts.Check(rows.Err())
}

// wire stands between a program and a database, and can be cut.
type wire struct {
	to string
	at string

	mu    sync.Mutex
	l     net.Listener
	conns []net.Conn
}

// wires holds each story's wire by its folder.
var wires sync.Map

// between FILE leads the database of a values file through a wire.
func between(ts *testscript.TestScript, _ bool, args []string) {
	u := databaseOf(ts, args[0])
	w := &wire{to: u.Host, at: "127.0.0.1:0"}
	ts.Check(w.mend())
	ts.Defer(w.cut)
	wires.Store(ts.Getenv("WORK"), w)
	was := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(was, u.Host, w.at)), 0o600))
}

func wireOf(ts *testscript.TestScript) *wire {
	w, ok := wires.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("there is no wire: use between first")
	}
	return w.(*wire)
}

// cut ends every connection over the wire, and takes no new one; mend does again.
func cut(ts *testscript.TestScript, _ bool, _ []string)  { wireOf(ts).cut() }
func mend(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(wireOf(ts).mend()) }

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.l != nil {
		_ = w.l.Close()
	}
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.l, w.conns = nil, nil
}

func (w *wire) mend() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := net.Listen("tcp", w.at)
	if err != nil {
		return err
	}
	w.l, w.at = l, l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.carry(l, c)
		}
	}()
	return nil
}

func (w *wire) carry(l net.Listener, c net.Conn) {
	to, err := net.Dial("tcp", w.to)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || w.l != l {
		_ = c.Close()
		return
	}
	w.conns = append(w.conns, c, to)
	for _, pair := range [][2]net.Conn{{c, to}, {to, c}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			_, _ = pair[0].Close(), pair[1].Close()
		}()
	}
}
