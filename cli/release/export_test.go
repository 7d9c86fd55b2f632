package release

import (
	"maps"
	"slices"
)

// Kinds lists the closed set, so that a test can tell which kind it forgot.
func Kinds() []string { return slices.Sorted(maps.Keys(bodies)) }
