package release

// GateStatus is how a gate stands.
type GateStatus string

// The statuses of gates.
const (
	GateOpen    GateStatus = "open"    // it is satisfied
	GateWaiting GateStatus = "waiting" // what it asks for is under way
	GateAsks    GateStatus = "asks"    // the approval of the plan satisfies it
	GateMissing GateStatus = "missing" // nothing satisfies it yet
	GateWaived  GateStatus = "waived"  // it is missing, and a person goes past it by --break-glass
)

// Gate is one thing that release.yaml requires before a release to an environment, and how it stood when it was looked at.
type Gate struct {
	Name   string     `json:"name"` // "clean", "passed dev", "tag v* or approval"
	Status GateStatus `json:"status"`
	Text   string     `json:"text"`           // what was found, or what is missing, in words
	Seen   []string   `json:"seen,omitempty"` // the evidence: files, runs, where it was looked
	Ways   []string   `json:"ways,omitempty"` // commands, each of which would open it
}
