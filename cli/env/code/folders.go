package code

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// folder is what one folder holds, as far as it counts.
type folder struct {
	files []string // names of files that count as code
	other []string // names of go.mod and the like
	subs  []string // names of folders that may hold code
	err   error
}

// folder lists a folder once. Symbolic links are not followed: they could lead out of the project, or round in a circle.
func (p *project) folder(dir string) *folder {
	if f, ok := p.folders[dir]; ok {
		return f
	}
	f := &folder{}
	p.folders[dir] = f
	entries, err := os.ReadDir(p.path(dir))
	f.err = err
	for _, e := range entries {
		switch name := e.Name(); {
		case e.IsDir():
			if !skipped(name) {
				f.subs = append(f.subs, name)
			}
		case !e.Type().IsRegular():
		case languageOf(name) != "":
			f.files = append(f.files, name)
		case name == "go.mod":
			f.other = append(f.other, name)
		}
	}
	return f
}

func (p *project) path(rel string) string { return filepath.Join(p.root, filepath.FromSlash(rel)) }

// has reports whether a file that counts as code is there.
func (p *project) has(file string) bool {
	if !fs.ValidPath(file) {
		return false // above the root
	}
	dir, name := path.Split(file)
	f := p.folder(path.Clean(dir))
	_, found := slices.BinarySearch(f.files, name) // os.ReadDir sorts
	return found
}

// below lists the files of a folder and of those in it.
func (p *project) below(dir string) []string {
	f := p.folder(dir)
	var out []string
	for _, name := range f.files {
		out = append(out, path.Join(dir, name))
	}
	for _, name := range f.subs {
		out = append(out, p.below(path.Join(dir, name))...)
	}
	return out
}
