package ledger

import (
	"context"
	"errors"
	"slices"
)

// All gives the runs of dir's journals and those of the databases, at most limit of each database, the newest first. A run that both know is there once: as the journal has it, whose record is
// never the shorter one on the machine that writes it, or as the database does, if that went further or elsewhere. A
// database that cannot be read is an error beside what the others have.
func All(ctx context.Context, dir string, limit int, databases ...Database) ([]Summary, error) {
	list, err := List(dir)
	if err != nil {
		return nil, err
	}
	for _, d := range databases {
		runs, failed := d.Runs(ctx, limit)
		err = errors.Join(err, failed)
		list = combine(dir, list, runs)
	}
	return list, err
}

// combine puts the runs of a database, the newest first by their ordinals, into the list of journals, the newest first by their names. Names are from the clocks of
// machines: where both tell, the ordinals do.
func combine(dir string, journals, runs []Summary) []Summary {
	here := map[string]Summary{}
	for _, j := range journals {
		here[j.Run] = j
	}
	both := map[string]bool{}
	for i, r := range runs {
		if j, ok := here[r.Run]; ok {
			both[r.Run] = true
			runs[i] = choose(dir, j, r)
		}
	}
	var list []Summary
	for _, j := range journals {
		if both[j.Run] {
			continue
		}
		for len(runs) > 0 && runs[0].Run > j.Run {
			list, runs = append(list, runs[0]), runs[1:]
		}
		list = append(list, j)
	}
	return append(list, runs...)
}

// choose gives the better of a run's two records.
func choose(dir string, journal, database Summary) Summary {
	database.Journal = true
	if journal.State == nil || (database.State != nil && journal.State.Last < database.State.Last) {
		return database
	}
	lines, err := tailOf(dir, journal.Run)
	at := slices.IndexFunc(lines, func(l line) bool { return l.text == database.last })
	if err != nil || at < 0 {
		return database // it went on elsewhere
	}
	journal.Ordinal, journal.Ahead = database.Ordinal, at+1 < len(lines)
	journal.Held, journal.Gone = database.Held, journal.Gone && !database.Held
	return journal
}

func tailOf(dir, run string) ([]line, error) {
	path, err := journalPath(dir, run)
	if err != nil {
		return nil, err
	}
	return tail(path, 1)
}
