package railway

import (
	"encoding/json"
	"errors"
	"time"

	"readme/cli/provider"
)

// For the tests of what is read back in ways that no emulator produces.
var (
	Message     = message
	ParseMarker = parseMarker
	WithScheme  = withScheme
	WebOf       = webOf
	Documents   = documents
)

// Read is a deployment as Railway's JSON of it is read.
func Read(raw string) (provider.Deployment, error) {
	var d wireDeployment
	err := json.Unmarshal([]byte(raw), &d)
	return d.deployment("api"), err
}

// ManifestOf reads the manifest in a deployment's meta.
func ManifestOf(meta string) Manifest {
	var d wireDeployment
	if err := json.Unmarshal([]byte(`{"meta":`+meta+`}`), &d); err != nil {
		panic(err)
	}
	return d.manifest()
}

// TooMany is how long an answer of this text makes a client wait.
func TooMany(text string) time.Duration {
	return throttled(&provider.Error{Status: 200, Message: text})
}

// Unclear reports whether a mutation that is answered with this error may have been carried out.
func Unclear(raw string) bool {
	var e wireError
	if err := json.Unmarshal([]byte(raw), &e); err != nil {
		panic(errors.New("no JSON: " + raw))
	}
	return e.unclear()
}
