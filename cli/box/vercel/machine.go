package vercel

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"time"

	"readme/cli/box/host"
)

const (
	production   = "production"
	buildTimeout = 15 * time.Minute
	buildCommand = "npx next build"
)

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
	if e.peek(id).State != "READY" && !e.construct(ctx, id) {
		return
	}
	if !e.pause(ctx) {
		return
	}
	_ = e.change(func() error { e.assign(e.find(id)); return e.arrange() })
}

// construct builds; false means that it ends here.
func (e *Emulator) construct(ctx context.Context, id string) bool {
	e.enter(id, "QUEUED")
	if !e.pause(ctx) {
		return false
	}
	select {
	case e.slot <- struct{}{}:
		defer func() { <-e.slot }()
	case <-ctx.Done():
		return false
	}
	if f, ok := e.strike(Blocked); ok {
		e.settle(id, func(d *deployment) { d.State, d.Block = "BLOCKED", f.Text })
		return false
	}
	e.enter(id, "BUILDING")
	if !e.pause(ctx) {
		return false
	}
	err := e.build(ctx, e.peek(id))
	if ctx.Err() != nil {
		return false // cancelled, or closing: the record says which
	}
	e.log(id).flush()
	if err != nil {
		e.settle(id, func(d *deployment) { d.State, d.ErrorCode, d.Error = "ERROR", "BUILD_FAILED", err.Error() })
		return false
	}
	return e.change(func() error {
		d := e.find(id)
		d.State, d.Substate, d.Ready = "READY", "STAGED", e.now()
		return e.arrange()
	}) == nil
}

// build runs the project's build. Its error is what the deployment's errorMessage says.
func (e *Emulator) build(ctx context.Context, d deployment) error {
	log := e.log(d.ID)
	out, err := e.output(ctx, d, func(line string) { log.say("stdout", "", line) })
	if f, ok := e.strike(BuildFails); ok {
		err = fmt.Errorf("%s", f.Text)
	}
	if err != nil {
		// The CLI waits for a line of this level that holds the deployment's message.
		log.say("stderr", "error", "Error: "+err.Error())
		return err
	}
	if out.Cached {
		log.say("stdout", "", "Nothing has changed since an earlier build: its output is used again.")
	}
	return nil
}

// output gives a deployment's build, which Host keeps: an equal one is not built twice.
func (e *Emulator) output(ctx context.Context, d deployment, say func(string)) (host.Output, error) {
	ctx, cancel := context.WithTimeout(ctx, buildTimeout)
	defer cancel()
	archive, err := e.archive(d)
	if err != nil {
		return host.Output{}, err
	}
	defer func() { _ = os.Remove(archive) }()
	env := maps.Clone(d.Env)
	if env == nil {
		env = map[string]string{}
	}
	env["VERCEL_ENV"] = environment(d)
	out, err := e.cfg.Host.Build(ctx, host.Build{
		Service: e.cfg.Project, Archive: archive, Command: buildCommand, Env: env, Node: true, Say: say,
	})
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return out, fmt.Errorf("%s", first)
	}
	return out, nil
}

func environment(d deployment) string {
	if d.Target == production {
		return production
	}
	return "preview"
}

// assign gives a finished build its aliases: the domain too, unless it was asked not to, or a rollback has frozen it,
// or something newer serves there. The caller holds the lock.
func (e *Emulator) assign(d *deployment) {
	if d == nil || d.Assigned != 0 {
		return
	}
	d.Assigned = e.now()
	p := &e.state.Project
	now := e.find(p.Production)
	if d.Target == production && d.AutoAssign && !p.Frozen && (now == nil || now.Created < d.Created) {
		e.moveTo(d)
	}
}

// moveTo lets the domain serve d. The caller holds the lock.
func (e *Emulator) moveTo(d *deployment) {
	p := &e.state.Project
	if f, ok := e.struck(StaleAlias); ok {
		e.stale = staleAlias{id: p.Production, until: time.Now().Add(f.For)}
	}
	p.Production, p.Moved = d.ID, e.now()
	d.Substate = "PROMOTED"
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
		d := e.find(id)
		if d == nil || d.over() {
			return nil
		}
		f(d)
		if d.over() {
			d.Ended = e.now()
		}
		return nil
	})
}

// peek copies a deployment's record; the zero one when it is gone.
func (e *Emulator) peek(id string) deployment {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d := e.find(id); d != nil {
		return *d
	}
	return deployment{}
}
