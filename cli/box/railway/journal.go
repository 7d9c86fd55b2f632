package railway

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"readme/cli/box/keep"
)

// keptLines is how many lines are kept of each log; longestLine is where a line is cut.
const (
	keptLines   = 5000
	longestLine = 32 << 10
)

// which log of a deployment.
type logKind string

const (
	buildLog logKind = "build"
	runLog   logKind = "run"
)

// logLine is one line as Railway keeps it: JSON is taken apart, attribute values stay JSON.
type logLine struct {
	At         time.Time   `json:"at"`
	Message    string      `json:"message"`
	Severity   string      `json:"severity"`
	Attributes []attribute `json:"attributes,omitempty"`

	service, deployment, replica string // where it is from, when it is read
}

type attribute struct {
	Key   string `json:"key"`
	Value string `json:"value"` // JSON text
}

// journals are the logs of all deployments: the last lines of each, in memory and in a file.
type journals struct {
	dir  string
	mu   sync.Mutex
	open map[string]*journal
	last time.Time
}

type journal struct {
	lines   []logLine
	file    *os.File
	written int // lines in the file
}

func newJournals(dir string) *journals {
	return &journals{dir: dir, open: map[string]*journal{}}
}

// add keeps a line that a process or a build has written.
func (j *journals) add(id string, kind logKind, stream, text string) {
	if len(text) > longestLine {
		text = text[:longestLine]
	}
	j.put(id, kind, parseLine(stream, text))
}

// note keeps a line of Railway's own.
func (j *journals) note(id, severity, text string) {
	j.put(id, runLog, logLine{Message: text, Severity: severity})
}

func (j *journals) put(id string, kind logKind, l logLine) {
	j.mu.Lock()
	defer j.mu.Unlock()
	// No two lines have the same time: readers tell them apart by it.
	l.At = time.Now().UTC()
	if !l.At.After(j.last) {
		l.At = j.last.Add(time.Nanosecond)
	}
	j.last = l.At
	g := j.get(id, kind)
	g.lines = append(g.lines, l)
	if len(g.lines) > keptLines+keptLines/4 {
		g.lines = append([]logLine(nil), g.lines[len(g.lines)-keptLines:]...)
	}
	g.write(j.path(id, kind), l)
}

// read gives the last lines of a log.
func (j *journals) read(id string, kind logKind) []logLine {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.get(id, kind).lines
	return append([]logLine(nil), lines[max(0, len(lines)-keptLines):]...)
}

func (j *journals) path(id string, kind logKind) string {
	return filepath.Join(j.dir, id+"."+string(kind)+".jsonl")
}

// get opens a log, with what an earlier emulator has written.
func (j *journals) get(id string, kind logKind) *journal {
	key := id + "." + string(kind)
	if g := j.open[key]; g != nil {
		return g
	}
	g := &journal{}
	if raw, err := os.ReadFile(j.path(id, kind)); err == nil {
		lines := bufio.NewScanner(bytes.NewReader(raw))
		lines.Buffer(nil, 8*longestLine)
		for lines.Scan() {
			var l logLine
			if json.Unmarshal(lines.Bytes(), &l) == nil { // a line that was cut by a kill is lost
				g.lines = append(g.lines, l)
			}
			g.written++
		}
	}
	j.open[key] = g
	return g
}

// write adds a line to the file, or writes the file anew when it has grown to twice what is kept. Logs are no promise:
// a full disk loses them and nothing else.
func (g *journal) write(path string, l logLine) {
	if g.written >= 2*keptLines && g.file != nil {
		_ = g.file.Close()
		g.file, g.written = nil, 0
		var all bytes.Buffer
		enc := json.NewEncoder(&all)
		for _, l := range g.lines[max(0, len(g.lines)-keptLines):] {
			_ = enc.Encode(l)
			g.written++
		}
		_ = keep.Write(path, all.Bytes())
		return
	}
	if g.file == nil {
		_ = os.MkdirAll(filepath.Dir(path), 0o700)
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return
		}
		g.file = f
	}
	raw, err := json.Marshal(l)
	if err != nil {
		return
	}
	_, _ = g.file.Write(append(raw, '\n'))
	g.written++
}

// rest closes a deployment's files and lets its lines go: it runs no more.
func (j *journals) rest(id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, kind := range []logKind{buildLog, runLog} {
		key := id + "." + string(kind)
		if g := j.open[key]; g != nil && g.file != nil {
			_ = g.file.Close()
		}
		delete(j.open, key)
	}
}

// forget removes a deployment's logs.
func (j *journals) forget(id string) {
	j.rest(id)
	for _, kind := range []logKind{buildLog, runLog} {
		_ = os.Remove(j.path(id, kind))
	}
}

func (j *journals) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	for _, g := range j.open {
		if g.file != nil {
			errs = append(errs, g.file.Close())
			g.file = nil
		}
	}
	return errors.Join(errs...)
}
