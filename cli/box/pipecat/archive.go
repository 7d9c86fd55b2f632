package pipecat

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"
)

// buildContext is an uploaded context as far as a build here looks at it. Nothing of it is written to disk.
type buildContext struct {
	files map[string]string // by name; the content of those that are read, "" of the others
	dirs  map[string]bool
}

// readContext reads a tar.gz. A name or a link that leads outside, an entry that is neither file, folder nor link, and
// more than the limits are errors.
func readContext(ctx context.Context, archive io.Reader, dockerfile string, most limits) (*buildContext, error) {
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		return nil, err
	}
	c := &buildContext{files: map[string]string{}, dirs: map[string]bool{".": true}}
	limited := &io.LimitedReader{R: unzipped, N: most.bytes + 1}
	entries := tar.NewReader(limited)
	for n := 0; ; n++ {
		header, err := entries.Next()
		switch {
		case limited.N <= 0:
			return nil, fmt.Errorf("it is larger than %d bytes", most.bytes)
		case errors.Is(err, io.EOF):
			return c, nil
		case err != nil:
			return nil, err
		case n >= most.entries:
			return nil, fmt.Errorf("it has more than %d entries", most.entries)
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		}
		if err := c.add(header, entries, dockerfile, &most.kept); err != nil {
			return nil, fmt.Errorf("entry %q: %w", header.Name, err)
		}
	}
}

func (c *buildContext) add(h *tar.Header, content io.Reader, dockerfile string, left *int64) error {
	if h.Typeflag == tar.TypeXGlobalHeader { // git archive writes the commit there
		return nil
	}
	name := path.Clean(h.Name)
	if !inside(name) {
		return errors.New("it leads outside")
	}
	switch h.Typeflag {
	case tar.TypeDir:
		c.mkdir(name)
		return nil
	case tar.TypeReg:
	case tar.TypeSymlink:
		if path.IsAbs(h.Linkname) || !inside(path.Join(path.Dir(name), h.Linkname)) { //nolint:gosec // looked at, never opened
			return fmt.Errorf("a link to %q leads outside", h.Linkname)
		}
	case tar.TypeLink:
		if !inside(path.Clean(h.Linkname)) {
			return fmt.Errorf("a link to %q leads outside", h.Linkname)
		}
	default:
		return fmt.Errorf("its kind %q is neither file, folder nor link", h.Typeflag)
	}
	c.mkdir(path.Dir(name))
	c.files[name] = ""
	if name != dockerfile && !strings.HasSuffix(name, ".py") {
		return nil
	}
	if *left -= h.Size; *left < 0 {
		return errors.New("the Dockerfile and the Python files are too large")
	}
	text, err := io.ReadAll(content)
	c.files[name] = string(text)
	return err
}

func inside(name string) bool { return filepath.IsLocal(filepath.FromSlash(name)) }

func (c *buildContext) mkdir(name string) {
	for ; !c.dirs[name]; name = path.Dir(name) {
		c.dirs[name] = true
	}
}
