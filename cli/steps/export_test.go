package steps

import (
	"context"

	"readme/cli/provider"
)

// Ask runs the statement of a check of kind sql, once.
func (w *World) Ask(ctx context.Context, sql string) (string, error) { return w.query(ctx, sql) }

// Unpack writes the files of an archive into dir.
func Unpack(archive, dir string) ([]provider.File, error) { return unpack(archive, dir) }
