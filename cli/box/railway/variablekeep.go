package railway

import (
	"maps"
	"time"
)

// before is what reads show of a service's variables until a while after they were written.
type before struct {
	vars  map[string]string
	until time.Time
}

// keepVariables writes variables, and plays what can go wrong with that: nobody is told.
func (e *Emulator) keepVariables(c *call, target map[string]string, values map[string]any) {
	emptied := false
	if c.at != nil {
		if _, hit := e.strikes(FaultVarsLost, c.at); hit {
			return
		}
		_, emptied = e.strikes(FaultVarsEmptied, c.at)
		if f, hit := e.strikes(FaultVarsLate, c.at); hit {
			e.before[c.at.ID] = before{maps.Clone(target), time.Now().Add(f.For)}
		}
	}
	for name, v := range values {
		if target[name] = v.(string); emptied {
			target[name] = ""
		}
		if c.at != nil {
			c.at.touch(name)
		}
	}
}

// shown is an instance as reads of its variables show it.
func (e *Emulator) shown(in *instance) *instance {
	b, late := e.before[in.ID]
	if !late || time.Now().After(b.until) {
		return in
	}
	old := *in
	old.Variables = b.vars
	return &old
}
