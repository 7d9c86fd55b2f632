package steps

import (
	"context"
	"time"

	"readme/cli/env"
	"readme/cli/provider"
)

// Pushes is the environment's own record of what was written to its vendors: the key that fingerprints are made with, which exists
// once a run has held the lock, and the fingerprints of what was written last.
type Pushes interface {
	// Key is the zero Key where there is none yet.
	Key(ctx context.Context) (env.Key, error)
	// Note keeps the fingerprints of variables that a service was given, by their names.
	Note(ctx context.Context, service string, fingerprints map[string]string) error
}

// The words for what a vendor has of a variable.
const (
	seenNothing    = "nothing"
	seenValue      = "a value"
	seenUnreadable = "a value that nobody can read"
)

// seenOf says what a vendor has, without the value. What cannot be read is told from another by when it was written.
func seenOf(v provider.Variable, found bool) string {
	switch {
	case !found:
		return seenNothing
	case v.Readable:
		return seenValue
	case !v.Updated.IsZero():
		return seenUnreadable + ", written " + v.Updated.UTC().Format(time.RFC3339Nano)
	}
	return seenUnreadable
}

// told is the same for people, with what is shown of its fingerprint.
func told(seen, fingerprint string) string {
	if fingerprint == "" {
		return seen
	}
	return seen + " (" + env.Short(fingerprint) + ")"
}

// fingerprint is that of what a vendor has; "" where nobody can know it.
func (w *World) fingerprint(v provider.Variable, found bool) string {
	if !found || !v.Readable {
		return ""
	}
	return w.Fingerprints.Of(v.Name, v.Value)
}

// writingKey is the environment's key also where it was drawn only after the plan was made: the first run draws it when it has taken
// the lock. The plan goes on without one, because its digest must stay what was approved.
func (w *World) writingKey(ctx context.Context) env.Key {
	if w.Fingerprints.Known() || w.Pushes == nil {
		return w.Fingerprints
	}
	key, err := w.Pushes.Key(ctx)
	if err != nil { // the values are written without: what cannot be read back counts as unknown then
		return env.Key{}
	}
	return key
}

// note keeps the fingerprints of what was written; what it gives says why that could not be done. What is written is written: a
// database that is away makes it no failure.
func (w *World) note(ctx context.Context, service string, fingerprints map[string]string) string {
	const patience = 20 * time.Second
	if w.Pushes == nil {
		return ""
	}
	kept := map[string]string{}
	for name, f := range fingerprints {
		if f != "" {
			kept[name] = f
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if len(kept) < len(fingerprints) {
		return "their fingerprints are not kept, because the environment has no key for them"
	}
	if err := w.Pushes.Note(ctx, service, kept); err != nil {
		return "their fingerprints could not be kept, so what cannot be read back counts as unknown"
	}
	return ""
}
