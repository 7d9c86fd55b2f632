package env

import (
	"time"

	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// State is how a variable of a service at its vendor stands against the value that this process was given.
type State string

// The states. Only those of which Row.Differs says so are drift.
const (
	StateOK        State = "ok"        // the vendor has the value that is here
	StateMissing   State = "missing"   // the vendor does not have it, or only an empty value
	StateExtra     State = "extra"     // the vendor has it, and envmatrix.yaml does not give it to the service
	StateDifferent State = "different" // the vendor has another value: than is here, than was pushed last, or than another service that must have the same
	StateAsPushed  State = "as pushed" // the vendor shows it to nobody, or nobody gave it here: it is what was pushed last, and was not written since
	StateUnknown   State = "unknown"   // the vendor shows it to nobody, and it is not on record that it is the value that is here
	StateNotGiven  State = "not given" // it is there, and this process was not given a value: it is left alone
)

// Row is one variable of one service. It holds no value.
type Row struct {
	Service  string // its name in release.yaml
	To       string // the vendor
	Variable string
	State    State
	Stale    bool // what is live runs without what the vendor has now: the next deployment gets it

	Here  string // fingerprint of the value that this process was given; "" without one, or before there is a key
	There string // fingerprint of what the vendor has, or was given last by us where it shows that to nobody; "" where nobody can know it

	Given    bool          // this process has a value for it
	Readable bool          // the vendor gives the value back
	Secret   bool          // the matrix calls it secret
	Required bool          // the environment needs it
	Owner    string        // who else writes it, in words; "" where it is ours to write
	Unsure   string        // why nobody can say whether it is ours to write; "" where one can, and where what is there is what we have pushed
	Updated  time.Time     // when it was last written, as the vendor tells; zero where it does not
	Pushed   time.Time     // when we have pushed it last; zero for never
	Absent   bool          // the vendor has no such service yet: what makes it brings its variables
	Since    bool          // somebody has written it since we pushed it last
	At       release.Place // in envmatrix.yaml; the zero Place for extra ones
	Why      string        // what people are told beside the state; "" where it says all
}

// Differs reports whether the vendor's side is known not to be as it should.
func (r Row) Differs() bool {
	switch r.State {
	case StateMissing, StateDifferent:
		return true
	case StateExtra:
		return r.Owner == "" // an integration brings more than anybody asked for
	case StateOK, StateAsPushed, StateUnknown, StateNotGiven:
	}
	return r.Stale || r.Since
}

// Pushed is what is on record of the last write of one variable.
type Pushed struct {
	Service, Variable string // the service's name in release.yaml
	Fingerprint       string
	Run, By           string
	At                time.Time
}

// Comparison is all that Compare needs to know. It reads nothing.
type Comparison struct {
	Environment string
	Services    []Kept
	Values      map[string]release.Secret // that this process was given
	Key         Key
	Pushed      []Pushed
	Unrecorded  string // why neither Key nor Pushed could be read; "" where they were
}

// Kept is one service and what its vendor keeps for it.
type Kept struct {
	Service, To string
	Wanted      []spec.Variable // what the matrix gives to it; none: the matrix says nothing of it
	Has         []provider.Variable
	Stale       []string               // see steps.Outdated
	Absent      bool                   // the vendor has no such service yet
	Own         func(name string) bool // the vendor's own variables, which are nobody's business; nil for none
}
