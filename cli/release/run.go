package release

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"time"
)

// NewRun names a run by its start, in UTC: "20261122-153000-80a1b2". Of the last six digits the first three are the part of the second that
// was over, so that names sort by time, and the others are of a hash: the same plan may be released twice in one second, also by two
// machines, one after the other. Whatever serves as digest is mixed into that.
func NewRun(now time.Time, digest string) string {
	now = now.UTC()
	part := int64(now.Nanosecond()) << 12 / int64(time.Second)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", digest, now.UnixNano()))
	return fmt.Sprintf("%s-%03x%03x", now.Format("20060102-150405"), part, binary.BigEndian.Uint16(sum[:])>>4)
}

// ValidRun reports whether id has the shape of a run's name, so that what a person typed never becomes a path.
func ValidRun(id string) bool { return runShape.MatchString(id) }

var runShape = regexp.MustCompile(`^\d{8}-\d{6}-[0-9a-f]{0,6}$`)
