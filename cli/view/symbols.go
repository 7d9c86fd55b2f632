package view

import "readme/cli/release"

// symbols are all the signs that the views draw. Each takes one column.
type symbols struct {
	done, failed, cancelled, skipped, running, pending, unchanged string
	warning, rule, more                                           string
}

func (s Style) symbols() symbols {
	if s.ASCII {
		return symbols{
			done: "v", failed: "x", cancelled: "!", skipped: "-", running: ">", pending: ".", unchanged: "=",
			warning: "!", rule: "|", more: "~",
		}
	}
	return symbols{
		done: "✔", failed: "✘", cancelled: "!", skipped: "-", running: "●", pending: "○", unchanged: "=",
		warning: "!", rule: "│", more: "…",
	}
}

// change gives the sign of a change in a plan, and its word for the legend.
func change(c release.Change) (sign, word string, m Mood) {
	switch c {
	case release.ChangeCreate:
		return "+", "create", Good
	case release.ChangeUpdate:
		return "~", "update", Warn
	case release.ChangeRun:
		return ">", "run", Normal
	case release.ChangeSkip:
		return "-", "skip", Warn
	case release.ChangeNone:
	}
	return " ", "unchanged", Dim
}

// status gives the sign of a step's status.
func (s Style) status(st release.Status) (sign string, m Mood) {
	y := s.symbols()
	switch st {
	case release.Done:
		return y.done, Good
	case release.Failed:
		return y.failed, Bad
	case release.Cancelled:
		return y.cancelled, Warn
	case release.Skipped:
		return y.skipped, Warn
	case release.Unchanged:
		return y.unchanged, Dim
	case release.Running:
		return y.running, Strong
	case release.Pending:
	}
	return y.pending, Dim
}
