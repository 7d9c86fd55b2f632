package railway

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
)

// Why a deployment was made, as its meta says it.
const (
	reasonDeploy   = "deploy"
	reasonRedeploy = "redeploy"
	reasonRollback = "rollback"
)

// order is a deployment that is to be made.
type order struct {
	from    origin
	message string // of an upload
	reason  string
	by      string // who wants it, "" for the caller of the API: strangers' deployments have no faults
	set     settings
	vars    map[string]string
}

// fresh is an order with the settings and variables of now.
func (e *Emulator) fresh(in *instance, from origin, reason string) order {
	return order{from: from, reason: reason, set: in.Settings, vars: e.rendered(in)}
}

// create records a new deployment. The lock is held; the caller saves before it answers.
func (e *Emulator) create(in *instance, o order) *deployment {
	d := &deployment{
		ID: uuid.NewString(), Of: in.ID, Status: initializing, Created: now(), Updated: now(), InstID: uuid.NewString(),
		origin: o.from, Message: o.message, Reason: o.reason, By: o.by, Settings: o.set, Variables: o.vars, Stopped: true,
	}
	if o.from.Commit != "" {
		in.Source.Commit = o.from.Commit
	}
	if o.reason != reasonRollback {
		d.Digest = "" // it is pulled again
	}
	d.begin("SNAPSHOT_CODE")
	if o.by == "" {
		e.spoil(in, d)
	}
	e.w.Deployments = append(e.w.Deployments, d)
	return d
}

// start saves a new deployment and then lets it run.
func (e *Emulator) start(d *deployment) error {
	if err := e.accept(); err != nil {
		return err
	}
	if d.Status != skipped {
		e.launch(d.ID)
	}
	return nil
}

// make creates and starts a deployment, and answers with its id.
func (e *Emulator) make(in *instance, o order) (any, error) {
	if !in.service.Deleted.IsZero() {
		return nil, errNotAuthorized // it went while its source was looked up
	}
	d := e.create(in, o)
	if err := e.start(d); err != nil {
		return nil, err
	}
	return d.ID, nil
}

// accept puts what was changed on disk.
func (e *Emulator) accept() error {
	if e.save() != nil {
		return errProcessing
	}
	return nil
}

// trip is what one goroutine knows of its deployment.
type trip struct {
	e       *Emulator
	id      string
	in      *runner
	d       deployment // as it was accepted; its status and what follows from it do not change here
	name    string     // the service's
	settled bool       // it has reached SUCCESS
	isReady bool
	crashes int
	giveUp  time.Time // when it must be healthy
	fate              // what a fault has in store for it
}

func (t *trip) run(ctx context.Context) {
	defer t.ready()
	t.e.mu.Lock()
	d := t.e.w.deployment(t.id)
	t.d = *d
	t.d.Variables = maps.Clone(d.Variables)
	t.name = t.e.w.instance(d).service.Name
	t.e.mu.Unlock()
	t.settled = t.d.Succeeded
	if !t.settled && !t.queue(ctx) {
		return
	}
	if t.d.Image != "" {
		if t.pull(ctx) {
			t.serve(ctx, t.startImage)
		}
		return
	}
	if out, ok := t.build(ctx); ok {
		t.serve(ctx, t.startOutput(out))
	}
}

// ready lets Open go on.
func (t *trip) ready() {
	if !t.isReady {
		t.isReady = true
		close(t.in.ready)
	}
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
	in := t.e.w.instance(d)
	old := in.Active
	in.Active = d.ID
	d.Status, d.Updated, d.Served, d.Succeeded, d.Stopped = success, now(), now(), true, false
	d.complete("")
	newer := true
	for _, o := range t.e.w.of(in) {
		switch {
		case o == d:
			newer = false
		case o.underway() && !newer:
			t.e.stop(o, takenDown)
		case o.ID == old:
			t.e.stop(o, superseded)
		}
	}
	_ = t.e.save() // a full disk must not stop what already runs; the next acceptance reports it
	t.settled = true
	t.foresee()
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

// exitText says how a process has ended.
func exitText(code int) string {
	if code < 0 {
		return "was ended by a signal"
	}
	return fmt.Sprintf("exited with code %d", code)
}
