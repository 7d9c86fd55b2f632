package ledger

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"readme/cli/release"
)

// encode gives the events as the lines that are kept.
func encode(batch []release.Event) ([]line, error) {
	lines := make([]line, len(batch))
	for i, e := range batch {
		raw, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		lines[i] = line{seq: e.Seq, kind: e.Body.Kind(), text: clean(raw)}
	}
	return lines, nil
}

// tail gives the lines of a journal from event number first on, byte for byte. A last line that was cut off is none.
func tail(path string, first int64) ([]line, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	var lines []line
	in := bufio.NewReader(f)
	for n := 1; ; n++ {
		raw, err := readLine(in)
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		var head struct {
			Seq  int64  `json:"seq"`
			Kind string `json:"kind"`
		}
		if err == nil {
			err = json.Unmarshal(raw, &head)
		}
		if err != nil {
			return nil, fmt.Errorf("read journal: %s:%d: %w", path, n, err)
		}
		if head.Seq >= first {
			lines = append(lines, line{seq: head.Seq, kind: head.Kind, text: string(raw)})
		}
	}
}
