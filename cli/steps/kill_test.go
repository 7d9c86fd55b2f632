package steps_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"readme/cli/engine"
	"readme/cli/release"
	"readme/cli/steps"
)

var errKilled = errors.New("the process was killed")

// death is when a process dies: at its n-th request to a vendor, 1 the first, before it is sent or after the vendor has
// answered. 0 is never. It counts the requests.
type death struct {
	at    int
	after bool

	mu   sync.Mutex
	seen int
	dead bool
	kill context.CancelFunc
}

func (d *death) String() string {
	when := "before"
	if d.after {
		when = "after"
	}
	return fmt.Sprintf("%s request %d", when, d.at)
}

func (d *death) gone() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// next counts a request, and says whether it is the last one.
func (d *death) next() (last bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen++
	return d.seen == d.at
}

func (d *death) die() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
	d.kill()
	return errKilled
}

// mortal is a client's transport while its process lives.
type mortal struct {
	*death
	to http.RoundTripper
}

func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.gone() {
		return nil, errKilled
	}
	last := m.next()
	if last && !m.after {
		return nil, m.die()
	}
	resp, err := m.to.RoundTrip(r)
	if last {
		if err == nil {
			_ = resp.Body.Close()
		}
		return nil, m.die()
	}
	return resp, err
}

// journal is the record, which a dead process writes no more.
type journal struct {
	*death
	events []release.Event
}

func (j *journal) Write(batch []release.Event) error {
	if j.gone() {
		return errKilled
	}
	j.events = append(j.events, batch...)
	return nil
}

// opens makes a world with clients of its own, as a new process does.
type opens func(wrap func(http.RoundTripper) http.RoundTripper) (*steps.World, func())

// survives carries the steps and deeds out in a process that dies, and then resumes in another one.
func survives(t *testing.T, run string, list []release.Step, open opens, d *death, deeds ...deed) *release.State {
	t.Helper()
	p := release.Plan{Digest: "sha256:00", OnFailure: "rollback", Commit: release.Commit{SHA: strings.Repeat("ab", 20)}}
	add := func(s release.Step) {
		if n := len(p.Steps); n > 0 {
			s.Needs = []string{p.Steps[n-1].ID}
		}
		p.Steps = append(p.Steps, s)
	}
	for _, s := range list {
		add(s)
	}
	for i := range deeds {
		add(release.Step{ID: "deed " + string(rune('a'+i)), Kind: release.KindCheck, Change: release.ChangeRun})
	}
	record := &journal{death: d}
	live := func(resume []release.Event) (*release.State, error) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		record.kill = cancel
		w, closeAll := open(func(to http.RoundTripper) http.RoundTripper { return mortal{record.death, to} })
		defer closeAll()
		actions, err := steps.Actions(w, release.Plan{Commit: p.Commit, Steps: list})
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range deeds {
			actions["deed "+string(rune('a'+i))] = d
		}
		return engine.Run(ctx, p, actions, engine.Options{
			Run: run, Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{record}, Resume: resume,
		})
	}
	state, err := live(nil)
	if err == nil {
		return state
	}
	if !d.gone() {
		t.Fatal(err)
	}
	if !d.after { // else somebody resumes at once, while the vendor is still at it
		time.Sleep(time.Minute)
	}
	record.death = &death{}
	if state, err = live(record.events); err != nil {
		t.Fatal(err)
	}
	return state
}

// sweep lets a process die before and after each request that it sends.
func sweep(t *testing.T, f func(t *testing.T, d *death)) {
	t.Helper()
	whole := &death{}
	f(t, whole)
	if whole.seen == 0 {
		t.Fatal("nothing was asked of a vendor")
	}
	for at := 1; at <= whole.seen; at += stride {
		for _, after := range []bool{false, true} {
			d := &death{at: at, after: after}
			t.Run(d.String(), func(t *testing.T) {
				t.Parallel()
				f(t, d)
				if !d.dead {
					t.Error("it did not die")
				}
			})
		}
	}
}

func unwrapped(to http.RoundTripper) http.RoundTripper { return to }
