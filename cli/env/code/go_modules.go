package code

import (
	"bytes"
	"os"
	"path"
	"slices"
	"strings"
)

// module is a go.mod of the project.
type module struct {
	path string
	dir  string
}

// module makes the module of a folder known, and those that it replaces by folders of the project.
func (g *golangs) module(dir string) {
	for {
		if g.seen[dir] {
			return
		}
		g.seen[dir] = true
		if slices.Contains(g.project.folder(dir).other, "go.mod") {
			g.readModule(dir)
			return
		}
		if dir == "." {
			return
		}
		dir = path.Dir(dir)
	}
}

func (g *golangs) readModule(dir string) {
	data, err := os.ReadFile(g.project.path(path.Join(dir, "go.mod")))
	if err != nil {
		return
	}
	for line := range bytes.Lines(data) {
		fields := strings.Fields(string(line))
		if len(fields) >= 2 && fields[0] == "module" {
			g.modules = append(g.modules, module{strings.Trim(fields[1], `"`), dir})
		}
		i := slices.Index(fields, "=>")
		if i < 1 || i+1 >= len(fields) || !strings.HasPrefix(fields[i+1], ".") {
			continue
		}
		from := fields[:i]
		if from[0] == "replace" {
			from = from[1:]
		}
		if len(from) > 0 {
			g.modules = append(g.modules, module{from[0], path.Join(dir, fields[i+1])})
		}
	}
}

// dirOf gives the folder of an import path, or "" if it is not of this project.
func (g *golangs) dirOf(importPath string) string {
	var best module
	for _, m := range g.modules {
		if len(m.path) >= len(best.path) && (importPath == m.path || strings.HasPrefix(importPath, m.path+"/")) {
			best = m
		}
	}
	if best.path == "" {
		return ""
	}
	return path.Join(best.dir, strings.TrimPrefix(importPath, best.path))
}
