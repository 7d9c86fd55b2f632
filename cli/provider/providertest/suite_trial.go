package providertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
)

// trial is one rule on its way.
type trial struct {
	*testing.T
	Subject
}

// must ends the case on an error.
func (t *trial) must(what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// power skips the case where the host lacks a power.
func power[P any](t *trial, h Host) P {
	t.Helper()
	p, ok := h.(P)
	if !ok {
		t.Skipf("%s has not this power", t.Vendor)
	}
	return p
}

func (t *trial) live(h Host) provider.Deployment {
	t.Helper()
	d, err := h.Live(t.Context())
	t.must("read what is live", err)
	return d
}

// rest waits between two looks.
func (t *trial) rest() {
	t.Helper()
	timer := time.NewTimer(t.Poll)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
		t.Fatal(context.Cause(t.Context()))
	}
}

// over reads a deployment until nothing more happens to it.
func (t *trial) over(h Host, id string) provider.Deployment {
	t.Helper()
	for end := time.Now().Add(t.Within); ; t.rest() {
		d, err := h.Deployment(t.Context(), id)
		t.must("read deployment "+id, err)
		if d.ID != id {
			t.Fatalf("deployment %s is read as %q", id, d.ID)
		}
		if d.State.Over() {
			return d
		}
		if time.Now().After(end) {
			t.Fatalf("%s is still %s (%s) after %s", id, d.State, d.Raw, t.Within)
		}
	}
}

// serves waits until Live is this deployment, as long as reads may lag.
func (t *trial) serves(h Host, id string) provider.Deployment {
	t.Helper()
	for end := time.Now().Add(t.Lag); ; t.rest() {
		d := t.live(h)
		switch {
		case d.ID == id && id == "":
			return d
		case d.ID == id:
			if d.State != provider.Live {
				t.Errorf("what serves is %s (%s), want live", d.State, d.Raw)
			}
			return d
		case !time.Now().Before(end):
			t.Fatalf("live is %q, want %q", d.ID, id)
		}
	}
}

// sent deploys, and waits for the end of it.
func (t *trial) sent(h Host, r provider.Request) provider.Deployment {
	t.Helper()
	id, err := h.Deploy(t.Context(), r)
	t.must("deploy", err)
	if id == "" {
		t.Fatal("a deploy that was taken has no id")
	}
	return t.over(h, id)
}

// brought deploys, promotes what was staged, and gives what serves then.
func (t *trial) brought(h Host, r provider.Request) provider.Deployment {
	t.Helper()
	d := t.sent(h, r)
	switch d.State {
	case provider.Live:
	case provider.Staged:
		t.must("promote", power[Promoter](t, h).Promote(t.Context(), d.ID))
	default:
		t.Fatalf("a good deploy ended as %s (%s): %s", d.State, d.Raw, d.Why)
	}
	d = t.serves(h, d.ID)
	t.bears(d, r)
	return d
}

func (t *trial) bears(d provider.Deployment, r provider.Request) {
	t.Helper()
	if t.Bears != nil {
		t.Bears(t.T, d, r)
		return
	}
	if diff := cmp.Diff(r.Marker, d.Marker); diff != "" {
		t.Errorf("deployment %s does not bear its marker (-sent +read):\n%s", d.ID, diff)
	}
}

// log is all that a deployment has written.
func (t *trial) log(h Host, id string) []provider.LogLine {
	t.Helper()
	l := power[Logs](t, h)
	built, err := l.BuildLogs(t.Context(), id)
	t.must("read the build log", err)
	ran, err := l.Logs(t.Context(), id, time.Time{}, "")
	t.must("read the log", err)
	return append(built, ran...)
}

func says(lines []provider.LogLine, words string) bool {
	for _, l := range lines {
		if strings.Contains(l.Text, words) {
			return true
		}
	}
	return false
}

// logged waits until a log holds the words: logs come late.
func (t *trial) logged(h Host, id, words string) []provider.LogLine {
	t.Helper()
	for end := time.Now().Add(t.Lag); ; t.rest() {
		lines := t.log(h, id)
		if says(lines, words) {
			return lines
		}
		if !time.Now().Before(end) {
			t.Errorf("the log of %s does not say %q: %+v", id, words, lines)
			return lines
		}
	}
}
