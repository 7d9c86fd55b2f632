package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
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

// heldBy says who holds the lock for the run. A holder that is provably gone is none: its lease only has not ended yet.
func (k *known) heldBy(dir string, h ledger.Holder) {
	host, _ := os.Hostname() // without a name nobody is ever provably gone
	if !ledger.Orphaned(dir, host)(h) {
		k.holder = &h
		return
	}
	k.Gone = k.State != nil && k.State.Verdict() == release.Going
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
				list[i].heldBy(r.dir, h)
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
// it needs. A database knows the order of its own runs; one that only a journal knows counts by its time. One that does not answer is
// told, and left out.
func (r records) latest(ctx context.Context, env string) (*known, error) {
	here, err := ledger.Latest(r.dir, env)
	if err != nil {
		return nil, err
	}
	var there lately
	for _, db := range r.of {
		ctx, cancel := context.WithTimeout(ctx, brief)
		there, err = latelyIn(ctx, db)
		if cancel(); err != nil {
			r.away(err)
		}
	}
	return r.newer(here, there, env), nil
}

// brought is latest without the runs that only wrote variables, which brought nothing.
func (r records) brought(ctx context.Context, env string) (*known, error) {
	const far = 50
	last, err := r.latest(ctx, env)
	if err != nil || last == nil || last.State.Plan.Purpose != release.Variables {
		return last, err
	}
	runs, err := r.list(ctx, far)
	for i, k := range runs {
		if k.State != nil && counts(k.State, env) && k.State.Plan.Purpose != release.Variables {
			return &runs[i], nil
		}
	}
	return nil, err
}

// settled is latest for whoever holds the lock and is about to change something: a database that cannot be read is an error, and has as
// much time as it needs. What another machine left half-done must not be overlooked.
func (r records) settled(ctx context.Context, env string) (*known, error) {
	here, err := ledger.Latest(r.dir, env)
	if err != nil {
		return nil, err
	}
	var there lately
	for _, db := range r.of {
		if there, err = latelyIn(ctx, db); err != nil {
			return nil, err
		}
	}
	return r.newer(here, there, env), nil
}

// lately is what a database knows of the last runs.
type lately struct {
	runs   []ledger.Summary
	holder ledger.Holder
}

func latelyIn(ctx context.Context, db ledger.Database) (l lately, err error) {
	const enough = 20
	if l.runs, err = db.Runs(ctx, enough); err == nil {
		l.holder, _, err = db.Lease(ctx)
	}
	return l, err
}

// newer chooses between the newest run of the journals and those of the database. Of one run that both know it is the journal's record only if
// that goes on from the database's: an end that is in the journal alone counts, and one that somebody else's resume has overtaken does not.
func (r records) newer(here *release.State, there lately, env string) *known {
	i := slices.IndexFunc(there.runs, func(s ledger.Summary) bool { return s.State != nil && counts(s.State, env) })
	var last *known
	switch {
	case here == nil && i < 0:
		return nil
	case here == nil:
		last = &known{Summary: there.runs[i]}
	case i < 0:
		last = &known{Summary: ledger.Summary{Run: here.Run, State: here, Journal: true, Ahead: true}}
	case here.Run == there.runs[i].Run:
		last = &known{Summary: ledger.Choose(r.dir, ledger.Summary{Run: here.Run, State: here, Journal: true}, there.runs[i])}
	case here.Run > there.runs[i].Run && !slices.ContainsFunc(there.runs, func(s ledger.Summary) bool { return s.Run == here.Run }):
		last = &known{Summary: ledger.Summary{Run: here.Run, State: here, Journal: true, Ahead: true}}
	default:
		last = &known{Summary: there.runs[i]}
	}
	if there.holder.Run == last.Run {
		last.heldBy(r.dir, there.holder)
	}
	return last
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
