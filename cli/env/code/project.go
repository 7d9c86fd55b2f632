package code

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// maxFile is the size above which a file is no source that a person wrote.
const maxFile = 1 << 20

// project is the code below a root.
type project struct {
	root    string
	folders map[string]*folder
	files   map[string]*source // by path
	units   map[string]*unit   // by folder for Go, by file for the others
	fresh   []*source          // files that were added, and not yet read
	order   []*source          // all that were read
	gone    []Gone
	golang  *golangs
}

// open reads what the services' folders hold and what that imports, in rounds: a round's files are read at once.
func open(ctx context.Context, root string, services [][]string) (*project, error) {
	p := &project{root: root, folders: map[string]*folder{}, files: map[string]*source{}, units: map[string]*unit{}}
	p.golang = newGolangs(p)
	roots := make([][]*unit, len(services))
	for i, folders := range services {
		for _, dir := range folders {
			roots[i] = append(roots[i], p.begin(i, path.Clean(dir))...)
		}
	}
	for len(p.fresh) > 0 {
		batch := p.fresh
		p.fresh = nil
		if err := each(ctx, batch, p.read); err != nil {
			return nil, err
		}
		p.order = append(p.order, batch...)
		for _, s := range batch {
			p.follow(s)
		}
	}
	cover(roots)
	slices.SortFunc(p.order, func(a, b *source) int { return strings.Compare(a.path, b.path) })
	if err := p.spread(ctx); err != nil {
		return nil, err
	}
	return p, p.golang.solve(ctx, p.order)
}

// begin adds what a folder of a service holds.
func (p *project) begin(service int, dir string) []*unit {
	if !fs.ValidPath(dir) {
		p.gone = append(p.gone, Gone{service, dir}) // outside of the project
		return nil
	}
	if p.has(dir) {
		return []*unit{p.add(dir)}
	}
	if p.folder(dir).err != nil {
		p.gone = append(p.gone, Gone{service, dir})
		return nil
	}
	var out []*unit
	for _, file := range p.below(dir) {
		if u := p.add(file); len(out) == 0 || out[len(out)-1] != u {
			out = append(out, u)
		}
	}
	return out
}

// add makes a file known, to be read in the next round.
func (p *project) add(file string) *unit {
	if s, ok := p.files[file]; ok {
		return s.unit
	}
	s := &source{path: file, language: languageOf(path.Base(file))}
	key := file
	if s.language == golang {
		key = path.Dir(file)
	}
	u, ok := p.units[key]
	if !ok {
		u = &unit{}
		p.units[key] = u
	}
	s.unit = u
	p.files[file] = s
	p.fresh = append(p.fresh, s)
	return u
}

// read is the first look at a file: it runs beside others, and touches nothing but the file.
func (p *project) read(s *source) error {
	err := s.load(p.path(s.path))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) { // else it was removed meanwhile
			s.data = nil
			s.note("the file cannot be read, so what it reads is not known", 0)
		}
		return nil
	}
	switch s.language {
	case golang:
		p.golang.first(s)
	case python:
		readPython(s)
	default:
		readScript(s)
	}
	return nil
}

// load reads a file, unless no person wrote it.
func (s *source) load(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > maxFile {
		s.note("the file is larger than 1 MiB, so what it reads is not known", 0)
		return nil
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil // it became shorter meanwhile
	}
	s.data = data[:n]
	return err
}

// follow adds what a file imports of the project.
func (p *project) follow(s *source) {
	var files []string
	switch s.language {
	case golang:
		p.golang.known(s)
		files = p.golang.imported(s)
	case python:
		files = p.pythonFiles(s)
	default:
		files = p.scriptFiles(s)
	}
	for _, file := range files {
		if u := p.add(file); u != s.unit && !slices.Contains(s.unit.imports, u) {
			s.unit.imports = append(s.unit.imports, u)
		}
	}
}

// each does something for all files, several at a time.
func each(ctx context.Context, files []*source, do func(*source) error) error {
	group, ctx := errgroup.WithContext(ctx)
	workers := min(runtime.GOMAXPROCS(0), len(files))
	for w := range workers {
		group.Go(func() error {
			for i := w; i < len(files); i += workers {
				if err := cmp.Or(ctx.Err(), do(files[i])); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (p *project) result() Result {
	out := Result{Gone: p.gone, Files: len(p.order)}
	n := 0
	for _, s := range p.order {
		n += len(s.uses)
	}
	out.Uses = make([]Use, 0, n)
	for _, s := range p.order {
		by := s.unit.services
		for _, u := range sorted(s.uses) {
			out.Uses = append(out.Uses, Use{u.text, s.place(u.offset), s.language, by})
		}
		for _, n := range sorted(s.notes) {
			out.Notes = append(out.Notes, Note{s.place(n.offset), n.text, s.language, by})
		}
	}
	return out
}

func sorted(spots []spot) []spot {
	slices.SortFunc(spots, func(a, b spot) int { return cmp.Or(cmp.Compare(a.offset, b.offset), strings.Compare(a.text, b.text)) })
	return slices.Compact(spots)
}
