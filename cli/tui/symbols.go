package tui

// symbols are all the signs of the drawing. Each takes one column.
type symbols struct {
	done, failed, cancelled, skipped, pending, unchanged string
	more, full, empty                                    string
	spin                                                 []string
}

func (sc screen) symbols() symbols {
	if sc.ascii {
		return symbols{
			done: "v", failed: "x", cancelled: "!", skipped: "-", pending: ".", unchanged: "=",
			more: "~", full: "#", empty: ".", spin: []string{"|", "/", "-", `\`},
		}
	}
	return symbols{
		done: "✔", failed: "✘", cancelled: "!", skipped: "-", pending: "○", unchanged: "=",
		more: "…", full: "█", empty: "░", spin: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	}
}

func (sc screen) spinner() string {
	spin := sc.symbols().spin
	return spin[sc.frame%len(spin)]
}
