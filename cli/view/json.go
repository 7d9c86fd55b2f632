package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"readme/cli/release"
)

// JSON writes a line of JSON an event, the same as in the journal. The first line states the version of the lines. It is a sink of
// the engine.
type JSON struct {
	w      io.Writer
	headed bool
}

// NewJSON writes to w.
func NewJSON(w io.Writer) *JSON { return &JSON{w: w} }

// Write writes the batch at once.
func (j *JSON) Write(batch []release.Event) error {
	var lines bytes.Buffer
	if !j.headed {
		j.headed = true
		fmt.Fprintf(&lines, `{"v":%d,"kind":"version","text":"readme-ops events, version %d"}`+"\n", release.Version, release.Version)
	}
	for _, e := range batch {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write event %d: %w", e.Seq, err)
		}
		lines.Write(append(InertJSON(line), '\n'))
	}
	_, err := j.w.Write(lines.Bytes())
	return err
}

// InertJSON is a document in which GitHub's runner finds no command, see Inert, and everybody else the same values: a "#" can
// only be within a text, where it may be escaped.
func InertJSON(doc []byte) []byte {
	if !strings.Contains(visible(string(doc)), "##[") {
		return doc
	}
	return bytes.ReplaceAll(doc, []byte("#"), []byte(`\u0023`))
}
