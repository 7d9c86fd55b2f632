package railway

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"

	"readme/cli/box/host"
)

// ending is why a deployment's goroutine is asked to end. A goroutine that ends without one, because the emulator
// closes, leaves the deployment as it is: it goes on at the next Open.
type ending int

const (
	goesOn     ending = iota
	superseded        // another one serves now
	takenDown         // somebody asked for it: removed, or cancelled before it ran
	stopped           // likewise, and it stays the active one
)

// instance is the goroutine of one deployment, from its acceptance until nothing of it runs.
type instance struct {
	ended   chan struct{} // closed when why is set
	restart chan struct{} // asks for a new process
	ready   chan struct{} // closed when it serves, or never will

	why     ending // the first one counts; guarded by the emulator's lock, as is
	address string // of its process; "" while there is none
}

// end asks the goroutine to end. The emulator's lock is held.
func (in *instance) end(why ending) {
	if in.why == goesOn {
		in.why = why
		close(in.ended)
	}
}

// create records a new deployment and starts it. The lock is held; the caller saves before it answers.
func (e *Emulator) create(s *service, archive, message, reason string, set settings, vars map[string]string) *deployment {
	d := &deployment{
		ID: uuid.NewString(), Service: s.ID, Status: initializing, Created: now(), Updated: now(), InstID: uuid.NewString(),
		Archive: archive, Message: message, Reason: reason, Settings: set, Variables: vars, Stopped: true,
	}
	e.w.Deployments = append(e.w.Deployments, d)
	d.begin("SNAPSHOT_CODE")
	if f, ok := e.faults.strike(FaultStaleReads, s.Name); ok {
		e.hidden[d.ID] = time.Now().Add(f.length(5 * time.Second))
	}
	return d
}

// launch starts the deployment's goroutine. The lock is held, and the deployment is saved.
func (e *Emulator) launch(id string) *instance {
	in := &instance{ended: make(chan struct{}), restart: make(chan struct{}, 1), ready: make(chan struct{})}
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
func (e *Emulator) drop(in *instance, id string) {
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

// trip is what one goroutine knows of its deployment.
type trip struct {
	e       *Emulator
	id      string
	in      *instance
	d       deployment // as it was accepted; its fields below Status do not change
	name    string     // the service's
	settled bool       // it has reached SUCCESS
	isReady bool
	crashes int
	giveUp  time.Time // when it must be healthy
}

func (t *trip) run(ctx context.Context) {
	defer t.ready()
	t.e.mu.Lock()
	d := t.e.w.deployment(t.id)
	t.d = *d
	t.d.Variables = maps.Clone(d.Variables)
	t.name = t.e.w.service(d.Service).Name
	t.e.mu.Unlock()
	t.settled = d.Succeeded
	out, ok := t.build(ctx)
	if ok {
		t.serve(ctx, out)
	}
}

// ready lets Open go on.
func (t *trip) ready() {
	if !t.isReady {
		t.isReady = true
		close(t.in.ready)
	}
}

// build brings the deployment to a folder that can run: a finished one again for a rollback or a return, without
// showing the phase.
func (t *trip) build(ctx context.Context) (host.Output, bool) {
	quiet := t.settled || t.d.Reason == reasonRollback
	begun := time.Now()
	if !t.settled {
		if !sleep(ctx, t.e.cfg.Pace) {
			return host.Output{}, false
		}
		t.advance(ctx, func(d *deployment) { d.complete("") })
	}
	if !quiet {
		begun = time.Now()
		t.advance(ctx, func(d *deployment) { d.Status = building; d.begin("BUILD_IMAGE") })
		if f, ok := t.e.faults.strike(FaultSlowBuild, t.name); ok && !sleep(ctx, f.length(time.Minute)) {
			return host.Output{}, false
		}
	}
	say := func(line string) { t.e.logs.add(t.id, buildLog, "stdout", line) }
	if quiet {
		say = func(string) {}
	}
	out, err := t.e.cfg.Host.Build(ctx, host.Build{
		Service: t.name, Archive: t.e.archivePath(t.d.Archive), Root: t.d.Settings.Root,
		Command: t.d.Settings.Build, Env: t.d.Variables, Say: say,
	})
	switch {
	case ctx.Err() != nil:
		return host.Output{}, false
	case err != nil:
		say("Build failed: " + err.Error())
		status := failed
		if t.settled {
			status = crashed // it was live, and cannot come back
		}
		t.fail(ctx, status, "the build failed: "+err.Error())
		return host.Output{}, false
	}
	if !quiet && !sleep(ctx, t.e.cfg.Pace-time.Since(begun)) {
		return host.Output{}, false
	}
	if !quiet {
		t.advance(ctx, func(d *deployment) { d.complete("") })
	}
	return out, true
}

// fail ends the deployment's way badly. What was live before still is.
func (t *trip) fail(ctx context.Context, status, why string) {
	t.advance(ctx, func(d *deployment) {
		if len(d.Events) == 0 || d.Events[len(d.Events)-1].Completed != nil {
			d.begin("HEALTHCHECK")
		}
		d.complete(why)
		d.Status, d.Stopped = status, true
		if status == crashed || d.Instance != "" {
			d.Instance = crashed
		}
	})
}

// succeed makes the deployment the one that serves, and ends every other one of its service.
func (t *trip) succeed(ctx context.Context) {
	t.e.mu.Lock()
	defer t.e.mu.Unlock()
	if t.in.why != goesOn || ctx.Err() != nil {
		return
	}
	d := t.e.w.deployment(t.id)
	s := t.e.w.service(d.Service)
	old := s.Active
	s.Active = d.ID
	d.Status, d.Updated, d.Succeeded, d.Stopped = success, now(), true, false
	d.complete("")
	for _, o := range t.e.w.of(s.ID) {
		switch {
		case o == d:
		case o.underway() && !o.Created.After(d.Created):
			t.e.stop(o, takenDown)
		case o.ID == old:
			t.e.stop(o, superseded)
		}
	}
	_ = t.e.save() // a full disk must not stop what already runs; the next acceptance reports it
	t.settled = true
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

// change alters the deployment and saves it.
func (t *trip) change(f func(d *deployment)) {
	t.e.mu.Lock()
	defer t.e.mu.Unlock()
	d := t.e.w.deployment(t.id)
	f(d)
	d.Updated = now()
	_ = t.e.save() // a full disk must not stop what already runs; the next acceptance reports it
}

// advance is change for a deployment that is not being ended: an ending that was accepted is not overwritten by what
// was under way then.
func (t *trip) advance(ctx context.Context, f func(d *deployment)) {
	t.change(func(d *deployment) {
		if t.in.why == goesOn && ctx.Err() == nil {
			f(d)
		}
	})
}

// begin opens a step of the deployment's way.
func (d *deployment) begin(step string) {
	d.Events = append(d.Events, event{ID: uuid.NewString(), Step: step, Created: now()})
}

// complete closes the last step, with an error or "".
func (d *deployment) complete(why string) {
	if n := len(d.Events); n > 0 && d.Events[n-1].Completed == nil {
		at := now()
		d.Events[n-1].Completed, d.Events[n-1].Error = &at, why
	}
}

// exitText says how a process has ended.
func exitText(code int) string {
	if code < 0 {
		return "was ended by a signal"
	}
	return fmt.Sprintf("exited with code %d", code)
}
