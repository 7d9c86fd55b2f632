package vercel

import (
	"context"
)

const production = "production"

// start sets a deployment going that is not over. The caller holds the lock.
func (e *Emulator) start(d *deployment) {
	l, id := e.child(), d.ID
	e.builds[id] = l
	l.run(func(ctx context.Context) {
		defer l.end()
		e.advance(ctx, id)
		e.mu.Lock()
		delete(e.builds, id)
		e.mu.Unlock()
	})
}

// advance takes a deployment through its states: QUEUED, BUILDING, READY or ERROR, and to its aliases. When the emulator
// closes meanwhile, the next one begins again where the record stands.
func (e *Emulator) advance(ctx context.Context, id string) {
	d, p := e.peek(id)
	if d.State != "READY" && !e.construct(ctx, d, p) {
		return
	}
	if e.pause(ctx) {
		e.conclude(ctx, id, p.Name)
	}
}

// construct builds; false means that it ends here.
func (e *Emulator) construct(ctx context.Context, d deployment, p project) bool {
	e.enter(d.ID, "QUEUED")
	if !e.pause(ctx) || !e.held(ctx, QueuedForever, p.Name) {
		return false
	}
	if _, hit := e.faults.Strike(Blocked, p.Name); hit {
		why := "TEAM_ACCESS_REQUIRED"
		if d.Git != nil {
			why = "COMMIT_AUTHOR_REQUIRED"
		}
		e.settle(d.ID, func(d *deployment) { d.State, d.Block = "BLOCKED", why })
		return false
	}
	if !e.takeSlot(ctx) {
		return false
	}
	free := func() { <-e.slot }
	e.enter(d.ID, "BUILDING")
	if !e.pause(ctx) {
		free()
		return false
	}
	if f, hit := e.faults.Strike(BuildStuck, p.Name); hit {
		free() // one that is stuck does not keep the others
		if !e.hold(ctx, f, p.Name) || !e.takeSlot(ctx) {
			return false
		}
	}
	err := e.build(ctx, d, p)
	free()
	if ctx.Err() != nil {
		return false // cancelled, or closing: the record says which
	}
	e.log(d.ID).flush()
	return e.built(ctx, d.ID, p, err)
}

// built records how a build has ended; false means badly.
func (e *Emulator) built(ctx context.Context, id string, p project, err error) bool {
	if _, hit := e.faults.Strike(CanceledUnderUs, p.Name); hit {
		e.settle(id, func(d *deployment) { d.State = "CANCELED" })
		return false
	}
	if err != nil {
		e.settle(id, func(d *deployment) { d.State, d.ErrorCode, d.Error = "ERROR", "BUILD_FAILED", err.Error() })
		return false
	}
	if f, hit := e.faults.Strike(UnknownState, p.Name); hit {
		e.enter(id, "PROVISIONING")
		if !e.hold(ctx, f, p.Name) {
			return false
		}
	}
	_, crashes := e.faults.Strike(CrashesAtRun, p.Name)
	ready := false
	e.settle(id, func(d *deployment) {
		d.State, d.Substate, d.Ready, d.Crashes = "READY", "STAGED", e.now(), crashes
		ready = e.arrange() == nil
	})
	return ready
}

func (e *Emulator) takeSlot(ctx context.Context) bool {
	select {
	case e.slot <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// enter brings a deployment into one of the states on the way.
func (e *Emulator) enter(id, state string) {
	e.settle(id, func(d *deployment) {
		d.State = state
		if state == "BUILDING" {
			d.Building = e.now()
		}
	})
}

// settle changes a deployment unless it is over, or gone, already: a cancel that came in between stays.
func (e *Emulator) settle(id string, f func(*deployment)) {
	_ = e.change(func() error {
		d := e.deployment(id)
		if d == nil || d.over() {
			return nil
		}
		f(d)
		if d.over() && d.State != "READY" {
			d.Ended = e.now()
		}
		return nil
	})
}

// peek copies a deployment's record, and its project's; the zero ones when they are gone.
func (e *Emulator) peek(id string) (deployment, project) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.deployment(id)
	if d == nil {
		return deployment{}, project{}
	}
	if p := e.project(d.Project); p != nil {
		return *d, *p
	}
	return *d, project{}
}
