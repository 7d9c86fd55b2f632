package main

import (
	"io"
	"maps"
	"net"
	"sync"
	"testing"
)

// gate stands before a server: while it is shut, connections to it are cut, old ones too.
type gate struct {
	addr  string
	mu    sync.Mutex
	shut  bool
	conns map[net.Conn]bool
}

func newGate(t *testing.T, server string) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{addr: listener.Addr().String(), conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if inner, err := net.Dial("tcp", server); err != nil || !g.keep(conn, inner) {
				_ = conn.Close()
			} else {
				all.Go(func() { pipe(conn, inner) })
				all.Go(func() { pipe(inner, conn) })
			}
		}
	})
	t.Cleanup(func() { _ = listener.Close(); g.set(true); all.Wait() })
	return g
}

func pipe(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
}

func (g *gate) keep(conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range conns {
		if g.shut {
			_ = c.Close()
		}
		g.conns[c] = true
	}
	return !g.shut
}

// set shuts or opens the gate.
func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	if shut {
		for c := range maps.Keys(g.conns) {
			_ = c.Close()
		}
		clear(g.conns)
	}
}
