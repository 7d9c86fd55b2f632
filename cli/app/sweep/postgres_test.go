package sweep_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// postgresProxy forwards to a Postgres and reads, in what it forwards, the events that go on record.
func postgresProxy(t *testing.T, to string, tr *trap) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go pass(c, to, tr)
		}
	}()
	return l.Addr().String()
}

// session is one connection: what its client is waiting for.
type session struct {
	mu      sync.Mutex
	waiting []point
}

func pass(client net.Conn, to string, tr *trap) {
	defer client.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	s := &session{}
	go func() {
		defer client.Close()
		defer server.Close()
		s.answers(client, server, tr)
	}()
	if first, err := frame(client, 0); err != nil || write(server, first) != nil {
		return
	}
	for {
		f, err := frame(client, 1)
		if err != nil {
			return
		}
		if what := events(f); len(what) > 0 {
			after, killed := tr.begin(what...)
			if killed {
				return
			}
			s.mu.Lock()
			s.waiting = append(s.waiting, after...)
			s.mu.Unlock()
		}
		if write(server, f) != nil {
			return
		}
	}
}

// answers passes on what the server says. While an answer to a record is awaited it is held back until the server is
// ready for more: then the record is committed.
func (s *session) answers(client, server net.Conn, tr *trap) {
	var held bytes.Buffer
	for {
		f, err := frame(server, 1)
		if err != nil {
			return
		}
		held.Write(f)
		s.mu.Lock()
		waiting := s.waiting
		if f[0] == 'Z' {
			s.waiting = nil
		}
		s.mu.Unlock()
		if len(waiting) > 0 && f[0] != 'Z' {
			continue
		}
		if len(waiting) > 0 && tr.end(waiting) {
			return
		}
		if write(client, held.Bytes()) != nil {
			return
		}
		held.Reset()
	}
}

// frame reads one message: its type, if it has one, its length, and its content.
func frame(r io.Reader, typed int) ([]byte, error) {
	head := make([]byte, typed+4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[typed:])
	if n < 4 || n > 64<<20 {
		return nil, io.ErrUnexpectedEOF
	}
	f := make([]byte, typed+int(n))
	copy(f, head)
	_, err := io.ReadFull(r, f[len(head):])
	return f, err
}

func write(w io.Writer, p []byte) error {
	_, err := w.Write(p)
	return err
}

var line = regexp.MustCompile(`"step":"([^"]*)","kind":"(step_intent|step_done|step_failed|step_cancelled)"`)

// events finds the intents and the results that a message puts on record, whatever quotes its parameters are in.
func events(f []byte) []string {
	text := strings.ReplaceAll(string(f), `\`, "")
	var out []string
	at := line.FindAllStringSubmatchIndex(text, -1)
	for i, m := range at {
		name, end := text[m[2]:m[3]]+": "+text[m[4]:m[5]], len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		if strings.Contains(text[m[1]:end], `"body":{"undo":true`) {
			name = "undo " + name
		}
		out = append(out, name)
	}
	return out
}
