package provider

import (
	"time"

	"readme/cli/release"
)

// Variable is one variable of a service as its vendor keeps it: what the next deployment will get.
type Variable struct {
	Name      string
	Value     release.Secret // counts only where Readable
	Readable  bool           // false: it is there, and the vendor gives it to nobody (sealed, sensitive, in a secret set)
	Sensitive bool           // the vendor keeps it so that nobody can read it
	Updated   time.Time      // when it was last written; zero where the vendor does not tell
	Also      []string       // other environments at the vendor that share this very entry, and get what is written to it: "preview"
	Owner     string         // who else writes it, in words, such as "a Vercel integration (icfg_1)"; "" where it is ours to write
	Unsure    string         // why nobody can say whether it has an owner, in words; "" where one can
}

// NewVariable is one to be written.
type NewVariable struct {
	Name      string
	Value     release.Secret
	Sensitive bool // it shall never be given back, where the vendor can do that
}
