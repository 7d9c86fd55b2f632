package plan

import (
	"cmp"
	"encoding/json"
	"time"

	"readme/cli/release"
	"readme/cli/smoke"
)

// MigrationsInputs is what a step of kind migrations works from.
type MigrationsInputs struct {
	Dir         string        `json:"dir"`
	LockTimeout time.Duration `json:"lock_timeout_ns"`
	Pending     []Migration   `json:"pending"`
}

// BucketInputs is the bucket as it shall be.
type BucketInputs struct {
	Name    string   `json:"name"`
	Public  bool     `json:"public"`
	MaxSize int64    `json:"max_size"`
	Types   []string `json:"types"`
}

// VariablesInputs is what a step of kind variables works from. The values are not in it: they come from where this process has
// them, and must have the fingerprint that was approved.
type VariablesInputs struct {
	To   string           `json:"to"`
	Name string           `json:"name"` // of the service in release.yaml
	Set  []VariableChange `json:"set"`  // sorted by name
}

// VariableChange is one variable that is written.
type VariableChange struct {
	Name string   `json:"name"`
	Op   string   `json:"op"`             // add: it is not there; change: another value is
	Also []string `json:"also,omitempty"` // what else of the vendor shares it, and gets the new value too
	Seen string   `json:"seen,omitempty"` // what was there, in words without the value: when it was written, where nobody can read it
	Was  string   `json:"was,omitempty"`  // fingerprint of what is there; "" where nobody can know it
	Will string   `json:"will,omitempty"` // fingerprint of the value; "" before the environment has a key
}

// DeployInputs is what a step of kind deploy works from. Which fields count depends on To.
type DeployInputs struct {
	To            string            `json:"to"`
	Name          string            `json:"name"`                   // in release.yaml
	Service       string            `json:"service,omitempty"`      // railway: its name there
	Source        string            `json:"source,omitempty"`       // commit, upload, image or build; of railway and vercel, and build of pipecat
	Repo          string            `json:"repo,omitempty"`         // for commits: owner/name
	Branch        string            `json:"branch,omitempty"`       // for commits: what the vendor calls the ref; may be ""
	Make          []string          `json:"make,omitempty"`         // what is made at the vendor first, as the plan names it
	Variables     []string          `json:"variables,omitempty"`    // names that are set where the service is made
	Fingerprints  map[string]string `json:"fingerprints,omitempty"` // fingerprints of their values, by name; none before the environment has a key
	Build         string            `json:"build,omitempty"`
	Start         string            `json:"start,omitempty"`
	Health        string            `json:"health,omitempty"`
	HealthTimeout time.Duration     `json:"health_timeout_ns,omitempty"`
	Image         string            `json:"image,omitempty"`
	Config        json.RawMessage   `json:"config,omitempty"` // pipecat: pcc-deploy.toml as JSON
	Tree          string            `json:"tree,omitempty"`
	Archive       string            `json:"archive,omitempty"` // sha256
	Staged        bool              `json:"staged,omitempty"`  // vercel: not on the domain yet
	Anew          bool              `json:"anew,omitempty"`    // its variables have changed: a vendor that has all else already rolls it all the same
	Commit        string            `json:"commit"`            // what it shall report; Commit.String()
}

// RestoreInputs is what a step of kind restore works from. Nothing is done where Was is the zero value.
type RestoreInputs struct {
	To   string  `json:"to"`
	Name string  `json:"name"` // in release.yaml
	Run  string  `json:"run"`  // that had left Was live
	Was  Earlier `json:"was,omitzero"`
}

// Earlier is a deployment that has served before, as the record tells it: all that a vendor needs to go back to it.
type Earlier struct {
	ID       string `json:"id"`
	Release  string `json:"release,omitempty"` // the run that brought it
	Commit   string `json:"commit,omitempty"`
	Tree     string `json:"tree,omitempty"`
	Image    string `json:"image,omitempty"`
	Build    string `json:"build,omitempty"`
	Settings string `json:"settings,omitempty"`
	Reports  string `json:"reports,omitempty"` // the commit that it says of itself, where the vendor keeps none
}

// Says is the commit that the deployment reports; "" where nobody knows.
func (e Earlier) Says() string { return cmp.Or(e.Commit, e.Reports) }

// PromoteInputs names the service whose staged deployment goes to its domain.
type PromoteInputs struct {
	Name string `json:"name"`
	To   string `json:"to"`
}

// ConfirmInputs names the services that must serve at the end, and the steps whose deployment it must be.
type ConfirmInputs struct {
	Services []Serving `json:"services"`
}

// Serving is one service and the step that brought, or left, its deployment.
type Serving struct {
	Name string `json:"name"`
	To   string `json:"to"`
	By   string `json:"by"`
}

// CheckInputs is one smoke check.
type CheckInputs struct {
	Check     smoke.Check `json:"check"`
	Household string      `json:"household,omitempty"`
	Captures  []string    `json:"captures,omitempty"` // the checks whose captures it refers to
	Promoted  string      `json:"promoted,omitempty"` // the promote step whose url stands for the service's, for a check repeated on the domain
}

// CleanupInputs removes what a check has made.
type CleanupInputs struct {
	CheckInputs
	Step string `json:"step"` // the check
}

func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("plan: inputs that are no JSON: " + err.Error()) // they are our own plain structs
	}
	return raw
}

// checkInputs reads a check step's inputs back.
func checkInputs(s release.Step) (CheckInputs, bool) {
	var in CheckInputs
	return in, json.Unmarshal(s.Inputs, &in) == nil
}
