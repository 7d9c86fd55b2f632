// Package plan turns the two files and the facts about the world into a release.Plan. Build is pure: the same input
// gives the same plan and the same digest.
package plan

import (
	"slices"

	"readme/cli/release"
)

// Facts are what was read from git, the database and the vendors, all at one moment.
type Facts struct {
	Box        bool
	Targets    []release.Target
	Commit     release.Commit
	Migrations Migrations
	Bucket     Bucket
	Services   map[string]Service // by the name in release.yaml
	Notes      []string           // warnings that reading them gave
}

// Migrations are the files that are not yet on record, in order, and how many are.
type Migrations struct {
	Applied int
	Pending []Migration
	Lint    []string // what the rules warn of in those that are pending, by lines
	Warn    []string // what is wrong with the database already, such as a table that is open to everybody
}

// Migration is one pending file.
type Migration struct {
	Name   string `json:"name"` // 0001_books.sql
	SHA256 string `json:"sha256"`
}

// Bucket is the storage bucket as it is.
type Bucket struct {
	Found   bool
	Public  bool
	MaxSize int64 // bytes; 0: no limit
	Types   []string
}

// Equal compares two buckets; the order of the types does not matter.
func (b Bucket) Equal(other Bucket) bool {
	return b.Found == other.Found && b.Public == other.Public && b.MaxSize == other.MaxSize && sameTypes(b.Types, other.Types)
}

func sameTypes(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// TreeSettings parts, in a Tree, the hash of the files from that of the settings with which they are built and run.
const TreeSettings = "+"

// Service is what is known about one service and what would be sent for it.
type Service struct {
	Live    Live
	Tree    string            // hash of the watched files as they are now, and of the settings where there are some; "" where there are no files
	Archive string            // sha256 of the archive that would be sent; "" for images
	Image   string            // what would be deployed, for images
	Build   string            // likewise, for a build that the vendor has already: its id
	Unsure  string            // why nobody can say whether it has changed; "" where one can
	Config  []byte            // canonical JSON of the vendor's settings that would be sent; nil if there are none
	Files   int               // how many files would be sent
	Source  string            // how it is sent: commit, upload, image or build
	Repo    string            // for commits: owner/name
	Branch  string            // for commits: the branch that is checked out, "" for none
	Missing []string          // what does not exist at the vendor yet and is made first
	Sets    []string          // names of the variables that a service is given when it is made
	SetsTo  map[string]string // fingerprints of their values, by name; none before the environment has a key
	Warn    []string          // what gets in the way at the vendor
	Without string            // why it cannot be released here, such as "Node.js is not installed"; "" if it can

	Variables []VariableChange // of a service that exists: what is written before its deploy
	Stale     []string         // variables that were written after what is live was made with them

	Outputs map[string]string // what is known before any deploy, such as bot's start_url
}

// Live is what serves now. The zero value says that nothing does.
type Live struct {
	ID     string
	URL    string
	Commit string
	Tree   string // as stored with the deployment; "" is unknown, and unknown counts as changed
	Image  string
	Build  string // id of the vendor's build that it runs, "" for none
	Ill    string // the vendor's word for it when it does not serve well, "" when it does
	Config []byte // as DeployInputs.Config, read back from the vendor
}
