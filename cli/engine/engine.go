package engine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"sync"
	"time"

	"readme/cli/release"
)

// Options say who runs a plan, and where its events go.
type Options struct {
	Run      string // the run's id, see release.NewRun
	By       string // user@host
	Program  string // the version of readme-ops
	CI       string // the URL of the CI run, "" outside CI
	Reason   string // why, where a person has to say so
	Approved release.Approved
	Sinks    []Sink // the first is the ledger

	Deadline     time.Duration // of a step that states none; 0 means 15 minutes
	UndoDeadline time.Duration // of an undo, and of a cleanup that states none; 0 means 10 minutes

	// Lost is told once about each sink but the first that refused a batch: it gets nothing more, because a stream with a
	// hole in it misleads whoever reads it. May be nil.
	Lost func(sink int, err error)
}

// Run carries the plan out. actions has one for each step that runs, by the step's ID. It returns when nothing is in flight any more,
// with the state as it is on record.
//
// A failed step or a cancelled ctx stops the run: what is in flight ends (or is cancelled, with ctx's cause), cleanups run, and what
// was changed is put back unless the plan says otherwise. None of that is an error of Run: the state has the verdict.
// Run's own errors are a plan that cannot run, found before the first event, and a ledger that cannot be written: then nothing
// more is started, shown or put back, because nobody would know of it afterwards.
func Run(ctx context.Context, plan release.Plan, actions map[string]Action, o Options) (*release.State, error) {
	if err := validate(plan, actions, o); err != nil {
		return nil, fmt.Errorf("run plan: %w", err)
	}
	started, err := release.Recorded(release.RunStarted{Plan: plan, By: o.By, Program: o.Program, PID: os.Getpid(), CI: o.CI, Reason: o.Reason})
	if err != nil {
		return nil, fmt.Errorf("run plan: %w", err)
	}
	o.Deadline = cmp.Or(o.Deadline, 15*time.Minute)
	o.UndoDeadline = cmp.Or(o.UndoDeadline, 10*time.Minute)
	r := &runner{
		o: o, plan: plan, actions: actions, begun: time.Now(),
		order:   map[string]int{},
		state:   &release.State{},
		outputs: &outputs{of: map[string]map[string]string{}},
		reports: make(chan report), closed: make(chan struct{}),
		flights: map[string]*flight{}, lost: make([]bool, len(o.Sinks)),
	}
	defer close(r.closed)
	for i, s := range plan.Steps {
		r.order[s.ID] = i
		r.outputs.add(s.ID, s.Outputs)
	}
	r.record([]entry{{body: started}, {body: o.Approved}})
	r.forward(ctx)
	r.cleanup(context.WithoutCancel(ctx))
	r.rollback(context.WithoutCancel(ctx))
	r.record([]entry{{body: release.RunDone{TookMS: time.Since(r.begun).Milliseconds()}}})
	return r.state, r.broken
}

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
	ended    []string // the steps that have a result, in the order of their results
	stopped  bool     // ctx was seen to be cancelled
	broken   error    // the ledger's
	lost     []bool   // by sink
}

// forward runs every step but the cleanups, as far as it gets.
func (r *runner) forward(ctx context.Context) {
	for {
		switch {
		case r.state.Stopping != "":
		case ctx.Err() != nil:
			r.settle(ctx)
		default:
			r.start(ctx, r.ready(), r.o.Deadline)
		}
		if len(r.flights) == 0 {
			return
		}
		r.turn(ctx)
	}
}

// ready lists the steps that can start now.
func (r *runner) ready() []release.Step {
	var steps []release.Step
	for _, st := range r.state.Steps {
		if st.Status == release.Pending && st.Step.Kind != release.KindCleanup && r.satisfied(st.Step) {
			steps = append(steps, st.Step)
		}
	}
	return steps
}

// satisfied reports whether all that a step needs is there. What the plan does not run counts as there.
func (r *runner) satisfied(s release.Step) bool {
	for _, id := range s.Needs {
		if need := r.state.Step(id); need.Status != release.Done && need.Step.Runs() {
			return false
		}
	}
	return true
}

// cleanup removes what checks have made, whatever happened to the run.
func (r *runner) cleanup(ctx context.Context) {
	var (
		steps   []release.Step
		skipped []entry
	)
	for _, st := range r.state.Steps {
		if st.Step.Kind != release.KindCleanup || st.Status != release.Pending {
			continue
		}
		if need := st.Step.Needs[0]; r.state.Step(need).Status != release.Done {
			skipped = append(skipped, entry{st.Step.ID, release.StepSkipped{Why: "nothing to remove: " + need + " did not pass"}})
			continue
		}
		steps = append(steps, st.Step)
	}
	r.record(skipped)
	r.start(ctx, steps, r.o.UndoDeadline)
	for len(r.flights) > 0 {
		r.turn(ctx)
	}
}

// start puts on record that the steps have begun, and then lets them begin.
func (r *runner) start(ctx context.Context, steps []release.Step, deadline time.Duration) {
	entries := make([]entry, len(steps))
	for i, s := range steps {
		entries[i] = entry{s.ID, release.StepStarted{}}
	}
	r.record(entries)
	if r.broken != nil {
		return
	}
	for _, s := range steps {
		r.launch(ctx, &flight{step: s, limit: cmp.Or(s.Deadline, deadline)}, r.actions[s.ID].Do)
	}
}

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
