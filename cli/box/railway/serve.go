package railway

import (
	"context"
	"fmt"
	"maps"
	"net"
	"strconv"
	"time"

	"readme/cli/box/host"
)

const (
	leastSettle  = 500 * time.Millisecond // a process without a health check must live this long
	leastRestart = 50 * time.Millisecond
	killGrace    = 10 * time.Second // beyond the drain time
	comeBackTime = 30 * time.Second
)

// serve runs the deployment's process, again and again as its restart policy says, until the deployment ends.
func (t *trip) serve(ctx context.Context, out host.Output) {
	if t.settled {
		t.giveUp = time.Now().Add(comeBackTime)
	} else {
		t.giveUp = time.Now().Add(t.d.Settings.healthTimeout())
		t.advance(ctx, func(d *deployment) { d.Status = deploying; d.begin("CREATE_CONTAINER") })
	}
	for {
		t.advance(ctx, func(d *deployment) { d.Instance = "CREATED" })
		proc, address, port, err := t.start(ctx, out)
		if err != nil {
			if ctx.Err() == nil {
				t.e.logs.note(t.id, "error", "Failed to start the container: "+err.Error())
				t.crash(ctx, "the container could not be started: "+err.Error())
			}
			return
		}
		again := t.attend(ctx, proc, address)
		t.e.setAddress(t.in, "")
		t.e.freePort(port)
		if !again || !sleep(ctx, max(t.e.cfg.Pace, leastRestart)) {
			return
		}
	}
}

func (t *trip) start(ctx context.Context, out host.Output) (host.Process, string, int, error) {
	port, err := t.e.port()
	if err != nil {
		return nil, "", 0, err
	}
	t.e.mu.Lock()
	env := maps.Clone(t.d.Variables)
	maps.Copy(env, t.e.provided(t.e.w.service(t.d.Service)))
	t.e.mu.Unlock()
	env["RAILWAY_DEPLOYMENT_ID"], env["RAILWAY_REPLICA_ID"] = t.id, t.d.InstID
	env["PORT"], env["HOST"] = strconv.Itoa(port), "127.0.0.1"
	t.e.logs.note(t.id, "info", "Starting Container")
	// The process outlives this context: it ends by Stop, with its drain time.
	proc, err := t.e.cfg.Host.Start(context.WithoutCancel(ctx), host.Run{
		Service: t.name, Dir: out.Dir, Command: t.d.Settings.Start, Env: env,
		Drain: time.Duration(t.d.Settings.Drain) * time.Second,
		Say:   func(stream, line string) { t.e.logs.add(t.id, runLog, stream, line) },
	})
	if err != nil {
		t.e.freePort(port)
		return nil, "", 0, err
	}
	return proc, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), port, nil
}

// attend watches one process until it is gone, and reports whether another one is to follow.
func (t *trip) attend(ctx context.Context, proc host.Process, address string) bool {
	t.e.setAddress(t.in, address)
	t.advance(ctx, func(d *deployment) {
		d.Instance = "RUNNING"
		if t.settled {
			d.Status, d.Stopped = success, false
			return
		}
		d.complete("")
		d.begin("HEALTHCHECK")
	})
	probing, cancel := context.WithCancel(ctx)
	healthy := make(chan error, 1)
	probed := make(chan struct{})
	if t.isReady {
		close(probed) // a restart is not checked: health checks are for new deployments
	} else {
		go func() {
			defer close(probed)
			healthy <- t.becomeHealthy(probing, address)
		}()
	}
	defer func() {
		cancel()
		<-probed
	}()
	for {
		select {
		case <-proc.Done():
			return t.exited(ctx, proc.Exit())
		case err := <-healthy:
			switch {
			case ctx.Err() != nil: // the next turn ends it
			case err == nil && !t.settled:
				t.succeed(ctx)
				t.ready()
			case t.settled:
				t.ready() // what comes back was healthy once, and is checked no more
			default:
				t.stopProcess(ctx, proc)
				t.fail(ctx, failed, err.Error())
				return false
			}
		case <-t.in.restart:
			t.advance(ctx, func(d *deployment) { d.Instance = "RESTARTING" })
			t.stopProcess(ctx, proc)
			return true
		case <-ctx.Done():
			t.retire(ctx, proc)
			return false
		}
	}
}

// exited decides what follows when a process has ended by itself.
func (t *trip) exited(ctx context.Context, code int) bool {
	if ctx.Err() != nil {
		return false
	}
	how := "the start command " + strconv.Quote(t.d.Settings.Start) + " " + exitText(code)
	policy := t.d.Settings.Restart
	switch {
	case code == 0 && policy != "ALWAYS":
		if !t.settled && t.d.Settings.Health != "" {
			t.fail(ctx, failed, how+" before it was healthy")
			return false
		}
		if !t.settled {
			t.succeed(ctx)
		}
		t.advance(ctx, func(d *deployment) { d.Stopped, d.Instance = true, "EXITED" })
		return false
	case policy == "ALWAYS" || (policy == "ON_FAILURE" && t.crashes < t.d.Settings.Retries):
		t.crashes++
		t.e.logs.note(t.id, "error", fmt.Sprintf("Container %s, restart %d", exitText(code), t.crashes))
		t.advance(ctx, func(d *deployment) { d.Instance = "RESTARTING" })
		return true
	}
	if t.crashes > 0 {
		how += fmt.Sprintf(", after %d restarts", t.crashes)
	}
	t.e.logs.note(t.id, "error", "Container "+exitText(code)+", not restarted again")
	t.crash(ctx, how)
	return false
}

// crash ends the deployment as CRASHED: it stays the active one if it was, and nothing serves.
func (t *trip) crash(ctx context.Context, why string) {
	if t.settled {
		t.advance(ctx, func(d *deployment) { d.begin("HEALTHCHECK") })
	}
	t.fail(ctx, crashed, why)
}

// retire takes the process away because the deployment ends.
func (t *trip) retire(ctx context.Context, proc host.Process) {
	t.e.mu.Lock()
	why := t.in.why
	t.e.mu.Unlock()
	if why == superseded {
		overlap := time.NewTimer(time.Duration(t.d.Settings.Overlap) * time.Second)
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

func (e *Emulator) setAddress(in *instance, address string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	in.address = address
}
