package steps

import (
	"context"
	"encoding/json"

	"readme/cli/provider"
)

// Ask runs the statement of a check of kind sql, once.
func (w *World) Ask(ctx context.Context, sql string) (string, error) { return w.query(ctx, sql) }

// Unpack writes the files of an archive into dir.
func Unpack(archive, dir string) ([]provider.File, error) { return unpack(archive, dir) }

// Recorded reads the intents of a deploy: what served before it, and the deployment that is its own.
func Recorded(intents ...json.RawMessage) (before, id string, err error) {
	rec, _, err := recorded(intents)
	return rec.Before.ID, rec.ID, err
}
