package pipecat

func (v view) errors() []map[string]any {
	d := v.reconciled
	if d == nil || v.now.Before(d.after(validatingPhase, v.pace)) {
		return []map[string]any{}
	}
	if e, ok := pullErrors()[d.Fate]; ok {
		return []map[string]any{{"code": e[0], "message": e[1]}}
	}
	return []map[string]any{}
}

func (v view) conditions() []map[string]any {
	d := v.reconciled
	degraded := d != nil && d.Fate == FaultDegraded && !v.now.Before(d.after(validatingPhase, v.pace))
	progressing := !v.ready() && !degraded && !v.stalled() && len(v.errors()) == 0
	return []map[string]any{
		condition("Available", v.serving != nil, "MinimumReplicas", ""),
		condition("Progressing", progressing, "RollingOut", ""),
		condition("Degraded", degraded, "RevisionNotReady", "The new revision does not become ready"),
	}
}

// stalled is a rollout that the operator no longer calls progress: it has failed, or its deadline has passed.
func (v view) stalled() bool {
	switch d := v.reconciled; {
	case d == nil:
		return false
	case d.Fate == FaultCrashLoop || d.Fate == FaultRolloutFailed:
		return !v.now.Before(d.after(validatingPhase, v.pace))
	default:
		return !d.activates() && !v.now.Before(d.after(deadlinePhase, v.pace))
	}
}

func condition(kind string, is bool, reason, text string) map[string]any {
	status := "False"
	if is {
		status = "True"
	}
	return map[string]any{"type": kind, "status": status, "reason": reason, "message": text}
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
