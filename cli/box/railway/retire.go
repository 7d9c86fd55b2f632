package railway

import (
	"context"
	"time"

	"readme/cli/box/host"
)

const killGrace = 10 * time.Second // beyond the drain time

// retire takes the process away because the deployment ends.
func (t *trip) retire(ctx context.Context, proc host.Process) {
	t.e.mu.Lock()
	why := t.in.why
	t.e.mu.Unlock()
	if why == superseded {
		overlap := time.NewTimer(time.Duration(t.d.Settings.Overlap)*time.Second + t.lingers())
		defer overlap.Stop()
		select {
		case <-overlap.C:
		case <-proc.Done():
		case <-t.e.closing:
		}
	}
	if why == superseded || why == takenDown {
		t.change(func(d *deployment) { d.Status, d.Instance = removing, removing; d.begin("DRAIN_INSTANCES") })
	}
	t.e.logs.note(t.id, "info", "Stopping Container")
	t.stopProcess(ctx, proc)
}

// stopProcess drains a process. When the emulator is in a hurry, it is killed.
func (t *trip) stopProcess(ctx context.Context, proc host.Process) {
	limit := time.Duration(t.d.Settings.Drain)*time.Second + killGrace
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	stopped := make(chan struct{})
	defer close(stopped)
	go func() {
		select {
		case <-t.e.hurry:
			cancel()
		case <-stopped:
		}
	}()
	proc.Stop(ctx)
}
