// Package boxtest is an in-memory network and an in-memory host, with which the emulator runs inside a synctest bubble.
package boxtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Net is a network of names. It is safe for several goroutines.
type Net struct {
	mu        sync.Mutex
	listeners map[string]*listener
}

// NewNet makes an empty network.
func NewNet() *Net { return &Net{listeners: map[string]*listener{}} }

// Listen takes a name, which is also the address.
func (n *Net) Listen(name string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[name] != nil {
		return nil, fmt.Errorf("listen %s: address already in use", name)
	}
	l := &listener{net: n, name: name, conns: make(chan net.Conn), done: make(chan struct{})}
	n.listeners[name] = l
	return l, nil
}

// Edge takes the address of a named edge: "dpl/1" is dpl-1.box:80.
func (n *Net) Edge(name string) (net.Listener, error) {
	return n.Listen(strings.ReplaceAll(name, "/", "-") + ".box:80")
}

// DialContext reaches a name; nobody there is an error of a dial, as on a real network.
func (n *Net) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[address]
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: network, Addr: addr(address), Err: fmt.Errorf("connection refused")}
	if l == nil {
		return nil, refused
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.done:
		return nil, refused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Transport is a client on this network.
func (n *Net) Transport() *http.Transport {
	return &http.Transport{DialContext: n.DialContext, IdleConnTimeout: time.Minute}
}

// Serve serves h under a name until stop is called.
func (n *Net) Serve(name string, h http.Handler) (stop func(), err error) {
	l, err := n.Listen(name)
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Serve(l) })
	return func() { _ = s.Close(); wg.Wait() }, nil
}

type listener struct {
	net   *Net
	name  string
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.done)
		l.net.mu.Lock()
		defer l.net.mu.Unlock()
		delete(l.net.listeners, l.name)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return addr(l.name) }

type addr string

func (addr) Network() string  { return "memory" }
func (a addr) String() string { return string(a) }
