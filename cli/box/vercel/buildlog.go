package vercel

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"readme/cli/box/keep"
)

// A build log's limits: what is more is dropped, with a line that says so.
const (
	maxLines = 5000
	maxLine  = 4096
)

// buildLog is what a build has written. It is on disk once the build is over.
type buildLog struct {
	path       string
	deployment string

	mu    sync.Mutex
	lines []logLine
}

type logLine struct {
	ID    string `json:"id"`
	Type  string `json:"type"` // stdout, stderr
	Level string `json:"level,omitempty"`
	Text  string `json:"text"`
	Date  int64  `json:"date"`
}

// log gives a deployment's log, from disk if it was closed before.
func (e *Emulator) log(deployment string) *buildLog {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.logs[deployment]
	if l == nil {
		l = &buildLog{path: filepath.Join(e.cfg.Dir, "logs", deployment+".json"), deployment: deployment}
		if b, err := os.ReadFile(l.path); err == nil {
			_ = json.Unmarshal(b, &l.lines) // a damaged log is an empty one
		}
		e.logs[deployment] = l
	}
	return l
}

func (l *buildLog) say(kind, level, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text = text[:min(len(text), maxLine)]
	switch {
	case level == "error": // the reason of a failure is never dropped
	case len(l.lines) == maxLines:
		text, level = "The log is cut here.", "warning"
	case len(l.lines) > maxLines:
		return
	}
	date := time.Now().UnixMilli()
	if n := len(l.lines); n > 0 {
		date = max(date, l.lines[n-1].Date+1)
	}
	l.lines = append(l.lines, logLine{ID: id("evt_"), Type: kind, Level: level, Text: text, Date: date})
}

// since gives the lines after the first n.
func (l *buildLog) since(n int) []logLine {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]logLine(nil), l.lines[min(n, len(l.lines)):]...)
}

func (l *buildLog) flush() {
	if b, err := json.Marshal(l.since(0)); err == nil {
		_ = keep.Write(l.path, b) // a log that cannot be kept is no reason to fail a deployment
	}
}
