package spec_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"readme/cli/release"
	"readme/cli/spec"
)

// Whatever the files hold, Parse answers with two values, or with faults that all name a line.
func FuzzParse(f *testing.F) {
	f.Add([]byte(minimalRelease), []byte(minimalMatrix))
	for _, pair := range [][2]string{{"../../release.yaml", "../../envmatrix.yaml"}} {
		r, err1 := os.ReadFile(pair[0])
		m, err2 := os.ReadFile(pair[1])
		if err := errors.Join(err1, err2); err != nil {
			f.Fatal(err)
		}
		f.Add(r, m)
	}
	cases, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range cases {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		r, m := []byte(minimalRelease), []byte(minimalMatrix)
		for _, part := range archive.Files {
			switch part.Name {
			case "release.yaml":
				r = part.Data
			case "envmatrix.yaml":
				m = part.Data
			}
		}
		f.Add(r, m)
	}
	f.Fuzz(func(t *testing.T, rel, matrix []byte) {
		r, m, err := spec.Parse("release.yaml", rel, "envmatrix.yaml", matrix)
		if err == nil {
			if r == nil || m == nil {
				t.Fatal("neither values nor an error")
			}
			return
		}
		faults, ok := errors.AsType[release.Faults](err)
		if !ok || len(faults) == 0 {
			t.Fatalf("got %T %v", err, err)
		}
		render(t, faults)
	})
}
