package pipecat

import "time"

// tell is an agent as a read gives it: true, or as a fault has it. It is nil for an agent that such a read does not
// know yet.
func (e *Emulator) tell(a *agent, now time.Time) map[string]any {
	if f, on := e.board.Is(FaultStaleRead, a.Name); on && now.Before(a.desired().Created.Add(f.For)) {
		before := *a
		before.Deployments = a.Deployments[:len(a.Deployments)-1]
		if len(before.Deployments) == 0 {
			return nil
		}
		a, now = &before, a.desired().Created.Add(-1)
	}
	m := a.at(now, e.cfg.Pace).json()
	if _, on := e.board.Is(FaultLegacyReady, a.Name); on {
		m["ready"] = false
	}
	if _, on := e.board.Is(FaultOldAnswers, a.Name); on {
		for _, key := range []string{"available", "desiredDeploymentId", "activeDeploymentReady", "currentRevision", "previousRevision", "errors", "conditions"} {
			delete(m, key)
		}
	}
	return m
}
