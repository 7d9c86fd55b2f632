package railway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// standIn serves in an image's place. This machine runs no containers, so what answers is not the image's program: it
// is a server of the emulator's own, which says so, and gives the commit that the release has written into the
// variables. It proves the way of a release with images, and nothing about the image.
type standIn struct {
	conns  chan net.Conn
	quit   chan struct{} // closed: no connection is taken any more
	done   chan struct{}
	server *http.Server
	once   sync.Once
}

// startImage runs the deployment's image, which is to say its stand-in.
func (t *trip) startImage(context.Context) (life, error) {
	address := t.id + ".image:80"
	s := &standIn{conns: make(chan net.Conn), quit: make(chan struct{}), done: make(chan struct{})}
	body, err := json.Marshal(map[string]string{
		"status": "ok", "image": t.d.Image, "commit": t.d.Variables["RELEASE_COMMIT"],
		"note": "the box runs no images: this answer is the emulator's own",
	})
	if err != nil {
		return life{}, err
	}
	s.server = &http.Server{
		ReadHeaderTimeout: 30 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
		}),
	}
	t.e.logs.note(t.id, "info", "The box runs no images: "+t.d.Image+" is only pretended to run")
	t.e.mu.Lock()
	t.e.images[address] = s
	t.e.mu.Unlock()
	go func() {
		_ = s.server.Serve(s) // ends when Stop closes it
		t.e.mu.Lock()
		if t.e.images[address] == s {
			delete(t.e.images, address)
		}
		t.e.mu.Unlock()
		close(s.done)
	}()
	return life{proc: s, address: address}, nil
}

// dial reaches a process, or an image's stand-in.
func (e *Emulator) dial(ctx context.Context, network, address string) (net.Conn, error) {
	e.mu.Lock()
	s := e.images[address]
	e.mu.Unlock()
	if s == nil {
		return e.cfg.Dial(ctx, network, address)
	}
	near, far := net.Pipe()
	select {
	case s.conns <- far:
		return near, nil
	case <-s.quit:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Done is closed when it serves no more.
func (s *standIn) Done() <-chan struct{} { return s.done }

// Exit is 0: it ends only when it is told to.
func (s *standIn) Exit() int { return 0 }

// Stop ends it at once.
func (s *standIn) Stop(context.Context) {
	_ = s.server.Close()
	<-s.done
}

// Accept and the rest make it its server's own listener.
func (s *standIn) Accept() (net.Conn, error) {
	select {
	case conn := <-s.conns:
		return conn, nil
	case <-s.quit:
		return nil, net.ErrClosed
	}
}

func (s *standIn) Close() error {
	s.once.Do(func() { close(s.quit) })
	return nil
}

func (s *standIn) Addr() net.Addr { return &net.UnixAddr{Name: "image", Net: "image"} }
