package baddays_test

import (
	"testing"
)

// every is all rows of all files.
func every(t *testing.T) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	for _, rows := range tables() {
		for _, r := range rows {
			seen[r.vendor+" "+r.Name] = true
			for _, more := range r.also {
				seen[more.vendor+" "+more.Name] = true
			}
		}
	}
	return seen
}

// A fault that nobody has tried is one of which nobody knows how a release ends.
func TestEveryFaultHasARow(t *testing.T) {
	seen := every(t)
	in(t, fromUploads, empty, func(w *world) {
		for vendor, b := range w.boards() {
			for _, k := range b.Kinds() {
				if !seen[vendor+" "+k.Name] {
					w.Errorf("%s %s has no row: %s", vendor, k.Name, k.About)
				}
			}
		}
	})
}
