package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"sync"
	"time"

	"readme/cli/release"
)

// runner is one run. Its fields belong to the goroutine of Run; workers reach it through reports and outputs.
type runner struct {
	o       Options
	plan    release.Plan
	actions map[string]Action
	begun   time.Time
	order   map[string]int // the place of a step in the plan
	state   *release.State
	outputs *outputs

	reports  chan report
	closed   chan struct{} // nobody takes reports any more
	flights  map[string]*flight
	gathered []report // what has been taken and is not yet on record
	told     bool     // the flights know that their context was cancelled
	closing  bool     // see Close
	open     string   // why it is not decided whether anything is put back
	broken   error    // the ledger's, which can take nothing more
	away     error    // the ledger's, which has what it was given, but only on this machine
	gone     []bool   // the sinks that get nothing more
}

// newRunner begins at the start of a run, or at the end of the record of one that is to be resumed.
func newRunner(plan release.Plan, actions map[string]Action, o Options) (*runner, error) {
	o.Deadline = cmp.Or(o.Deadline, 15*time.Minute)
	o.UndoDeadline = cmp.Or(o.UndoDeadline, 20*time.Minute)
	r := &runner{
		o: o, plan: plan, actions: actions, begun: time.Now(),
		order:   map[string]int{},
		state:   &release.State{},
		outputs: &outputs{of: map[string]map[string]string{}},
		reports: make(chan report), closed: make(chan struct{}),
		flights: map[string]*flight{}, gone: make([]bool, len(o.Sinks)),
	}
	if o.Resume != nil {
		if err := r.takeUp(o.Resume); err != nil {
			return nil, err
		}
	}
	if !r.state.Approved && o.Approved.Digest != r.plan.Digest {
		return nil, fmt.Errorf("the approved digest %q is not the plan's, %q", o.Approved.Digest, r.plan.Digest)
	}
	for i, s := range r.plan.Steps {
		r.order[s.ID] = i
		r.outputs.add(s.ID, s.Outputs)
	}
	for _, st := range r.state.Steps {
		r.outputs.add(st.Step.ID, st.Outputs)
	}
	return r, nil
}

// begin opens the run, or takes it up.
func (r *runner) begin() error {
	if r.o.Resume != nil {
		r.record([]entry{{body: r.resumed()}})
		r.record(r.overdue())
		return nil
	}
	started, err := release.Recorded(release.RunStarted{
		Plan: r.plan, By: r.o.By, Program: r.o.Program, PID: os.Getpid(), CI: r.o.CI, Reason: r.o.Reason,
	})
	if err != nil {
		return err
	}
	r.record([]entry{{body: started}, {body: r.o.Approved}})
	return nil
}

// step is the step as it is carried out. That in the state is as it is on record, which is masked.
func (r *runner) step(id string) release.Step { return r.plan.Steps[r.order[id]] }

// took is how long the run has been going on, in milliseconds.
func (r *runner) took() int64 { return max(0, time.Since(r.begun).Milliseconds()) }

// refusal is why nothing may begin any more, as far as it is the ledger's; nil if it may.
func (r *runner) refusal() error { return cmp.Or(r.broken, r.away) }

// deaf is a context that hears of the end of ctx only if that is because the lock was lost: putting back is not interrupted.
func deaf(ctx context.Context) (context.Context, context.CancelFunc) {
	back, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		if why, isLost := lost(ctx); isLost {
			cancel(why)
		}
	})
	return back, func() {
		unhook()
		cancel(nil)
	}
}

func lost(ctx context.Context) (Lost, bool) { return errors.AsType[Lost](context.Cause(ctx)) }

// outputs are what steps are known to have put out. They are read by workers.
type outputs struct {
	mu sync.Mutex
	of map[string]map[string]string
}

func (o *outputs) add(step string, more map[string]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of[step] == nil {
		o.of[step] = map[string]string{}
	}
	maps.Copy(o.of[step], more)
}

func (o *outputs) get(step string) map[string]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.of[step])
}
