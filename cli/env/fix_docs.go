package env

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
)

// fixDocs writes the page about the matrix anew, with the line ends that it has. A page that a person wrote stays.
func fixDocs(p Project) (*Change, []Finding) {
	before, err := readAll(filepath.Join(p.Dir, filepath.FromSlash(DocsFile)))
	after := Docs(p.Release, p.Matrix)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Change{Path: DocsFile, After: after}, nil
	case err != nil, !generated(before):
		return nil, Fresh(p)
	case bytes.Equal(after, unixLines(before)):
		return nil, nil
	case bytes.Contains(before, []byte("\r\n")):
		after = bytes.ReplaceAll(after, []byte("\n"), []byte("\r\n"))
	}
	return &Change{DocsFile, before, after}, nil
}
