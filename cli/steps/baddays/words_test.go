package baddays_test

import "time"

// The words of the rows: each gives a row that differs in one thing.

// ends says with which exit, and what a person is told.
func (r row) ends(exit int, says ...string) row {
	r.exit, r.says = exit, says
	return r
}

// takes gives a row another limit than the usual one.
func (r row) takes(d time.Duration) row {
	r.within = d
	return r
}

// lasts gives the fault another measure than its own.
func (r row) lasts(d time.Duration) row {
	r.For = d
	return r
}

func (r row) of(k kind) row {
	r.kind = k
	return r
}

func (r row) flawed(f flaw) row {
	r.flaw = f
	return r
}

// starts says when the fault begins: "planned", a step, or "undo:" and a step.
func (r row) starts(at string) row {
	r.at = at
	return r
}

// first makes it the first release of all.
func (r row) first() row {
	r.new = true
	return r
}

// altered makes it a release that writes variables, too.
func (r row) altered() row {
	r.changed = true
	return r
}

// repeats says that the vendor itself deploys the version once more.
func (r row) repeats() row {
	r.again = true
	return r
}

// leaves says what serves where that is neither of the two versions, and why that is right.
func (r row) leaves(t truth, why string) row {
	r.truth, r.why = &t, why
	return r
}

// unplanned says that there is not even a plan.
func (r row) unplanned() row {
	r.refused = true
	return r
}

// with adds a fault.
func (r row) with(more row) row {
	r.also = append(r.also, more)
	return r
}
