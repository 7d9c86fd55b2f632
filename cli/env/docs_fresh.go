package env

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"readme/cli/release"
)

// Fresh finds whether the page about the matrix says what the matrix says. Line ends do not count: git may have changed them.
func Fresh(p Project) []Finding {
	path := filepath.Join(p.Dir, filepath.FromSlash(DocsFile))
	find := func(line int, title, fix, try string) []Finding {
		return []Finding{{RuleDocs, release.Place{File: path, Line: line, Column: min(line, 1)}, title, fix, try}}
	}
	got, err := readAll(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return find(0, "the page about the variables does not exist", "let `readme-ops env fix` write it, and commit it", fixCommand)
	case err != nil:
		return find(0, "cannot read the page about the variables", err.Error(), "")
	}
	want := Docs(p.Release, p.Matrix)
	line := min(firstOther(want, unixLines(got)), bytes.Count(got, []byte("\n"))+1)
	switch {
	case line == 0:
		return nil
	case !generated(got):
		return find(1, DocsFile+" was not written by `readme-ops env fix`", "move it away: this is the place of the page that is generated", "")
	}
	return find(line, "this is not what "+p.Matrix.File+" and "+p.Release.File+" say", fmt.Sprintf("let `readme-ops env fix` write %s again, and commit it", DocsFile), fixCommand)
}

// fixCommand mends what can be mended without a decision.
const fixCommand = "readme-ops env fix"

func generated(page []byte) bool { return bytes.HasPrefix(page, []byte(docsMark)) }

func unixLines(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) }

// firstOther is the line, from 1, in which two texts begin to differ; 0 if they do not.
func firstOther(a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	return bytes.Count(a[:same], []byte("\n")) + 1
}
