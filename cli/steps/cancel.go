package steps

import (
	"context"
	"errors"
	"time"

	"readme/cli/engine"
	"readme/cli/provider"
)

// cancelTime bounds what is done after a signal. The engine gives a step up half a minute after it.
const cancelTime = 20 * time.Second

// stopped cancels at the vendor what is still on its way when the run was told to stop by a signal, so that nothing goes
// live behind the back of whoever stopped it. Where another run may have taken over (any other cause), nothing is touched.
// It returns the cause, and any other error as it is.
func (d *delivery) stopped(ctx context.Context, err error) error {
	signal, ok := errors.AsType[engine.Signal](context.Cause(ctx))
	if err == nil || !ok || !d.begun || !errors.Is(err, signal) && !errors.Is(err, context.Canceled) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime)
	defer cancel()
	d.cancel(ctx)
	return signal
}

// cancel tells how it went; what it could not find out is looked up when the release is resumed.
func (d *delivery) cancel(ctx context.Context) {
	id := d.rec.ID
	if id == "" && !d.w.unsent.is(d.t.Step.ID) {
		id = d.sent(ctx)
	}
	if id == "" {
		d.giveBack(ctx)
		return
	}
	now, err := d.h.Deployment(ctx, id)
	remover, ok := d.h.(Remover)
	switch {
	case err != nil:
		d.t.Say("", "whether deployment "+id+" is still on its way cannot be read: "+err.Error())
		return
	case now.State.Over() && now.State != provider.NeedsHuman:
		return
	case !ok:
		d.t.Say("", "deployment "+id+" goes on at "+d.in.To+", where it cannot be cancelled")
		return
	}
	if err := remover.Remove(ctx, id); err != nil {
		d.t.Say("", "deployment "+id+" could not be cancelled, and may still go live: "+err.Error())
		return
	}
	d.t.Say("", "cancelled deployment "+id+", which was "+now.Raw)
	d.giveBack(ctx)
}

// sent looks for a deployment whose answer was cut off.
func (d *delivery) sent(ctx context.Context) string {
	f, ok := d.h.(Finder)
	if !ok {
		return ""
	}
	d.t.Doing("looking for what was begun")
	id, err := d.w.seek(ctx, d.t, func(ctx context.Context) (string, error) { return f.Find(ctx, d.order, d.rec.Had) })
	if err != nil {
		d.t.Say("", "whether "+d.in.To+" has begun a deployment could not be found out within "+cancelTime.String())
	}
	return id
}

// giveBack lets what still serves have its settings again, where the vendor keeps them beside its deployments: a restart
// must not report the commit that never came.
func (d *delivery) giveBack(ctx context.Context) {
	if err := d.settingsBack(ctx, d.h, d.in, d.rec); err != nil {
		d.t.Say("", "the settings of what serves could not be given back: "+err.Error())
	}
}
