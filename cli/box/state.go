package box

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"readme/cli/box/keep"
	"readme/cli/release"
)

// state is what the box draws once and keeps: ports, passwords and keys. It lies in box.json, readable by its owner alone.
type state struct {
	mu    sync.Mutex
	path  string
	moved []string // what had to be drawn again because a port was taken

	Ports   map[string]int    `json:"ports"`
	Secrets map[string]string `json:"secrets"`
	Passing []string          `json:"passing,omitempty"` // names of ports of single deployments, the oldest first
	Numbers []string          `json:"numbers,omitempty"` // who has drawn a number: the first one has 1
}

// keptPassing is how many ports of single deployments are remembered: emulators serve only the newest few.
const keptPassing = 20

func loadState(dir string) (*state, error) {
	s := &state{path: filepath.Join(dir, "box.json"), Ports: map[string]int{}, Secrets: map[string]string{}}
	raw, err := os.ReadFile(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := s.save(); err != nil {
			return nil, unwritable(dir, err)
		}
		return s, nil
	case err != nil:
		return nil, unwritable(dir, err)
	}
	if err := json.Unmarshal(raw, s); err != nil || s.Ports == nil || s.Secrets == nil {
		return nil, &release.Fault{
			Title:  "the box's memory is damaged: " + s.path,
			Detail: "it holds the box's ports and passwords, and without them the rest of the box is of no use",
			Try:    "readme-ops box reset", Exit: release.ExitStepFailed, Cause: err,
		}
	}
	return s, nil
}

// notes says what had to be drawn again.
func (s *state) notes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.moved)
}

// save writes the state so that a crash leaves the old one or the new one.
func (s *state) save() error { return keep.WriteJSON(s.path, s) }

// secret gives the secret of that name: prefix and 24 random bytes, drawn once. Letters, digits and _ only, because
// some vendors' tools refuse anything else in a token.
func (s *state) secret(name, prefix string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.Secrets[name]; ok {
		return v, nil
	}
	drawn := prefix + random(24)
	s.Secrets[name] = drawn
	if err := s.save(); err != nil {
		delete(s.Secrets, name) // what is not on disk would be another one tomorrow
		return "", err
	}
	return drawn, nil
}

// number gives the number of that name: 1 and up, each drawn once.
func (s *state) number(name string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.Numbers, name); i >= 0 {
		return i + 1, nil
	}
	s.Numbers = append(s.Numbers, name)
	if err := s.save(); err != nil {
		s.Numbers = s.Numbers[:len(s.Numbers)-1]
		return 0, err
	}
	return len(s.Numbers), nil
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

// listen opens the port of that name on loopback: the kept one, or a new one if another program has taken it.
func (s *state) listen(name string) (net.Listener, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.Ports[name]
	if old != 0 {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", old)); err == nil { //nolint:noctx // binding a loopback port does not wait
			return l, nil
		}
	}
	l, err := draw()
	if err != nil {
		return nil, fmt.Errorf("no port on 127.0.0.1 for %s: %w", name, err)
	}
	s.Ports[name] = l.Addr().(*net.TCPAddr).Port
	if old != 0 {
		s.moved = append(s.moved, fmt.Sprintf("port %d of %s is taken by another program: it moved to %d", old, name, s.Ports[name]))
	}
	if strings.Contains(name, "/dpl/") && !slices.Contains(s.Passing, name) {
		if s.Passing = append(s.Passing, name); len(s.Passing) > keptPassing {
			delete(s.Ports, s.Passing[0])
			s.Passing = s.Passing[1:]
		}
	}
	if err := s.save(); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// draw binds a random port below those that systems hand out to outgoing connections: from among them a port that is
// kept while the box is down would soon be somebody else's.
func draw() (net.Listener, error) {
	const first, last, tries = 18000, 32000, 100
	var err error
	for range tries {
		n, _ := rand.Int(rand.Reader, big.NewInt(last-first)) // never fails (crypto/rand)
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first+n.Int64())); err == nil { //nolint:noctx // binding a loopback port does not wait
			return l, nil
		}
	}
	return nil, err
}

// port reserves a port for a program that opens it itself.
func (s *state) port(name string) (int, error) {
	l, err := s.listen(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
