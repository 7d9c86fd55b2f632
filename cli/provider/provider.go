// Package provider holds what the clients of the vendors have in common: the one door out over HTTP, and the words
// for a deployment. The clients themselves are in railway, vercel, pipecat and supabase; who uses them says which
// of their powers it needs (package steps).
package provider

import "time"

// State is where a deployment stands, in words that all vendors share. Raw keeps the vendor's own.
type State string

// The states.
const (
	Building   State = "building"   // on its way, in any phase
	Live       State = "live"       // the vendor's own record says that it serves
	Staged     State = "staged"     // built and reachable, but not on the domain yet
	Failed     State = "failed"     // ended badly; what was live before still serves
	Superseded State = "superseded" // another deployment took its place, or it was removed or cancelled
	NeedsHuman State = "needs a person"
)

// Over reports whether the state will not change by itself while nobody else deploys.
func (s State) Over() bool { return s != Building }

// Deployment is one deployment of one service as its vendor records it.
type Deployment struct {
	ID      string
	Service string
	State   State
	Raw     string // the vendor's own word: SUCCESS, READY/STAGED, progressing_available
	Why     string // for Failed, Superseded and NeedsHuman: the vendor's reason, in a sentence
	Marker  Marker // what we stored with it, as far as the vendor keeps it
	URL     string // where it is reached, with scheme and without a trailing slash; "" if nowhere
	Image   string // for image deployments
	Build   string // for builds that have an id of their own
	Created time.Time

	Settings string // how it runs (scaling, size), as its client writes it for Restore; "" where that is no part of going back
}

// Marker is what we store with a deployment, to recognise it and to know what is in it.
type Marker struct {
	Release string // the run's id: adopt, do not deploy twice
	Commit  string // Commit.String() of what was deployed
	Tree    string // hash of the service's watched files (path, mode, content); "" is unknown, and unknown counts as changed
}

// Request asks a vendor to deploy a service.
type Request struct {
	Service string
	Marker  Marker
	Archive string // path of a tar.gz to upload; or
	Image   string // what to run as it is; or
	Commit  Commit // what the vendor fetches itself
	Dir     string // for vendors that take single files: the directory that the archive was made from
	Files   []File // its files, sorted by path
}

// Commit is a commit that a vendor fetches from its own connection to the repository. The zero Commit is none.
type Commit struct {
	Repo   string // "owner/name" at the hosting
	SHA    string // 40 hex digits
	Branch string // "" where none is checked out
}

// File is one file that is sent to a vendor. Path is relative, with slashes; Mode holds the permission bits.
type File struct {
	Path string
	Mode uint32
	Size int64
}

// Finding is one thing that a client has looked at for doctor, without changing it.
type Finding struct {
	What string // in a word or two: "token", "project", "service api"
	Text string // what was found, in a sentence
	Mood Mood
	Page string // where a person mends it, in the browser; "" where that helps nobody
	Try  string // the command that would mend it, or "" where it takes a person
}

// Mood says how a Finding is to be taken.
type Mood string

// The moods.
const (
	Good   Mood = "good"
	Warn   Mood = "warn"   // a release goes through, and somebody should know
	Bad    Mood = "bad"    // a release would fail
	Unsure Mood = "unsure" // the vendor does not let us look
)

// LogLine is one line that a service or a build has written.
type LogLine struct {
	At         time.Time
	Deployment string
	Severity   string // debug, info, warn, error; "" if unknown
	Text       string // the message
	Attributes map[string]string
}
