// Package code finds the variables that source code reads: Go, TypeScript, JavaScript and Python. It runs nothing and
// needs no tool of these languages; values never come near it.
package code

import (
	"context"

	"readme/cli/release"
)

// Use is one place where code reads a variable.
type Use struct {
	Name     string
	At       release.Place // of the name, or of its opening quote; the file is relative to the root that Read was given, with slashes
	Language string        // Go, TypeScript, JavaScript or Python
	// By are the services whose code holds the line, as positions in what Read was given, ascending. Uses of a file share
	// it: not to be changed.
	By []int
}

// Note is a place that reads variables whose names cannot be known without running it, or that could not be read.
type Note struct {
	At       release.Place
	Text     string // what was found, lower-case, without a full stop
	Language string
	By       []int // as Use.By
}

// Gone is a folder that is not there.
type Gone struct {
	Service int // the position in what Read was given
	Folder  string
}

// Result is what the code of several services reads.
type Result struct {
	Uses  []Use  // by file, line, column and name; each once
	Notes []Note // likewise
	Gone  []Gone
	Files int // source files that count as code
}

// Read reads the code of all services at once, so that a file is read once however many share it. services[i] are the
// folders (or files) of one service, relative to root, with slashes. Its code is what these hold, and what that imports from the same
// project. Tests, generated code and what others wrote (node_modules, vendor) do not count.
func Read(ctx context.Context, root string, services [][]string) (Result, error) {
	p, err := open(ctx, root, services)
	if err != nil {
		return Result{}, err
	}
	return p.result(), nil
}
