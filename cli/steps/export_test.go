package steps

import "context"

// Ask runs the statement of a check of kind sql, once.
func (w *World) Ask(ctx context.Context, sql string) (string, error) { return w.query(ctx, sql) }
