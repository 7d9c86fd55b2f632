// Package plan turns the two files and the facts about the world into a release.Plan. Build is pure: the same input
// gives the same plan and the same digest.
package plan

import "readme/cli/release"

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

// Service is what is known about one service and what would be sent for it.
type Service struct {
	Live    Live
	Tree    string // hash of the watched files as they are now, and "-" and one of its settings where release.yaml has them; "" where there are none
	Archive string // sha256 of the archive that would be sent; "" for images
	Image   string // what would be deployed, for images
	Config  []byte // canonical JSON of the vendor's settings that would be sent; nil if there are none
	Files   int    // how many files would be sent
	Without string // why it cannot be released here, such as "Node.js is not installed"; "" if it can

	Outputs map[string]string // what is known before any deploy, such as bot's start_url
}

// Live is what serves now. The zero value says that nothing does.
type Live struct {
	ID     string
	URL    string
	Commit string
	Tree   string // as stored with the deployment; "" is unknown, and unknown counts as changed
	Image  string
	Ill    string // the vendor's word for it when it does not serve well, "" when it does
	Config []byte // as DeployInputs.Config, read back from the vendor
}
