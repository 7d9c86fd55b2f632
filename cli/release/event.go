package release

import (
	"encoding/json"
	"fmt"
	"time"
)

// Version of the event lines, as JSON streams and journals state it in every line.
const Version = 1

// Event is one fact about a run. Events are totally ordered by Seq, which starts at 1 and has no gaps.
type Event struct {
	Seq  int64
	At   time.Time
	Run  string
	Step string // "" for the run itself
	Body Body
}

// wire is an event as a line of JSON: a journal's and --view json's are the same.
type wire struct {
	V    int             `json:"v"`
	Seq  int64           `json:"seq"`
	At   time.Time       `json:"at"`
	Run  string          `json:"run"`
	Step string          `json:"step,omitempty"`
	Kind string          `json:"kind"`
	Text string          `json:"text"`
	Body json.RawMessage `json:"body"`
}

// MarshalJSON writes the event with its kind and its plain sentence beside the body.
func (e Event) MarshalJSON() ([]byte, error) {
	if e.Body == nil {
		return nil, fmt.Errorf("event %d has no body", e.Seq)
	}
	body, err := json.Marshal(e.Body)
	if err != nil {
		return nil, fmt.Errorf("event %d: %w", e.Seq, err)
	}
	return json.Marshal(wire{
		V: Version, Seq: e.Seq, At: e.At, Run: e.Run, Step: e.Step,
		Kind: e.Body.Kind(), Text: e.Body.String(), Body: body,
	})
}

// UnmarshalJSON reads what MarshalJSON wrote. A version or a kind that this program does not know is an error:
// guessing at half of a record is how a release gets deployed twice.
func (e *Event) UnmarshalJSON(line []byte) error {
	var w wire
	if err := json.Unmarshal(line, &w); err != nil {
		return err
	}
	if w.V != Version {
		return fmt.Errorf("event version %d, this readme-ops reads version %d", w.V, Version)
	}
	newBody, ok := bodies[w.Kind]
	if !ok {
		return fmt.Errorf("event of unknown kind %q", w.Kind)
	}
	body, err := newBody(w.Body)
	if err != nil {
		return fmt.Errorf("event %d (%s): %w", w.Seq, w.Kind, err)
	}
	*e = Event{Seq: w.Seq, At: w.At, Run: w.Run, Step: w.Step, Body: body}
	return nil
}

// Recorded gives a body as the readers of a record get it: its JSON compact, its text valid UTF-8, a Fault without its
// Cause. What is shown live then never differs from what is shown later.
func Recorded(b Body) (Body, error) {
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", b.Kind(), err)
	}
	return bodies[b.Kind()](raw)
}

// bodies decodes each kind of the closed set.
//
//nolint:gochecknoglobals // the table of the closed set of kinds
var bodies = map[string]func(json.RawMessage) (Body, error){
	RunStarted{}.Kind():      decode[RunStarted],
	Approved{}.Kind():        decode[Approved],
	Denied{}.Kind():          decode[Denied],
	StepStarted{}.Kind():     decode[StepStarted],
	StepIntent{}.Kind():      decode[StepIntent],
	StepSaid{}.Kind():        decode[StepSaid],
	StepStill{}.Kind():       decode[StepStill],
	StepRetried{}.Kind():     decode[StepRetried],
	StepDone{}.Kind():        decode[StepDone],
	StepFailed{}.Kind():      decode[StepFailed],
	StepSkipped{}.Kind():     decode[StepSkipped],
	StepCancelled{}.Kind():   decode[StepCancelled],
	CheckResult{}.Kind():     decode[CheckResult],
	RunStopping{}.Kind():     decode[RunStopping],
	RollbackStarted{}.Kind(): decode[RollbackStarted],
	RunDone{}.Kind():         decode[RunDone],
	RunPaused{}.Kind():       decode[RunPaused],
	RunResumed{}.Kind():      decode[RunResumed],
	RunSuperseded{}.Kind():   decode[RunSuperseded],
}

func decode[B Body](raw json.RawMessage) (Body, error) {
	var b B
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, err
	}
	return b, nil
}
