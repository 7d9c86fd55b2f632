package release

import (
	"regexp"
	"strings"
	"time"
)

// NewRun names a run by its start, in UTC, and the first of some hexadecimal digits that tell apart those of one second, such
// as its plan's digest: "20261122-153000-1a2b3c". Names sort by time.
func NewRun(now time.Time, digest string) string {
	digits := strings.TrimPrefix(digest, "sha256:")
	return now.UTC().Format("20060102-150405") + "-" + digits[:min(6, len(digits))]
}

// ValidRun reports whether id has the shape of a run's name, so that what a person typed never becomes a path.
func ValidRun(id string) bool { return runShape.MatchString(id) }

var runShape = regexp.MustCompile(`^\d{8}-\d{6}-[0-9a-f]{0,6}$`)
