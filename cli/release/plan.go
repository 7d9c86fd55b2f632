package release

import (
	"encoding/json"
	"time"
)

// Plan is everything that one release will do, in an order that can be run, and what it was computed from.
// What runs is exactly what was approved: Digest stands for all that matters in it.
type Plan struct {
	Purpose   string   `json:"purpose,omitempty"` // "" is a release; the others are constants of this package
	Project   string   `json:"project"`
	Env       string   `json:"env"`
	Box       bool     `json:"box,omitempty"` // the targets are emulators on this machine
	Targets   []Target `json:"targets"`
	Commit    Commit   `json:"commit"`
	Steps     []Step   `json:"steps"`                // sorted: a step stands after everything that it needs
	Notes     []string `json:"notes,omitempty"`      // warnings in words; not part of the digest
	Gates     []Gate   `json:"gates,omitempty"`      // what the environment requires, and how it stands; not part of the digest
	OnFailure string   `json:"on_failure,omitempty"` // rollback, leave or ask
	Digest    string   `json:"digest"`               // "sha256:" and 64 hex digits
}

// Where is the environment as people have to read it: a box says so, except that of its own name.
func (p Plan) Where() string {
	if p.Box && p.Env != "local" {
		return p.Env + " (box)"
	}
	return p.Env
}

// The purposes of plans that are no releases.
const (
	Smoke     = "smoke"     // it only looks
	Rollback  = "rollback"  // it goes back to what an earlier run had left live
	Variables = "variables" // it writes variables at the vendors, and brings nothing: what runs keeps what it has
	Offline   = "offline"   // nothing live was read: it shows what a change is about, and cannot be run
)

// Target is one pinned place that the plan acts on, such as {railway, "project 1f0c…, environment dev"}.
type Target struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	URL   string `json:"url,omitempty"` // the address of an emulator; not part of the digest
}

// Commit is what is released. Dirty is a short hash of the work tree's changes, "" if there are none.
type Commit struct {
	SHA     string `json:"sha"` // 40 hex digits
	Dirty   string `json:"dirty,omitempty"`
	Subject string `json:"subject,omitempty"` // the first line of its message; not part of the digest
}

// String gives the name that everything reports: the full sha, or "<sha>+dirty.<hash>".
func (c Commit) String() string {
	if c.Dirty != "" {
		return c.SHA + "+dirty." + c.Dirty
	}
	return c.SHA
}

// Short gives the same with the first 7 digits of the sha.
func (c Commit) Short() string {
	s := c.SHA
	if len(s) > 7 {
		s = s[:7]
	}
	if c.Dirty != "" {
		return s + "+dirty." + c.Dirty
	}
	return s
}

// Kind says what sort of step it is; package steps has one file for each.
type Kind string

// The kinds of steps.
const (
	KindMigrations Kind = "migrations" // apply what is pending
	KindBucket     Kind = "bucket"     // make the bucket, or put it right
	KindVariables  Kind = "variables"  // write variables of a service at its vendor, for the deployments that follow
	KindDeploy     Kind = "deploy"     // bring a service to a host
	KindCheck      Kind = "check"      // one smoke check
	KindPromote    Kind = "promote"    // put a staged deployment on its domain
	KindRestore    Kind = "restore"    // go back to an earlier deployment of a service
	KindConfirm    Kind = "confirm"    // ask the vendors at the end whether what was released still serves
	KindCleanup    Kind = "cleanup"    // remove what a check made; always runs once that check has passed
)

// Change says what a step does to the world, and is drawn as a symbol.
type Change string

// The changes.
const (
	ChangeCreate Change = "create" // +  it does not exist yet
	ChangeUpdate Change = "update" // ~  it exists and differs
	ChangeRun    Change = "run"    // >  changes nothing that stays: a check, a cleanup
	ChangeNone   Change = "none"   //    it is already so; the engine does not run it
	ChangeSkip   Change = "skip"   // -  it cannot run here; Why says why, and it never counts as passed
)

// Step is one node of the graph. Everything that its action needs is in it.
type Step struct {
	ID     string   `json:"id"` // unique in the plan: a service's name, a check's name, "migrations", "bucket"
	Kind   Kind     `json:"kind"`
	Title  string   `json:"title"` // "deploy api to railway"
	Change Change   `json:"change"`
	Why    string   `json:"why,omitempty"`   // the reason for the change, or for a skip; not part of the digest
	From   string   `json:"from,omitempty"`  // what is live, in words; not part of the digest
	To     string   `json:"to,omitempty"`    // what will be, in words; not part of the digest
	Lines  []string `json:"lines,omitempty"` // further lines of the plan; not part of the digest
	Needs  []string `json:"needs,omitempty"`

	Inputs       json.RawMessage   `json:"inputs,omitempty"`       // what the action reads; one type for each kind, in package plan
	Precondition string            `json:"precondition,omitempty"` // what must still be true when it starts: "live=<id>"
	Outputs      map[string]string `json:"outputs,omitempty"`      // known before it runs, such as url; not part of the digest
	Deadline     time.Duration     `json:"deadline_ns,omitempty"`  // 0: the engine's own; not part of the digest
	Estimate     time.Duration     `json:"estimate_ns,omitempty"`  // the median of its last runs, 0 if unknown; not part of the digest
	Undo         string            `json:"undo,omitempty"`         // what putting back would mean, in words; not part of the digest
}

// Runs reports whether the engine has anything to do for the step.
func (s Step) Runs() bool { return s.Change != ChangeNone && s.Change != ChangeSkip }

// Step finds a step by its ID.
func (p Plan) Step(id string) (Step, bool) {
	for _, s := range p.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// Proves reports whether the step only looks, or clears away what a look has made.
func (s Step) Proves() bool {
	return s.Kind == KindCheck || s.Kind == KindConfirm || s.Kind == KindCleanup
}

// Count counts the steps that do more than look by their change, for the plan's last line.
func (p Plan) Count(c Change) int {
	n := 0
	for _, s := range p.Steps {
		if s.Change == c && !s.Proves() {
			n++
		}
	}
	return n
}
