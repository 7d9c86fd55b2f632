package env

import (
	"context"

	"readme/cli/spec"
)

// Project is what env check and env fix look at: files of this machine, and nothing that is live.
type Project struct {
	Dir     string // where the files lie, as a person would write it: it stands before every path in a finding
	Values  string // where the values files lie; "" for Dir
	Release *spec.Release
	Matrix  *spec.Matrix
	Git     Git // nil where nothing is known of git
}

// Git tells which of some files, given as Project has their paths, git tracks, and which it ignores.
type Git func(ctx context.Context, paths []string) (tracked, ignored map[string]bool, err error)

// Report is what Check found.
type Report struct {
	Findings []Finding // by group, file and line
	Notes    []string  // what could not be looked at, in words; no reason to refuse anything
}

// Check finds everything in the files of a project that does not agree with envmatrix.yaml. It asks no vendor and runs no program
// but git. The error is ctx's.
func Check(ctx context.Context, p Project) (Report, error) {
	if err := ctx.Err(); err != nil {
		return Report{}, context.Cause(ctx)
	}
	return Report{Findings: Parity(p.Matrix, p.Dir)}, nil
}
