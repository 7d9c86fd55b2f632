package pipecat

import (
	"fmt"
	"time"
)

// Remembered is what AfterALongTime counts.
type Remembered struct {
	Sessions, Running, Logs, Deployments int
	FirstServes                          bool
}

// AfterALongTime has an agent serve n sessions, one of which never ends, and then try n deployments that never serve.
func AfterALongTime(n int) Remembered {
	now, pace := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Second
	first := &deployment{ID: "first", Created: now, Spec: spec{MaxSession: 7200}}
	a := &agent{Name: "readme", Scaling: scaling{Max: 5}}
	a.add(first, now, pace)
	now = now.Add(time.Minute)
	a.begin(first, now, 1000*time.Hour, "").Due = now.Add(1000 * time.Hour)
	for range n {
		a.end(a.begin(first, now, idle, ""), now)
		now = now.Add(time.Second)
		a.settle(now, pace)
	}
	for i := range n {
		a.add(&deployment{ID: fmt.Sprint(i), Created: now, Fate: FaultNeverReady}, now, pace)
		now = now.Add(10 * time.Second)
		a.settle(now, pace)
	}
	s := a.serving(now, pace)
	return Remembered{len(a.Sessions), a.running(), len(a.Logs), len(a.Deployments), s == first}
}

// FewBytes makes an emulator take uploads of n bytes at most.
func (e *Emulator) FewBytes(n int64) { e.limits.upload = n }
