package ledger

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"readme/cli/release"
)

// maxLine is the longest line that is read: far more than the largest plan, and far less than what would hurt.
const maxLine = 64 << 20

// CutError says that the last line of a journal was cut off while it was written: its writer was killed, or is still
// at it. All events before it are good.
type CutError struct {
	Path string
	Line int // from 1

	whole int64 // how many bytes stand before it
}

func (e *CutError) Error() string {
	return fmt.Sprintf("%s:%d: the last line was cut off", e.Path, e.Line)
}

// Read gives the events of a run. A cut last line is reported by a *CutError beside the events before it; with any other error
// there are no events. A run without a journal is fs.ErrNotExist.
func Read(dir, run string) ([]release.Event, error) {
	path, err := journalPath(dir, run)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	events, err := decode(f, path)
	if err != nil {
		return events, fmt.Errorf("read journal: %w", err)
	}
	return events, nil
}

// decode reads a journal. path is for its errors.
func decode(r io.Reader, path string) ([]release.Event, error) {
	var events []release.Event
	lines := bufio.NewReader(r)
	whole := int64(0)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return events, nil
		case errors.Is(err, io.EOF):
			// A line without its end is never whole: every Write ends in one.
			return events, &CutError{Path: path, Line: n, whole: whole}
		case err != nil:
			return nil, damaged(path, n, err)
		}
		var e release.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, damaged(path, n, err)
		}
		if err := follows(events, e); err != nil {
			return nil, damaged(path, n, err)
		}
		events = append(events, e)
		whole += int64(len(line)) + 1
	}
}

// damaged is for a journal that was written to by something else than readme-ops. Without it the run's record in Postgres is what
// counts, so putting it aside is safe wherever there is one.
func damaged(path string, line int, err error) *release.Fault {
	return &release.Fault{
		Title:  "the journal of a run is damaged",
		Detail: err.Error() + ". The record in the environment's Postgres is whole without it; put the journal aside to go on with that",
		Where:  &release.Place{File: path, Line: line},
		Try:    "mv " + release.ShellWord(path) + " " + release.ShellWord(path+".aside"),
		Exit:   release.ExitNotPutBack,
		Cause:  err,
	}
}

// readLine gives a line without its end. At the end of the file what it gives has no end.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, fmt.Errorf("the line is longer than %d bytes", maxLine)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(line, []byte("\n")), err
		}
	}
}

// follows holds an event against those before it.
func follows(before []release.Event, e release.Event) error {
	if want := int64(len(before)) + 1; e.Seq != want {
		return fmt.Errorf("event %d stands where event %d should", e.Seq, want)
	}
	if len(before) == 0 {
		if _, ok := e.Body.(release.RunStarted); !ok {
			return fmt.Errorf("the journal begins with %s, not with the start of a run", e.Body.Kind())
		}
		return nil
	}
	if e.Run != before[0].Run {
		return fmt.Errorf("the event is of run %q, the journal of %q", e.Run, before[0].Run)
	}
	return nil
}
