package app

import (
	"context"

	"readme/cli/env"
	"readme/cli/ledger"
	"readme/cli/release"
)

// recalls reports whether a command wants to know what was pushed.
func recalls(command string) bool {
	return command != "logs" && command != "smoke" && command != "status"
}

// recall reads the key of the environment's fingerprints and what was pushed. A database that is away keeps nobody from anything but
// knowing what vendors hide.
func (w *world) recall(ctx context.Context) {
	key, list, err := w.record().Fingerprints(ctx)
	if err != nil {
		w.steps.Unrecorded = release.AsFault(err).Title
		return
	}
	w.steps.Fingerprints = env.NewKey(key)
	w.pushed(list)
}

// recallAgain reads what others have pushed before the lock was ours. A key that was drawn since the plan was made changes nothing: the plan was approved
// without.
func (w *world) recallAgain(ctx context.Context) {
	if !w.steps.Fingerprints.Known() {
		return
	}
	if list, err := w.record().Pushed(ctx); err == nil {
		w.pushed(list)
	}
}

func (w *world) pushed(list []ledger.Pushed) {
	w.steps.Pushed = make([]env.Pushed, len(list))
	for i, p := range list {
		w.steps.Pushed[i] = env.Pushed(p)
	}
}
