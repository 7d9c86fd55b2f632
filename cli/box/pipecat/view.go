package pipecat

import (
	"fmt"
	"time"
)

// view is the agent as the API tells it at one moment.
type view struct {
	a          *agent
	now        time.Time
	pace       time.Duration
	serving    *deployment
	reconciled *deployment
}

func (a *agent) at(now time.Time, pace time.Duration) view {
	return view{a: a, now: now, pace: pace, serving: a.serving(now, pace), reconciled: a.reconciled(now, pace)}
}

// ready speaks of the reconciled revision. Before the operator has picked the new one up, that is the old one: the
// trap that a client has to survive.
func (v view) ready() bool { return v.serving != nil && v.serving == v.reconciled }

func (v view) json() map[string]any {
	a, d := v.a, v.a.desired()
	m := map[string]any{
		"name": a.Name, "region": a.Region, "ready": v.ready(), "available": v.serving != nil,
		"createdAt": stamp(a.Created), "updatedAt": stamp(a.Updated),
		"desiredDeploymentId": d.ID, "activeDeploymentId": d.ID, "activeDeploymentReady": v.ready(), "reconciledDeploymentId": nil,
		"autoScaling":        map[string]any{"minReplicas": a.Scaling.Min, "maxReplicas": a.Scaling.Max},
		"activeSessionCount": a.running(), "agentProfile": d.Spec.Profile, "krispViva": map[string]any{"audioFilter": orNil(d.Spec.Krisp)},
		"deployment":      d.json(a),
		"currentRevision": nil, "previousRevision": nil, "errors": v.errors(), "conditions": v.conditions(),
	}
	if r := v.reconciled; r != nil {
		m["reconciledDeploymentId"] = r.ID
		m["currentRevision"] = v.revision(r)
		if s := v.previous(); s != nil {
			m["previousRevision"] = v.revision(s)
		}
	}
	return m
}

// previous is the revision beside the current one: it serves until the current one is active, then drains.
func (v view) previous() *deployment {
	r := v.reconciled
	switch {
	case v.serving != r:
		return v.serving
	case v.now.Before(r.after(drainedPhase, v.pace)):
		return v.a.serving(r.after(activePhase, v.pace).Add(-1), v.pace)
	}
	return nil
}

func (v view) revision(d *deployment) map[string]any {
	phase, since := "Creating", d.after(pickedUpPhase, v.pace)
	switch {
	case d != v.reconciled && v.serving == v.reconciled:
		phase, since = "Draining", v.reconciled.after(activePhase, v.pace)
	case d == v.serving:
		phase, since = "Active", d.after(activePhase, v.pace)
	case !v.now.Before(d.after(validatingPhase, v.pace)):
		phase, since = "Validating", d.after(validatingPhase, v.pace)
		if d.Fate == FaultRolloutFailed {
			phase = "Failed"
		}
	}
	up := 0
	if phase == "Active" || phase == "Draining" {
		up = v.a.Scaling.Min
	}
	return map[string]any{
		"deploymentID": d.ID, "phase": phase, "readyReplicas": up, "phaseStartedAt": stamp(since),
		"hasInfrastructureIssue": false, "health": v.health(d, phase),
	}
}

func (v view) health(d *deployment, phase string) map[string]any {
	switch {
	case phase == "Active" || phase == "Draining":
		return map[string]any{"ready": true, "state": "running", "restartCount": 0, "replicasStarted": v.a.Scaling.Min}
	case phase == "Creating":
		return map[string]any{"ready": false, "state": "waiting", "restartCount": 0, "replicasStarted": 0, "reason": "ContainerCreating"}
	case d.Fate == FaultCrashLoop:
		restarts := min(50, int(v.now.Sub(d.after(validatingPhase, v.pace))/v.pace))
		return map[string]any{
			"ready": false, "state": "waiting", "restartCount": restarts, "replicasStarted": 1, "reason": "CrashLoopBackOff",
			"lastExitCode": 1, "lastTerminationReason": "Error", "message": d.trace(),
		}
	case d.Fate == FaultPullBackOff:
		return map[string]any{
			"ready": false, "state": "waiting", "restartCount": 0, "replicasStarted": 0, "reason": "ImagePullBackOff",
			"message": fmt.Sprintf("Back-off pulling image %q", d.Spec.Image),
		}
	}
	return map[string]any{"ready": false, "state": "running", "restartCount": 0, "replicasStarted": 1}
}
