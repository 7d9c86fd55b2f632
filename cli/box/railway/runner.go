package railway

import "context"

// ending is why a deployment's goroutine is asked to end. A goroutine that ends without one, because the emulator
// closes, leaves the deployment as it is: it goes on at the next Open.
type ending int

const (
	goesOn     ending = iota
	superseded        // another one serves now
	takenDown         // somebody asked for it: removed, or cancelled before it ran
	stopped           // likewise, and it stays the active one
)

// runner is the goroutine of one deployment, from its acceptance until nothing of it runs.
type runner struct {
	ended   chan struct{} // closed when why is set
	restart chan struct{} // asks for a new process
	approve chan struct{} // lets it go on
	wake    chan struct{} // somebody knocks while it sleeps
	ready   chan struct{} // closed when it serves, or never will

	why     ending // the first one counts; guarded by the emulator's lock, as is
	address string // of its process; "" while there is none
}

// end asks the goroutine to end. The emulator's lock is held.
func (in *runner) end(why ending) {
	if in.why == goesOn {
		in.why = why
		close(in.ended)
	}
}

// nudge sends where one is enough.
func nudge(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default: // one is already on its way
	}
}

// launch starts the deployment's goroutine. The lock is held, and the deployment is saved.
func (e *Emulator) launch(id string) *runner {
	in := &runner{
		ended: make(chan struct{}), ready: make(chan struct{}),
		restart: make(chan struct{}, 1), approve: make(chan struct{}, 1), wake: make(chan struct{}, 1),
	}
	e.running[id] = in
	started := e.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		over := make(chan struct{})
		go func() {
			defer close(over)
			select {
			case <-in.ended:
				cancel()
			case <-ctx.Done():
			}
		}()
		t := &trip{e: e, id: id, in: in}
		t.run(ctx)
		cancel()
		<-over
		e.drop(in, id)
	})
	if !started {
		delete(e.running, id)
		close(in.ready)
	}
	return in
}

// drop records why the goroutine has ended, where that changes the deployment, and forgets it: in one, so that a reason
// which comes late is not lost.
func (e *Emulator) drop(in *runner, id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.running, id)
	e.logs.rest(id)
	d := e.w.deployment(id)
	switch in.why {
	case goesOn:
		return
	case superseded, takenDown:
		if d.Status == removing {
			d.complete("")
		}
		d.Status, d.Stopped, d.Instance = removed, true, removed
	case stopped:
		d.Stopped, d.Instance = true, "EXITED"
	}
	d.Updated = now()
	_ = e.save() // a full disk must not stop what already runs; the next acceptance reports it
}

// stop ends a deployment for a reason, through its goroutine if it has one. The lock is held; what is saved then says
// enough for the next Open to finish it.
func (e *Emulator) stop(d *deployment, why ending) {
	in := e.running[d.ID]
	d.Updated = now()
	switch {
	case why == stopped:
		d.Stopped = true
	case in == nil:
		d.Status, d.Stopped, d.Instance = removed, true, removed
	case why != superseded: // that one goes on beside the new one for its overlap
		d.Status = removing
	}
	if in != nil {
		in.end(why)
	}
}
