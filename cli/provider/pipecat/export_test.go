package pipecat

import "encoding/json"

// Reading is what Interpret tests see.
type Reading struct {
	Phase     string `json:"phase"`
	Ready     bool   `json:"ready"`
	Failed    bool   `json:"failed"`
	Available bool   `json:"available"`
	Sign, Why string `json:"-"`
}

// Interpret reads an agent's JSON.
func Interpret(raw []byte, desired string) (Reading, error) {
	var a agent
	if err := json.Unmarshal(raw, &a); err != nil {
		return Reading{}, err
	}
	r := interpret(a, desired)
	return Reading{Phase: r.phase, Ready: r.ready, Failed: r.failed, Available: r.available, Sign: r.sign, Why: r.why}, nil
}
