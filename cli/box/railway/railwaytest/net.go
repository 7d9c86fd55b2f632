// Package railwaytest holds what tests of the Railway emulator and of its client share: a network in memory, and a host
// whose commands say how a service behaves.
package railwaytest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"syscall"
)

// Net is a network in memory, for tests in a synctest bubble: real net/http over net.Pipe.
type Net struct {
	mu   sync.Mutex
	open map[string]*listener
}

// NewNet makes an empty network.
func NewNet() *Net { return &Net{open: map[string]*listener{}} }

// Listen opens an address, such as "127.0.0.1:8080". One that is taken is refused.
func (n *Net) Listen(address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.open[address] != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Err: syscall.EADDRINUSE}
	}
	l := &listener{net: n, address: address, accept: make(chan net.Conn), closed: make(chan struct{})}
	n.open[address] = l
	return l, nil
}

// Dial connects to an address that somebody listens on.
func (n *Net) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.open[address]
	n.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case l.accept <- far:
		return near, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Serve answers at an address until stop is called.
func (n *Net) Serve(address string, h http.Handler) (stop func(), err error) {
	l, err := n.Listen(address)
	if err != nil {
		return nil, err
	}
	return serve(l, h), nil
}

// serve runs a server on l until stop is called, which waits for its end.
func serve(l net.Listener, h http.Handler) (stop func()) {
	server := &http.Server{Handler: h} //nolint:gosec // a test's own server, reached by the test alone
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("serve %s: %v", l.Addr(), err))
		}
	}()
	return func() {
		_ = server.Close()
		<-done
	}
}

type listener struct {
	net     *Net
	address string
	accept  chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accept:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		delete(l.net.open, l.address)
		l.net.mu.Unlock()
		close(l.closed)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return address(l.address) }

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }
