package ledger_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between us and a Postgres, and can be cut.
type proxy struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	cut    bool
	open   map[net.Conn]bool
	notify chan struct{} // gets one for each connection that was refused
	wg     sync.WaitGroup
}

// through gives the address of the same database behind a proxy.
func through(t *testing.T, address string) (string, *proxy) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, to: u.Host, open: map[net.Conn]bool{}, notify: make(chan struct{}, 1000)}
	p.wg.Go(p.serve)
	t.Cleanup(func() {
		_ = listener.Close()
		p.set(true)
		p.wg.Wait()
	})
	u.Host = listener.Addr().String()
	return u.String(), p
}

func (p *proxy) serve() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.wg.Go(func() { p.join(in) })
	}
}

// join copies both ways until one side ends.
func (p *proxy) join(in net.Conn) {
	defer in.Close()
	p.mu.Lock()
	if p.cut {
		select {
		case p.notify <- struct{}{}:
		default:
		}
		p.mu.Unlock()
		return
	}
	out, err := net.Dial("tcp", p.to)
	if err != nil {
		p.mu.Unlock()
		return
	}
	p.open[in], p.open[out] = true, true
	p.mu.Unlock()
	p.wg.Go(func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	})
	_, _ = io.Copy(in, out)
	_ = out.Close()
	_ = in.Close()
	p.mu.Lock()
	delete(p.open, in)
	delete(p.open, out)
	p.mu.Unlock()
}

// set cuts the proxy, with all that goes through it, or mends it.
func (p *proxy) set(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	if cut {
		for c := range p.open {
			_ = c.Close()
		}
	}
}
