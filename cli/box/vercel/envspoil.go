package vercel

import (
	"slices"
	"time"
)

// envOf copies a project's variables.
func (e *Emulator) envOf(p *project) []*variable {
	out := make([]*variable, len(p.Env))
	for i, v := range p.Env {
		one := *v
		out[i] = &one
	}
	return out
}

// spoilEnv plays what can go wrong with a change of variables that is answered as a success. Was is what there was before
// it. The caller holds the lock.
func (e *Emulator) spoilEnv(p *project, was []*variable) {
	if _, hit := e.faults.Strike(EnvLost, p.Name); hit {
		p.Env = was
		return
	}
	if _, hit := e.faults.Strike(EnvEmptied, p.Name); hit {
		for _, v := range p.Env {
			i := slices.IndexFunc(was, func(o *variable) bool { return o.ID == v.ID })
			if i < 0 || was[i].Updated != v.Updated {
				v.Value = ""
			}
		}
	}
	if f, hit := e.faults.Strike(EnvLate, p.Name); hit {
		e.before[p.ID] = before{was, time.Now().Add(f.For)}
	}
}

// before is what reads show of a project's variables until a while after they were changed.
type before struct {
	env   []*variable
	until time.Time
}

// shown are a project's variables as reads show them.
func (e *Emulator) shown(p *project) []*variable {
	if b, late := e.before[p.ID]; late && time.Now().Before(b.until) {
		return b.env
	}
	return p.Env
}

// readEnv is viewEnv on a bad day.
func (e *Emulator) readEnv(p *project, v *variable, decrypt bool) map[string]any {
	view := viewEnv(v, decrypt)
	if _, on := e.faults.Is(EnvUnreadable, p.Name); on && v.Type == "encrypted" {
		view["value"] = ""
	}
	if _, on := e.faults.Is(EnvOwned, v.Key); on {
		view["configurationId"] = "icfg_" + v.Key
	}
	return view
}
