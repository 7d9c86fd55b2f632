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
	comeBackTime = 30 * time.Second
)

// life is one process of a deployment, and where it is reached.
type life struct {
	proc    host.Process
	address string
	port    int // 0 for one that needs none
}

type starter func(ctx context.Context) (life, error)

// serve runs the deployment's process, again and again as its restart policy says, until the deployment ends.
func (t *trip) serve(ctx context.Context, start starter) {
	if t.settled {
		t.giveUp = time.Now().Add(comeBackTime)
	} else {
		t.giveUp = time.Now().Add(t.d.Settings.healthTimeout())
		t.advance(ctx, func(d *deployment) { d.Status = deploying; d.begin("CREATE_CONTAINER") })
		t.curse()
	}
	for {
		t.advance(ctx, func(d *deployment) { d.Instance = "CREATED" })
		l, err := start(ctx)
		if err != nil {
			if ctx.Err() == nil {
				t.e.logs.note(t.id, "error", "Failed to start the container: "+err.Error())
				t.crash(ctx, "the container could not be started: "+err.Error())
			}
			return
		}
		again := t.attend(ctx, l)
		t.e.setAddress(t.in, "")
		t.e.freePort(l.port)
		if !again || !sleep(ctx, max(t.e.cfg.Pace, leastRestart)) {
			return
		}
	}
}

// startOutput gives what runs a finished build.
func (t *trip) startOutput(out host.Output) starter {
	return func(ctx context.Context) (life, error) {
		port, err := t.e.port()
		if err != nil {
			return life{}, err
		}
		t.e.logs.note(t.id, "info", "Starting Container")
		// The process outlives this context: it ends by Stop, with its drain time.
		proc, err := t.e.cfg.Host.Start(context.WithoutCancel(ctx), host.Run{
			Service: t.name, Dir: out.Dir, Command: t.d.Settings.Start, Env: t.environ(port),
			Drain: time.Duration(t.d.Settings.Drain) * time.Second,
			Say:   func(stream, line string) { t.e.logs.add(t.id, runLog, stream, line) },
		})
		if err != nil {
			t.e.freePort(port)
			return life{}, err
		}
		return life{proc: proc, address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), port: port}, nil
	}
}

// environ are the variables of a process: the deployment's own, and those that Railway gives.
func (t *trip) environ(port int) map[string]string {
	t.e.mu.Lock()
	env := maps.Clone(t.d.Variables)
	maps.Copy(env, t.e.w.instance(&t.d).provided())
	t.e.mu.Unlock()
	maps.Copy(env, t.d.provided())
	env["RAILWAY_DEPLOYMENT_ID"], env["RAILWAY_REPLICA_ID"] = t.id, t.d.InstID
	env["PORT"], env["HOST"] = strconv.Itoa(port), "127.0.0.1"
	return env
}

// attend watches one process until it is gone, and reports whether another one is to follow.
func (t *trip) attend(ctx context.Context, l life) bool {
	t.e.setAddress(t.in, l.address)
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
	healthy, probed := t.watchHealth(probing, l.address)
	defer func() {
		cancel()
		<-probed
	}()
	ending := t.lifetime()
	for {
		select {
		case <-l.proc.Done():
			return t.exited(ctx, l.proc.Exit())
		case <-ending:
			t.stopProcess(ctx, l.proc)
			return t.exited(ctx, 1)
		case err := <-healthy:
			if !t.judge(ctx, l.proc, err) {
				return false
			}
		case <-t.struck():
			if on, again := t.meet(ctx, l.proc); !on {
				return again
			}
		case <-t.in.restart:
			t.advance(ctx, func(d *deployment) { d.Instance = "RESTARTING" })
			t.stopProcess(ctx, l.proc)
			return true
		case <-ctx.Done():
			t.retire(ctx, l.proc)
			return false
		}
	}
}

// watchHealth checks a process until it is healthy or never will be. A restart is not checked: health checks are for
// new deployments. Probed is closed when nothing is checked any more.
func (t *trip) watchHealth(ctx context.Context, address string) (healthy chan error, probed chan struct{}) {
	healthy, probed = make(chan error, 1), make(chan struct{})
	if t.isReady {
		close(probed)
		return healthy, probed
	}
	go func() {
		defer close(probed)
		healthy <- t.becomeHealthy(ctx, address)
	}()
	return healthy, probed
}

// judge takes the result of the health check, and reports whether the process may go on.
func (t *trip) judge(ctx context.Context, proc host.Process, err error) bool {
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
	return true
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

func (e *Emulator) setAddress(in *runner, address string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	in.address = address
}
