package app

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"
	"time"

	"readme/cli/ledger"
	"readme/cli/release"
	"readme/cli/spec"
)

// records reads runs wherever they are on record: in the journals on this machine, and in the databases of environments.
type records struct {
	dir string
	of  []ledger.Database
	say func(format string, args ...any) // once of each database that does not answer
}

// recordsOf gives the records of these environments. One whose database has no address here is read from the journals; strict says so.
func (a *app) recordsOf(ctx context.Context, p *project, strict bool, envs ...spec.Environment) records {
	r := records{dir: p.runs(), say: a.say}
	for _, env := range envs {
		db, err := a.recordOf(ctx, p, env)
		if err != nil && strict {
			a.say("the record of %s in its Postgres is not read, so only what happened on this machine is known: %s", env.Name, unknown(err, env))
		}
		if !db.None() {
			r.of = append(r.of, db)
		}
	}
	return r
}

// records are those of an opened environment.
func (w *world) records() records {
	r := records{dir: w.project.runs(), say: w.app.say}
	if db := w.record(); !db.None() {
		r.of = []ledger.Database{db}
	}
	return r
}

// brief is how long a database may take that is only asked for what it knows.
const brief = 3 * time.Second

// known is a run, and who holds the lock for it now; nil where nobody does, or where nobody can tell.
type known struct {
	ledger.Summary
	holder *ledger.Holder
}

// list gives the runs of all records, the newest first, at most limit of each database. A database that does not answer is told,
// and its runs are those that journals know.
func (r records) list(ctx context.Context, limit int) ([]known, error) {
	ctx, cancel := context.WithTimeout(ctx, brief)
	defer cancel()
	holders := make([]ledger.Holder, len(r.of))
	var wg sync.WaitGroup
	for i, db := range r.of {
		wg.Go(func() { holders[i], _, _ = db.Lease(ctx) }) // one that is away is told by All
	}
	runs, err := ledger.All(ctx, r.dir, limit, r.of...)
	wg.Wait()
	switch {
	case err != nil && len(r.of) == 0:
		return nil, err
	case err != nil:
		r.away(err)
	}
	list := make([]known, len(runs))
	for i, s := range runs {
		list[i] = known{Summary: s}
		for _, h := range holders {
			if h.Run == s.Run {
				list[i].holder = &h
				list[i].Gone = s.Gone && ledger.Dead(r.dir, s.Run)
			}
		}
	}
	return list, nil
}

func (r records) away(err error) {
	r.say("the record in Postgres cannot be read, so only what happened on this machine is known: %s", plainly(err))
}

// plainly is an error in one line.
func plainly(err error) string {
	if f, ok := errors.AsType[*release.Fault](err); ok {
		return f.Title
	}
	return err.Error()
}

// latest is the newest release to env, or rollback of it, that was begun; nil if there is none. It reads no more of the past than
// it needs. A database knows the order of its own runs; one that only a journal knows counts by its time.
func (r records) latest(ctx context.Context, env string) (*known, error) {
	const enough = 20
	here, err := ledger.Latest(r.dir, env)
	if err != nil {
		return nil, err
	}
	var there []ledger.Summary
	var holder ledger.Holder
	for _, db := range r.of {
		ctx, cancel := context.WithTimeout(ctx, brief)
		if there, err = db.Runs(ctx, enough); err == nil {
			holder, _, err = db.Lease(ctx)
		}
		if cancel(); err != nil {
			r.away(err)
		}
	}
	last := newer(here, there, env)
	if last != nil && holder.Run == last.Run {
		last.holder = &holder
	}
	return last, nil
}

// newer chooses between the newest run of the journals and those of the database.
func newer(here *release.State, there []ledger.Summary, env string) *known {
	i := slices.IndexFunc(there, func(s ledger.Summary) bool { return s.State != nil && counts(s.State, env) })
	switch {
	case here == nil && i < 0:
		return nil
	case here == nil:
		return &known{Summary: there[i]}
	case i < 0, here.Run == there[i].Run && here.Last >= there[i].State.Last:
		ahead := i < 0 || here.Last > there[i].State.Last
		return &known{Summary: ledger.Summary{Run: here.Run, State: here, Ahead: ahead}}
	}
	isHere := func(s ledger.Summary) bool { return s.Run == here.Run }
	if !slices.ContainsFunc(there, isHere) && here.Run > there[i].Run {
		return &known{Summary: ledger.Summary{Run: here.Run, State: here, Ahead: true}}
	}
	return &known{Summary: there[i]}
}

// counts reports whether a run is a release to env, or its way back, that began.
func counts(s *release.State, env string) bool {
	return s.Plan.Env == env && s.Plan.Purpose != release.Smoke && !s.Denied
}

// events gives the record of one run; fs.ErrNotExist where nobody has it.
func (r records) events(ctx context.Context, run string) ([]release.Event, error) {
	here, err := ledger.Read(r.dir, run)
	if _, cut := errors.AsType[*ledger.CutError](err); cut { // it was killed, and what it did is on record
		err = nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, db := range r.of {
		here, err = ledger.Merge(here, r.eventsAt(ctx, db, run))
		if _, differ := errors.AsType[*ledger.ConflictError](err); differ {
			r.say("%s; this is the environment's", err)
		} else if err != nil {
			return nil, err
		}
	}
	if len(here) == 0 {
		return nil, fs.ErrNotExist
	}
	return here, nil
}

func (r records) eventsAt(ctx context.Context, db ledger.Database, run string) []release.Event {
	ctx, cancel := context.WithTimeout(ctx, brief)
	defer cancel()
	events, err := db.Events(ctx, run)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.away(err)
	}
	return events
}
