package spec

import (
	"slices"
	"time"

	"readme/cli/release"
	"readme/cli/smoke"
)

// Release is release.yaml: the declarative plan of how the product is released. Every value that a mistake may be
// found in later carries its place.
type Release struct {
	File         string // as given, for messages
	Project      string
	Environments []Environment // in file order
	Migrations   Migrations
	Bucket       *Bucket  // nil: the product has none
	Deploy       []Deploy // in file order
	Household    string   // smoke_household, a UUID
	Smoke        []Check  // in file order
	OnFailure    string   // "rollback" (default) or "leave"
}

// Environment is one place that the product is released to.
type Environment struct {
	Name     string
	At       release.Place
	Box      bool   // the cloud in a box, on this machine; Targets are then the box's own
	Auto     bool   // CI applies it on every merge
	Values   string // the .env file with its values, "" for none
	Targets  Targets
	Requires Requires
	Notify   Notify
}

// Notify says who is told how the runs of an environment end. Slack and Ntfy name the variables whose values are the
// addresses: those are secrets, which stand in no file that is committed.
type Notify struct {
	Slack string   // a webhook that takes Slack's JSON, as Mattermost's and others do; "" for none
	Ntfy  string   // the address of an ntfy topic; "" for none
	On    []string // about what, of NotifyKinds; never empty where there is a channel
}

// Targets pin what an environment acts on.
type Targets struct {
	Railway struct {
		Project     string
		Environment string
	}
	Vercel struct {
		Project string
		Team    string
	}
	Pipecat struct {
		Agent     string
		SecretSet string // "" for the one that pcc-deploy.toml names
	}
	Supabase string // the project's ref
}

// Requires are the gates in front of an environment. Any is satisfied by one of its entries.
type Requires struct {
	Passed string // this environment must have a green release of the same commit
	Clean  bool   // the work tree must be clean
	Any    []Gate
}

// Gate is one entry of requires.any: a tag that matches a pattern, or an approval by a person.
type Gate struct {
	Tag      string
	Approval bool
}

// Migrations says where they are and how long one may wait for a lock.
type Migrations struct {
	Dir         string
	LockTimeout time.Duration
}

// Bucket is the storage bucket that must exist.
type Bucket struct {
	Name    string
	Public  bool
	MaxSize int64 // bytes
	Types   []string
	At      release.Place
}

// Deploy is one service and where it goes. Which fields count depends on To.
type Deploy struct {
	Name          string
	At            release.Place
	To            string // railway, vercel or pipecat
	Service       string // railway: the service's name there
	Source        string // commit, upload or image
	Image         string
	Build         string
	Start         string
	Health        string        // path that must answer 200; "" for none
	HealthTimeout time.Duration // how long it may take to; 0 is the vendor's own
	Watch         []string      // patterns as in .gitignore, relative to the repository; default: the service's own folder
	Config        string        // pipecat: path of pcc-deploy.toml
	Root          string        // vercel: the folder that holds the app
	After         []string      // "migrations", "bucket" or other services
	Promote       string        // vercel: "after-smoke", or "" to go live at once
}

// Check is one smoke check with what orders it.
type Check struct {
	smoke.Check
	At    release.Place
	After []string // names of other checks
}

// Environment finds one by name.
func (r *Release) Environment(name string) (Environment, bool) {
	for _, e := range r.Environments {
		if e.Name == name {
			return e, true
		}
	}
	return Environment{}, false
}

// Service finds a deploy by name.
func (r *Release) Service(name string) (Deploy, bool) {
	for _, d := range r.Deploy {
		if d.Name == name {
			return d, true
		}
	}
	return Deploy{}, false
}

// OnSupabase reports whether the database is one of Supabase: the bucket is there, or an environment is pinned to a project.
func (r *Release) OnSupabase() bool {
	return r.Bucket != nil || slices.ContainsFunc(r.Environments, func(e Environment) bool { return e.Targets.Supabase != "" })
}
