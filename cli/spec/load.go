package spec

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"readme/cli/release"
)

// The names of the two files, at the top of the project.
const (
	ReleaseFile = "release.yaml"
	MatrixFile  = "envmatrix.yaml"
)

// Load reads release.yaml and envmatrix.yaml in dir. The error is a release.Faults with every mistake in both, each
// with its line and exit code 3.
func Load(dir string) (*Release, *Matrix, error) {
	var missing release.Faults
	read := func(name, what, smallest string) (string, []byte) {
		file := filepath.Join(dir, name)
		data, err := readFile(file)
		if err != nil {
			missing = append(missing, unreadable(file, err, what, smallest))
		}
		return file, data
	}
	releaseFile, rel := read(ReleaseFile, "how the product is released",
		"printf 'version: 1\\nproject: %s\\nenvironments:\\n  local: {box: true}\\ndeploy: {}\\n' my-product > ")
	matrixFile, matrix := read(MatrixFile, "which service needs which variable",
		"printf 'version: 1\\nservices:\\n  ops: {example: env.example}\\nvariables: {}\\n' > ")
	if missing != nil {
		return nil, nil, missing
	}
	return Parse(releaseFile, rel, matrixFile, matrix)
}

// readFile reads one byte more than is allowed, so that a huge file is refused without being read.
func readFile(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file") // and to open a named pipe would wait for ever
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

func unreadable(file string, err error, what, smallest string) *release.Fault {
	f := &release.Fault{
		Title: "cannot read " + file, Detail: err.Error(), Exit: release.ExitInvalid, Cause: err,
		Where: &release.Place{File: file}, Try: "ls -l " + file,
	}
	if errors.Is(err, fs.ErrNotExist) {
		f.Title = file + " is missing"
		f.Detail = "it says " + what + ": run readme-ops at the top of the project, or name it with --dir, or begin with the smallest file that is valid"
		f.Try = smallest + file
	}
	return f
}

// Parse reads the two files from their contents; the names are for messages. The error is as Load's.
func Parse(releaseFile string, rel []byte, matrixFile string, matrix []byte) (*Release, *Matrix, error) {
	rd, rok := open(releaseFile, rel)
	md, mok := open(matrixFile, matrix)
	var r *Release
	var m *Matrix
	if rok {
		r = readRelease(rd)
	}
	if mok {
		m = readMatrix(md)
		m.check(md, r)
	}
	if rok {
		r.names(rd)
		r.references(rd, m)
		r.notifies(rd, m)
		r.cycles(rd)
	}
	faults := append(rd.sorted(), md.sorted()...)
	if len(faults) == 0 {
		r.watch(m)
		return r, m, nil
	}
	faults[len(faults)-1].Try = "readme-ops env check" // reads both files, and nothing that is live
	return nil, nil, faults
}
