package railway

import (
	"context"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/host"
)

// fate is what faults have in store for one deployment.
type fate struct {
	sick     bool             // the health check never passes
	stuck    bool             // nor ends
	flaps    time.Duration    // how long each of its processes lives; 0: as long as it likes
	sentence string           // the fault that befalls it after SUCCESS
	due      <-chan time.Time // when
}

// strike reports whether a fault befalls the deployment. Those that others have made are spared.
func (t *trip) strike(name string) (time.Duration, bool) {
	t.e.mu.Lock()
	defer t.e.mu.Unlock()
	return t.strikeLocked(name)
}

func (t *trip) strikeLocked(name string) (time.Duration, bool) {
	if t.d.By != "" {
		return 0, false
	}
	f, ok := t.e.strikes(name, t.e.w.instance(&t.d))
	return f.For, ok
}

// strikes reports whether a fault befalls a service in an environment: Only is "api" or "production/api".
func (e *Emulator) strikes(name string, in *instance) (fault.Fault, bool) {
	if f, ok := e.board.Strike(name, in.service.Name); ok {
		return f, ok
	}
	return e.board.Strike(name, in.env.Name+"/"+in.service.Name)
}

// lasts is strikes for what is a state, and is not counted.
func (e *Emulator) lasts(name string, in *instance) (fault.Fault, bool) {
	if f, ok := e.board.Is(name, in.service.Name); ok {
		return f, ok
	}
	return e.board.Is(name, in.env.Name+"/"+in.service.Name)
}

// spoil plays what can go wrong as a deployment is made. The lock is held.
func (e *Emulator) spoil(in *instance, d *deployment) {
	if f, ok := e.strikes(FaultStaleReads, in); ok {
		e.hidden[d.ID] = time.Now().Add(f.For)
	}
	if f, ok := e.strikes(FaultStaleLatest, in); ok {
		e.late[d.ID] = time.Now().Add(f.For)
	}
	if d.Reason == reasonRollback {
		return
	}
	if before := e.w.of(in); len(before) > 0 {
		if _, ok := e.strikes(FaultOldSettings, in); ok {
			d.Settings = before[0].Settings
		}
	}
	if _, ok := e.strikes(FaultSkipped, in); ok {
		d.skip("No changes to watched files")
	} else if _, ok := e.strikes(FaultSkippedByCI, in); ok {
		d.skip("CI check suite failed")
	} else if _, ok := e.strikes(FaultApproval, in); ok {
		d.Status = needsApproval
	}
	if d.Status == skipped {
		e.logs.add(d.ID, buildLog, "stdout", "No changed files matched patterns, or checks failed: "+d.Skipped)
		e.logs.rest(d.ID)
	}
}

func (d *deployment) skip(why string) {
	d.Status, d.Skipped, d.Instance = skipped, why, skipped
	d.complete("")
}

// wait is a status in which a deployment has to stay.
type wait struct {
	status string
	length time.Duration
}

// waits are what stands before the deployment's beginning.
func (t *trip) waits() []wait {
	var list []wait
	if length, ok := t.strike(FaultWaitsForCI); ok {
		list = append(list, wait{waiting, length})
	}
	if length, ok := t.strike(FaultQueued); ok {
		list = append(list, wait{queued, length})
	}
	return list
}

// builds plays what can go wrong with a build, and reports whether it goes on.
func (t *trip) builds(ctx context.Context, say func(string)) bool {
	if length, ok := t.strike(FaultSlowBuild); ok && !sleep(ctx, length) {
		return false
	}
	if _, ok := t.strike(FaultStuckBuild); ok {
		<-ctx.Done()
		return false
	}
	if _, ok := t.strike(FaultBuildFails); ok && sleep(ctx, t.e.cfg.Pace) {
		say("Build failed: a fault of the box was switched on")
		t.fail(ctx, failed, "the build failed: a fault of the box was switched on")
		return false
	}
	if _, ok := t.strike(FaultCancelled); ok && sleep(ctx, t.e.cfg.Pace) {
		t.fail(ctx, failed, "the build was cancelled")
		t.advance(ctx, func(d *deployment) { d.Shown = "CANCELLED" })
		return false
	}
	return ctx.Err() == nil
}

