package ledger

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"readme/cli/release"
)

// mostJournals is how many journals All reads: those of smoke checks, which come by the minute where they are watched, are not counted as
// releases, and must not make it read for ever either.
const mostJournals = 1000

// All gives the runs of dir's journals and those of the databases, at most limit releases of each, the newest first. A run that both know is there once: as the journal has it, whose record is
// never the shorter one on the machine that writes it, or as the database does, if that went further or elsewhere. A
// database that cannot be read is an error beside what the others have.
func All(ctx context.Context, dir string, limit int, databases ...Database) ([]Summary, error) {
	list, err := newest(dir, limit)
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

// newest gives the newest journals: as many as hold limit releases, within reason.
func newest(dir string, limit int) ([]Summary, error) {
	runs, err := names(dir)
	if err != nil {
		return nil, err
	}
	var list []Summary
	releases := 0
	for _, run := range runs[:min(len(runs), mostJournals)] {
		if releases == limit {
			break
		}
		s := summary(dir, run)
		if s.State == nil || s.State.Plan.Purpose != release.Smoke {
			releases++
		}
		list = append(list, s)
	}
	return list, nil
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
		j, ok := here[r.Run]
		if !ok { // it may have a journal beyond the newest ones, by a clock that went wrong
			j = summary(dir, r.Run)
			ok = !errors.Is(j.Err, fs.ErrNotExist)
		}
		if ok {
			both[r.Run] = true
			runs[i] = Choose(dir, j, r)
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

// Choose gives the better of a run's two records, its journal's in dir and the database's: the journal's where it only goes further, and the
// database's, which is the truth, where the run went on elsewhere.
func Choose(dir string, journal, database Summary) Summary {
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
