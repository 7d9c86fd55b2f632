package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"readme/cli/engine"
	"readme/cli/notify"
	"readme/cli/release"
	"readme/cli/view"
)

// hurried is how long telling people may take after a signal: CI kills what is still there 7.5 seconds after its own.
const hurried = 3 * time.Second

// tellEnd tells people how a run ended, if the environment asks for it.
func (w *world) tellEnd(ctx context.Context, s *release.State) {
	if s == nil {
		return
	}
	if m, tell := notify.Run(s); tell {
		w.tell(ctx, m)
	}
}

// tellBreakGlass tells people beforehand that somebody goes past the gates. The run does not wait for it; wait does.
func (w *world) tellBreakGlass(ctx context.Context, p release.Plan, a release.Approved, ci string) (wait func()) {
	if a.BreakGlass == "" {
		return func() {}
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		w.tell(ctx, notify.Breaking(p, a, ci))
	}()
	return func() { <-told }
}

// tellDrift tells people that an environment has drifted, unless a person is looking at it already.
func (w *world) tellDrift(ctx context.Context, rows []view.DriftRow) {
	d := notify.Differences{
		Project: w.project.rel.Project, Where: release.Plan{Env: w.env.Name, Box: w.boxed}.Where(),
		CI: w.app.sys.ciRun(), Next: "readme-ops drift --env " + release.ShellWord(w.env.Name),
	}
	for _, r := range rows {
		d.Found = append(d.Found, r.Where+", "+r.What+": "+r.Found)
		if r.Overdue {
			d.Overdue++
		}
	}
	if m, found := notify.Drift(d); found && !w.app.sys.ErrTTY {
		w.tell(ctx, m)
	}
}

// tell sends a message to those whom the environment names for its kind. That fails in one line, and changes nothing.
func (w *world) tell(ctx context.Context, m notify.Message) {
	if !slices.Contains(w.env.Notify.On, string(m.Kind)) {
		return
	}
	channels := w.channels()
	if len(channels) == 0 {
		return
	}
	limit := notify.Patience
	if _, stopped := errors.AsType[engine.Signal](context.Cause(ctx)); stopped {
		limit = hurried
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), limit, fmt.Errorf("no answer within %s", limit))
	defer cancel()
	for _, err := range notify.Send(ctx, channels, m.Masked(w.app.veil.text)) {
		w.app.say("nobody was told: %s", err)
	}
}

// channels are those that have an address. An environment that the box plays tells nobody outside of this machine: what
// happens in it is not real.
func (w *world) channels() []notify.Channel {
	var out []notify.Channel
	for _, c := range [][2]string{{"slack", w.env.Notify.Slack}, {"ntfy", w.env.Notify.Ntfy}} {
		name, variable := c[0], c[1]
		address := w.steps.Values[variable]
		if variable == "" || address.Empty() {
			continue
		}
		if u, err := url.Parse(address.Reveal()); w.boxed && (err != nil || !here(u.Hostname())) {
			w.app.say("nobody is told at %s: this is a box, and %s is not on this machine", name, variable)
			continue
		}
		out = append(out, notify.Channel{Name: name, Address: address})
	}
	return out
}