func (t *trip) cannotPull() bool {
	_, ok := t.strike(FaultPullFails)
	return ok
}

// curse decides how the processes of a new deployment fare.
func (t *trip) curse() {
	if _, ok := t.strike(FaultStuckDeploy); ok {
		t.stuck = true
	}
	if t.d.Settings.Health != "" {
		if length, ok := t.strike(FaultHealthNever); ok {
			t.sick = true
			if length > 0 {
				t.giveUp = time.Now().Add(length)
			}
		}
	}
	if length, ok := t.strike(FaultFlapping); ok {
		t.flaps = length
	}
}

// lifetime tells when a process that flaps dies: the first one before it can be healthy.
func (t *trip) lifetime() <-chan time.Time {
	switch {
	case t.flaps == 0:
		return nil
	case t.crashes == 0:
		return time.After(t.e.cfg.Pace / 2)
	}
	return time.After(t.flaps)
}

// lingers is how much longer than its overlap a superseded deployment goes on.
func (t *trip) lingers() time.Duration {
	length, _ := t.strike(FaultOldLingers)
	return length
}

// foresee decides what befalls a deployment that has just succeeded. The lock is held.
func (t *trip) foresee() {
	for _, name := range []string{FaultCrashes, FaultStops, FaultFallsAsleep, FaultRemoved, FaultStranger} {
		if length, ok := t.strikeLocked(name); ok {
			t.sentence, t.due = name, time.After(length)
			return
		}
	}
}

// struck tells when the sentence is carried out.
func (t *trip) struck() <-chan time.Time { return t.due }

// meet carries the sentence out, and reports whether the process goes on and, if not, whether another one follows.
func (t *trip) meet(ctx context.Context, proc host.Process) (on, again bool) {
	t.due = nil
	switch t.sentence {
	case FaultCrashes:
		t.stopProcess(ctx, proc)
		t.e.logs.note(t.id, "error", "Container exited with code 1, not restarted again")
		t.crash(ctx, "the container exited with code 1 again and again")
		return false, false
	case FaultFallsAsleep:
		t.stopProcess(ctx, proc)
		return false, t.sleepUntilWoken(ctx)
	}
	t.e.mu.Lock()
	defer t.e.mu.Unlock()
	if t.in.why != goesOn || ctx.Err() != nil {
		return true, false
	}
	d := t.e.w.deployment(t.id)
	in := t.e.w.instance(d)
	switch t.sentence {
	case FaultRemoved:
		in.Active = ""
		t.e.stop(d, takenDown)
	case FaultStops:
		t.e.stop(d, stopped)
	case FaultStranger:
		o := t.e.fresh(in, d.origin, reasonDeploy)
		o.from.Commit, o.from.Subject, o.from.Author, o.from.Branch, o.from.Repo = "", "", "", "", ""
		if o.from.Image != "" {
			o.from.Image += "-hotfix"
		}
		o.by, o.message = "a colleague", "a hotfix from a laptop"
		_, _ = t.e.make(in, o) // a full disk spares us the stranger
		return true, false
	}
	_ = t.e.save() // a full disk must not stop what already runs; the next acceptance reports it
	return true, false
}

// sleepUntilWoken lets the deployment sleep, and reports whether it was woken.
func (t *trip) sleepUntilWoken(ctx context.Context) bool {
	t.e.setAddress(t.in, "")
	t.advance(ctx, func(d *deployment) { d.Status, d.Stopped, d.Instance = sleeping, true, "EXITED" })
	select {
	case <-t.in.wake:
		return true
	case <-ctx.Done():
		return false
	}
}
