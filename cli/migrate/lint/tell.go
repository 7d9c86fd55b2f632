package lint

import (
	"fmt"
	"path"

	"readme/cli/release"
)

// Refused gives the errors among diagnostics as release.Faults; nil if there are none.
func Refused(found []Diagnostic) error {
	var faults release.Faults
	for _, d := range found {
		if d.Stops() {
			faults = append(faults, d.Fault())
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// mostLines is how many warnings a plan shows.
const mostLines = 8

// Lines are the warnings that a release would feel, for its plan: a line each, with the file's name and not its folder.
func Lines(found []Diagnostic) []string {
	var lines []string
	more := 0
	for _, d := range found {
		switch {
		case d.Stops(), d.Later:
		case len(lines) == mostLines:
			more++
		default:
			place := d.Where
			place.File, place.Column = path.Base(place.File), 0
			lines = append(lines, fmt.Sprintf("! %s: %s (%s)", place, d.Title, d.Rule))
		}
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("! and %d more: readme-ops migrate lint", more))
	}
	return lines
}
