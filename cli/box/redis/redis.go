// Package redis runs the box's Redis in this process: what is in it is lost at the end.
package redis

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"sync"
	"syscall"

	"github.com/alicebob/miniredis/v2"

	"readme/cli/release"
)

// ErrPortTaken is wrapped by the error of Start when somebody else listens on the port that was asked for.
var ErrPortTaken = errors.New("the port is taken")

// Server is a running Redis on 127.0.0.1. It lacks CONFIG, CLIENT LIST and persistence, and never evicts.
type Server struct {
	redis    *miniredis.Miniredis
	password release.Secret
	once     sync.Once
}

// Start listens on a port, 0 for any free one. Without a password it draws one: other processes of this machine reach
// it too, and not all of them are ours.
func Start(port int, password release.Secret) (*Server, error) {
	if password.Empty() {
		password = release.NewSecret(rand.Text())
	}
	r := miniredis.NewMiniRedis()
	r.RequireAuth(password.Reveal())
	// Without it no key ever expires.
	r.ClockTTL(true)
	if err := r.StartAddr(net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			err = ErrPortTaken
		}
		return nil, fmt.Errorf("start Redis on port %d: %w", port, err)
	}
	return &Server{redis: r, password: password}, nil
}

// Port is where it listens.
func (s *Server) Port() int {
	_, port, err := net.SplitHostPort(s.redis.Addr())
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return 0
	}
	return n
}

// URL is what REDIS_URL is set to.
func (s *Server) URL() release.Secret {
	u := url.URL{Scheme: "redis", User: url.UserPassword("default", s.password.Reveal()), Host: s.redis.Addr(), Path: "/0"}
	return release.NewSecret(u.String())
}

// Close cuts the connections and ends it.
func (s *Server) Close() { s.once.Do(s.redis.Close) }
