package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"readme/cli/release"
)

const (
	gather    = 2 * time.Millisecond // reports this close together are one instant, and are put in the order of the plan
	heartbeat = 10 * time.Second     // how long a step may be silent before StepStill speaks for it
	patience  = 30 * time.Second     // how long a step may go on after its context has ended
	maxLines  = 2000                 // of a step
)

// entry is an event to be: its body, and the step that it is about.
type entry struct {
	step string
	body release.Body
}

// record writes the entries to the ledger, folds them, and shows them. It does nothing once the ledger is broken.
func (r *runner) record(entries []entry) {
	if r.broken != nil || len(entries) == 0 {
		return
	}
	now := time.Now().UTC().Round(0) // without the monotonic clock, which no record can keep
	batch := make([]release.Event, len(entries))
	for i, e := range entries {
		batch[i] = release.Event{Seq: r.state.Last + int64(i) + 1, At: now, Run: r.o.Run, Step: e.step, Body: masked(e.body, r.o.Mask, r.o.MaskData)}
	}
	if len(r.o.Sinks) > 0 {
		switch err := r.o.Sinks[0].Write(batch); {
		case err == nil:
		case errors.Is(err, release.ErrAway):
			r.away = cmp.Or(r.away, fmt.Errorf("write the record of the run: %w", err))
		default:
			r.breakOff(fmt.Errorf("write the record of the run: %w", err))
			return
		}
	}
	for _, e := range batch {
		r.state.Apply(e)
	}
	for i := 1; i < len(r.o.Sinks); i++ {
		if r.gone[i] {
			continue
		}
		if err := r.o.Sinks[i].Write(batch); err != nil {
			r.gone[i] = true
			if r.o.Lost != nil {
				r.o.Lost(i, err)
			}
		}
	}
}

// breakOff stops everything: what cannot be recorded must not happen.
func (r *runner) breakOff(err error) {
	r.broken = err
	for _, f := range r.flights {
		f.cancel(err)
		f.until = time.Now()
	}
}

// turn waits until something happens, gathers what happens at the same time, and puts it on record.
func (r *runner) turn(ctx context.Context) {
	var cancelled <-chan struct{}
	if !r.told {
		cancelled = ctx.Done()
	}
	wake := time.NewTimer(time.Until(r.wake()))
	defer wake.Stop()
	select {
	case rep := <-r.reports:
		r.take(rep)
	case <-cancelled:
	case <-wake.C:
	}
	r.gather()
	r.settle(ctx)
}

// wake is when to look after the flights at the latest.
func (r *runner) wake() time.Time {
	at := time.Now().Add(heartbeat)
	for _, f := range r.flights {
		for _, t := range []time.Time{f.heard.Add(heartbeat), f.until.Add(patience)} {
			if t.Before(at) {
				at = t
			}
		}
	}
	return at
}

// gather takes what arrives within the instant, or less: when nothing is in flight, nothing can arrive.
//
// Its length differs by some nanoseconds each time. Under a fake clock a step that began when one instant closed would otherwise
// report exactly when another one closes, and whether it still belongs to it would be a race.
func (r *runner) gather() {
	over := time.NewTimer(gather + time.Duration(r.state.Last%10_000*7))
	defer over.Stop()
	for len(r.flights) > 0 {
		select {
		case rep := <-r.reports:
			r.take(rep)
		case <-over.C:
			return
		}
	}
}

// take keeps a report for the record.
func (r *runner) take(rep report) {
	f := rep.flight
	if r.flights[f.step.ID] != f {
		rep.answer(errAbandoned)
		return
	}
	if rep.last {
		delete(r.flights, f.step.ID)
	}
	if r.broken != nil {
		rep.answer(r.broken)
		return
	}
	if !rep.last && rep.ack == nil { // a line, neither intent nor result
		f.lines++
		if f.lines > maxLines+1 {
			return // and the heartbeat goes on
		}
		if f.lines > maxLines {
			rep.body = release.StepSaid{Undo: f.undo, Text: fmt.Sprintf("more than %d lines: the rest is not recorded", maxLines)}
		}
	}
	f.heard = time.Now()
	r.gathered = append(r.gathered, rep)
}

// settle puts what was gathered on record, with what follows from it, and answers those who wait for that.
func (r *runner) settle(ctx context.Context) {
	r.tellFlights(ctx)
	r.look()
	gathered := r.gathered
	r.gathered = nil
	slices.SortStableFunc(gathered, func(a, b report) int {
		return cmp.Compare(r.order[a.flight.step.ID], r.order[b.flight.step.ID])
	})
	entries := make([]entry, 0, len(gathered)+1)
	for _, rep := range gathered {
		entries = append(entries, entry{rep.flight.step.ID, rep.body})
	}
	r.record(r.withStop(ctx, entries))
	for _, rep := range gathered {
		rep.answer(r.refusal())
		if done, ok := rep.body.(release.StepDone); ok && !done.Undo && r.broken == nil {
			r.outputs.add(rep.flight.step.ID, done.Outputs)
		}
	}
}

// tellFlights counts the time from which on the flights have to end, when their context was cancelled.
func (r *runner) tellFlights(ctx context.Context) {
	if r.told || ctx.Err() == nil {
		return
	}
	r.told = true
	for _, f := range r.flights {
		f.told, f.until = true, time.Now()
	}
}

// look speaks for the flights that are silent, and gives up those that do not come back.
func (r *runner) look() {
	now := time.Now()
	for id, f := range r.flights {
		took := now.Sub(f.started).Milliseconds()
		switch {
		case !now.Before(f.until.Add(patience)):
			f.cancel(errAbandoned)
			delete(r.flights, id)
			r.gathered = append(r.gathered, report{flight: f, last: true, body: f.abandoned(took)})
		case !now.Before(f.heard.Add(heartbeat)):
			still := release.StepStill{Undo: f.undo, TookMS: took}
			if doing := f.doing.Load(); doing != nil {
				still.Doing = *doing
			}
			f.heard = now
			r.gathered = append(r.gathered, report{flight: f, body: still})
		}
	}
}
