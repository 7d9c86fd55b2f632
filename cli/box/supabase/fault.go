package supabase

import (
	"errors"
	"net/http"
	"time"

	"readme/cli/box/fault"
)

// The faults of Storage's own.
const (
	slowDown        = "slow-down"
	locked          = "locked"
	databaseTimeout = "database-timeout"
	readOnly        = "read-only"
	keyRejected     = "key-rejected"
	uploadCut       = "upload-cut"
	settingsIgnored = "bucket-settings-ignored"
	bucketVanishes  = "bucket-vanishes"
	staleBucket     = "stale-bucket"
	etagOdd         = "etag-odd"
)

// kinds are the faults besides those of the wire. A part is "bucket" or "object", the first word of the path.
func kinds() []fault.Kind {
	return []fault.Kind{
		{Name: slowDown, About: "HTTP 400 that means 429: too many connections to the project's database", Names: "part"},
		{Name: locked, About: "HTTP 400 that means 423: somebody else writes the same object", Names: "part"},
		{Name: databaseTimeout, About: "HTTP 544: the project's database did not answer Storage in time", Names: "part"},
		{Name: readOnly, About: "HTTP 400 that means 503: the database takes no writes, reads go on", Names: "part"},
		{Name: keyRejected, About: "the gateway refuses the key with 401, in another shape than Storage's errors", Names: "part"},
		{Name: uploadCut, About: "an upload's connection is cut in the middle; nothing of it is kept", Names: "bucket"},
		{Name: settingsIgnored, About: "an update of a bucket answers 200 and changes nothing", Names: "bucket"},
		{Name: bucketVanishes, About: "a bucket that was there is not found", Names: "bucket"},
		{Name: staleBucket, About: "for a while after a change a bucket reads as it was before", For: 3 * time.Second, Names: "bucket"},
		{Name: etagOdd, About: "the etag is that of a multipart upload, and no md5", Names: "bucket"},
	}
}

// Faults is the board on which faults are switched on.
func (e *Emulator) Faults() *fault.Board { return e.faults }

// errGateway is answered by the gateway, before Storage has seen the request.
var errGateway = errors.New("the gateway refuses the key")

// disturb gives the error of a fault that answers in the place of Storage.
func (e *Emulator) disturb(r *http.Request, part string) error {
	struck := func(kind string) bool {
		_, hit := e.faults.Strike(kind, part)
		return hit
	}
	writes := r.Method != http.MethodGet && r.Method != http.MethodHead
	switch {
	case struck(keyRejected):
		return errGateway
	case struck(slowDown):
		return refuse(429, "SlowDown", "too_many_connections", "Too many connections issued to the database")
	case struck(databaseTimeout):
		return refuse(544, "DatabaseTimeout", "DatabaseTimeout", "The connection to the database timed out")
	case writes && struck(locked):
		return refuse(423, "ResourceLocked", "ResourceLocked", "The resource is locked")
	case writes && struck(readOnly):
		return refuse(503, "DatabaseReadOnly", "DatabaseReadOnly", "The database is currently in read-only mode. Please try again later.")
	}
	return nil
}

// change is what a bucket was before it was changed; nil if there was none.
type change struct {
	bucket *bucket
	at     time.Time
}

// stale gives a bucket as it was before its last change, if that is what a reader gets now. It is called with mu held.
func (e *Emulator) stale(name string) (*bucket, bool) {
	was, changed := e.before[name]
	f, on := e.faults.Is(staleBucket, name)
	if !on || !changed || time.Since(was.at) >= f.For {
		return nil, false
	}
	e.faults.Strike(staleBucket, name)
	return was.bucket, true
}

// vanished is called with mu held.
func (e *Emulator) vanished(name string) bool {
	_, hit := e.faults.Strike(bucketVanishes, name)
	return hit
}

// etag is an object's, as it is shown.
func (e *Emulator) etag(o *object) string {
	if _, odd := e.faults.Is(etagOdd, o.Bucket); odd {
		return `"` + o.MD5 + `-2"`
	}
	return `"` + o.MD5 + `"`
}
