package vercel

import (
	"context"
	"time"
)

// conclude gives a finished build its aliases, or the verdict that it gets none.
func (e *Emulator) conclude(ctx context.Context, id, project string) {
	if _, hit := e.faults.Strike(ChecksFailed, project); hit {
		e.settle(id, func(d *deployment) { d.Checks = "failed" })
		return
	}
	if _, hit := e.faults.Strike(AliasError, project); hit {
		e.settle(id, func(d *deployment) { d.AliasError = "The domain's certificate could not be issued" })
		return
	}
	if !e.held(ctx, AliasLate, project) || !e.held(ctx, AliasNever, project) {
		return
	}
	e.settle(id, func(d *deployment) { e.assign(d); _ = e.arrange() })
}

// assign gives a finished build its aliases: the domain too, unless it was asked not to, or a rollback has frozen it,
// or something newer serves there. The caller holds the lock.
func (e *Emulator) assign(d *deployment) {
	p := e.project(d.Project)
	if p == nil {
		return
	}
	d.Assigned = e.now()
	now := e.deployment(p.Production)
	if d.Target == production && d.AutoAssign && p.assigns() && (now == nil || now.Created < d.Created) {
		e.moveTo(p, d)
	}
}

// moveTo lets the domain serve d. The caller holds the lock.
func (e *Emulator) moveTo(p *project, d *deployment) {
	if f, hit := e.faults.Strike(StaleAlias, p.Name); hit {
		e.stale[p.ID] = lag{deployment: p.Production, until: time.Now().Add(f.For)}
	}
	if f, hit := e.faults.Strike(ServesOld, p.Name); hit {
		e.behind[p.ID] = lag{deployment: p.Production, until: time.Now().Add(f.For)}
	}
	p.Production, p.Moved = d.ID, e.now()
	d.Substate = "PROMOTED"
}

// aliased is the deployment that reads of the domain's alias show. The caller holds the lock.
func (e *Emulator) aliased(p *project) string {
	if l := e.stale[p.ID]; l.on() {
		return l.deployment
	}
	return p.Production
}

// served is the deployment that the domain serves. The caller holds the lock.
func (e *Emulator) served(p *project) string {
	if l := e.behind[p.ID]; l.on() {
		return l.deployment
	}
	return p.Production
}
