// Command budgets holds the sizes of files and functions against the design: a file is one idea on three screens.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The budgets, in lines. Tests and generated files are not counted.
const (
	fileMedian, fileP90, fileMost = 120, 300, 450
	funcP90, funcMost             = 40, 80
)

func main() {
	files, funcs, err := measure(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bad := over("files", files, fileMedian, fileP90, fileMost)
	bad = over("functions", funcs, funcP90, funcP90, funcMost) || bad
	if bad {
		os.Exit(1)
	}
}

type size struct {
	where string
	lines int
}

func measure(root string) (files, funcs []size, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".readme-ops" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil || ast.IsGenerated(f) {
			return err
		}
		files = append(files, size{path, fset.Position(f.FileEnd).Line})
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				from, to := fset.Position(fn.Pos()), fset.Position(fn.End())
				funcs = append(funcs, size{fmt.Sprintf("%s:%d %s", path, from.Line, fn.Name.Name), to.Line - from.Line + 1})
			}
		}
		return nil
	})
	return files, funcs, err
}

// over prints the figures and reports whether one of them is beyond its budget.
func over(what string, sizes []size, median, p90, most int) bool {
	slices.SortFunc(sizes, func(a, b size) int { return a.lines - b.lines })
	at := func(q float64) size { return sizes[int(q*float64(len(sizes)-1))] }
	last := at(1)
	fmt.Printf("%d %s: median %d lines (at most %d), p90 %d (%d), longest %d (%d) %s\n",
		len(sizes), what, at(0.5).lines, median, at(0.9).lines, p90, last.lines, most, last.where)
	for _, s := range sizes {
		if s.lines > most {
			fmt.Printf("  %s: %d lines\n", s.where, s.lines)
		}
	}
	return at(0.5).lines > median || at(0.9).lines > p90 || last.lines > most
}
