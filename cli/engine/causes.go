package engine

// Signal is the cause with which app cancels a run's context when the process was asked to stop.
type Signal string // "interrupt" or "terminated"

func (s Signal) Error() string {
	if s == "interrupt" {
		return "interrupted"
	}
	return string(s)
}

// Lost is the cause with which app cancels a run's context when the lock of the environment is no longer ours, and says why:
// somebody else may be at work there, so nothing is begun any more, not even to put things back. After a Signal it comes too
// late to be the cause; the ledger, which refuses the intents of whoever has no lock, is what stops the run then.
type Lost string

func (l Lost) Error() string { return "the lock was lost: " + string(l) }

// Stands is the error of a step whose failure is no reason to put anything back, and why: a check of what this run did not
// touch. The run stops all the same.
type Stands struct {
	Why string
	Err error
}

func (s Stands) Error() string { return s.Err.Error() }
func (s Stands) Unwrap() error { return s.Err }
