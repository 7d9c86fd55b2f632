package code

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"readme/cli/release"
)

// maxFile is the size above which a file is no source that a person wrote.
const maxFile = 1 << 20

// source is one file that counts as code.
type source struct {
	path     string // relative to the root, with slashes
	language string
	data     []byte
	imports  []string // files or folders of the project that it imports, relative to the root
	by       []int
	uses     []spot
	notes    []spot
}

// spot is a name, or a text, at a byte of a file.
type spot struct {
	text   string
	offset int
}

// project is the code below a root.
type project struct {
	root  string
	files map[string]*source   // by path
	dirs  map[string][]*source // by folder
	gone  []Gone
	mu    sync.Mutex
}

func open(ctx context.Context, root string, services [][]string) (*project, error) {
	p := &project{root: root, files: map[string]*source{}, dirs: map[string][]*source{}}
	for i, folders := range services {
		for _, folder := range folders {
			if err := p.walk(ctx, i, folder); err != nil {
				return nil, err
			}
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for _, f := range p.files {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return p.read(f)
		})
	}
	return p, group.Wait()
}

func (p *project) walk(ctx context.Context, service int, folder string) error {
	folder = path.Clean(folder)
	err := filepath.WalkDir(filepath.Join(p.root, filepath.FromSlash(folder)), func(at string, entry fs.DirEntry, err error) error {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		rel, err := filepath.Rel(p.root, at)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if entry.IsDir() {
			if rel != folder && skipped(entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if language := languageOf(entry.Name()); language != "" && entry.Type().IsRegular() {
			p.add(service, rel, language)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		p.gone = append(p.gone, Gone{service, folder})
		return nil
	}
	return err
}

func (p *project) add(service int, rel, language string) {
	f := p.files[rel]
	if f == nil {
		f = &source{path: rel, language: language}
		p.files[rel] = f
	}
	if !slices.Contains(f.by, service) {
		f.by = append(f.by, service)
	}
}

func (p *project) read(f *source) error {
	data, err := os.ReadFile(filepath.Join(p.root, filepath.FromSlash(f.path)))
	if err != nil {
		return err
	}
	f.data = data
	switch f.language {
	case golang:
		f.uses = goUses(f.path, data)
	case python:
		f.uses = plainUses(data, `environ["`, `environ.get("`, `getenv("`)
	default:
		f.uses = plainUses(data, "process.env.")
	}
	return nil
}

// plainUses is the simplest reading.
func plainUses(data []byte, marks ...string) []spot {
	var out []spot
	for _, mark := range marks {
		for at := 0; ; {
			i := bytes.Index(data[at:], []byte(mark))
			if i < 0 {
				break
			}
			at += i + len(mark)
			end := at
			for end < len(data) && (data[end] == '_' || data[end] >= '0' && data[end] <= '9' || data[end]|0x20 >= 'a' && data[end]|0x20 <= 'z') {
				end++
			}
			if end > at {
				out = append(out, spot{string(data[at:end]), at})
			}
		}
	}
	return out
}

func (p *project) result() Result {
	out := Result{Gone: p.gone, Files: len(p.files)}
	for _, f := range p.files {
		at := places(p.root, f)
		for _, u := range f.uses {
			out.Uses = append(out.Uses, Use{u.text, at(u.offset), f.language, f.by})
		}
		for _, n := range f.notes {
			out.Notes = append(out.Notes, Note{at(n.offset), n.text, f.language, f.by})
		}
	}
	slices.SortFunc(out.Uses, func(a, b Use) int { return cmp.Or(compare(a.At, b.At), cmp.Compare(a.Name, b.Name)) })
	slices.SortFunc(out.Notes, func(a, b Note) int { return cmp.Or(compare(a.At, b.At), cmp.Compare(a.Text, b.Text)) })
	return out
}

func compare(a, b release.Place) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// places gives lines and columns (in bytes, as compilers do) of a file's offsets.
func places(root string, f *source) func(int) release.Place {
	file := filepath.Join(root, filepath.FromSlash(f.path))
	return func(offset int) release.Place {
		before := f.data[:offset]
		return release.Place{File: file, Line: 1 + bytes.Count(before, []byte("\n")), Column: offset - bytes.LastIndexByte(before, '\n')}
	}
}
