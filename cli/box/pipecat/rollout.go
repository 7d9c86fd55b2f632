package pipecat

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What an image's tag makes of its deployment, when it contains one of these words.
const (
	fateStuck     = "operator_stuck" // the operator never picks it up
	fateCrash     = "crashloop"      // bot.py fails at import, again and again
	fateBackOff   = "pull_backoff"   // the pull is tried for ever, without errors[]
	fateDegraded  = "degraded"       // the new revision does not come up, the old one serves
	fateFailed    = "rollout_failed" // the revision's phase is Failed
	fateNever     = "never_ready"    // stays in Validating
	fateException = "bot_exception"  // becomes active; each session logs an exception and ends
	tagSlow       = "slow"           // ten times slower
)

// pullErrors are fates that end in errors[], with the platform's code and text.
func pullErrors() map[string][2]string {
	return map[string][2]string{
		"image_not_found":    {"PCC_IMAGE_NOT_FOUND", "Image not found. Check the image name and tag."},
		"image_unauthorized": {"PCC_IMAGE_PULL_UNAUTHORIZED", "Unauthorized to pull image. Check your image pull secret."},
		"image_too_large":    {"PCC_IMAGE_TOO_LARGE", "Image is too large."},
		"image_rate_limit":   {"PCC_IMAGE_PULL_RATE_LIMIT", "Rate limit exceeded while pulling the image."},
		"image_platform":     {"PCC_INVALID_IMAGE_PLATFORM", "Image is not built for linux/arm64."},
		"unknown_error":      {"PCC_UNKNOWN_ERROR", "The agent exited at start. See its logs."},
	}
}

func fateOf(image string) (fate string, slow int) {
	tag := image[strings.LastIndex(image, ":")+1:]
	slow = 1
	if strings.Contains(tag, tagSlow) {
		slow = 10
	}
	for _, f := range []string{fateStuck, fateCrash, fateBackOff, fateDegraded, fateFailed, fateNever, fateException} {
		if strings.Contains(tag, f) {
			return f, slow
		}
	}
	for f := range pullErrors() {
		if strings.Contains(tag, f) {
			return f, slow
		}
	}
	return "", slow
}

// after is n phases after its creation: picked up after 1, Validating after 2, Active after 3, the one before gone after 4.
func (d *deployment) after(n int, pace time.Duration) time.Time {
	return d.Created.Add(time.Duration(n*d.Slow) * pace)
}

func (d *deployment) activates() bool { return d.Fate == "" || d.Fate == fateException }

// booted is when its first lines are in the log.
func (d *deployment) booted(pace time.Duration) time.Time {
	if d.activates() {
		return d.after(3, pace)
	}
	return d.after(2, pace)
}

func (d *deployment) bootLines() []string {
	switch {
	case d.activates():
		return []string{
			"INFO:     Started server process [1]", "INFO:     Waiting for application startup.",
			"INFO:     Application startup complete.", "INFO:     Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)",
		}
	case d.Fate == fateCrash:
		return strings.Split(traceback, "\n")
	}
	return nil
}

const traceback = `Traceback (most recent call last):
  File "/app/app.py", line 19, in <module>
    from bot import bot
  File "/app/bot.py", line 3, in <module>
    import missing_module
ModuleNotFoundError: No module named 'missing_module'`

// serving is the deployment that takes new sessions: the last one that became active before it was replaced.
func (a *agent) serving(now time.Time, pace time.Duration) *deployment {
	var s *deployment
	for i, d := range a.Deployments {
		at := d.after(3, pace)
		replaced := i+1 < len(a.Deployments) && a.Deployments[i+1].Created.Before(at)
		if d.activates() && !replaced && !now.Before(at) {
			s = d
		}
	}
	return s
}

// reconciled is the last deployment that the operator has picked up, or nil.
func (a *agent) reconciled(now time.Time, pace time.Duration) *deployment {
	for _, d := range slices.Backward(a.Deployments) {
		if d.Fate != fateStuck && !now.Before(d.after(1, pace)) {
			return d
		}
	}
	return nil
}

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
		"deployment": map[string]any{
			"id": d.ID, "serviceId": a.ID, "createdAt": stamp(d.Created), "updatedAt": stamp(d.Created),
			"manifest": d.manifest(a),
		},
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
	case v.now.Before(r.after(4, v.pace)):
		return v.a.serving(r.after(3, v.pace).Add(-1), v.pace)
	}
	return nil
}

func (v view) revision(d *deployment) map[string]any {
	phase, since := "Creating", d.after(1, v.pace)
	switch {
	case d != v.reconciled && v.serving == v.reconciled:
		phase, since = "Draining", v.reconciled.after(3, v.pace)
	case d == v.serving:
		phase, since = "Active", d.after(3, v.pace)
	case !v.now.Before(d.after(2, v.pace)):
		phase, since = "Validating", d.after(2, v.pace)
		if d.Fate == fateFailed {
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
	case d.Fate == fateCrash:
		restarts := min(50, int(v.now.Sub(d.after(2, v.pace))/v.pace))
		return map[string]any{
			"ready": false, "state": "waiting", "restartCount": restarts, "replicasStarted": 1, "reason": "CrashLoopBackOff",
			"lastExitCode": 1, "lastTerminationReason": "Error", "message": traceback,
		}
	case d.Fate == fateBackOff:
		return map[string]any{
			"ready": false, "state": "waiting", "restartCount": 0, "replicasStarted": 0, "reason": "ImagePullBackOff",
			"message": fmt.Sprintf("Back-off pulling image %q", d.Spec.Image),
		}
	}
	return map[string]any{"ready": false, "state": "running", "restartCount": 0, "replicasStarted": 1}
}

func (v view) errors() []map[string]any {
	d := v.reconciled
	if d == nil || v.now.Before(d.after(2, v.pace)) {
		return []map[string]any{}
	}
	if e, ok := pullErrors()[d.Fate]; ok {
		return []map[string]any{{"code": e[0], "message": e[1]}}
	}
	return []map[string]any{}
}

func (v view) conditions() []map[string]any {
	d := v.reconciled
	degraded := d != nil && d.Fate == fateDegraded && !v.now.Before(d.after(2, v.pace))
	return []map[string]any{
		condition("Available", v.serving != nil, "MinimumReplicas", ""),
		condition("Progressing", !v.ready() && !degraded && len(v.errors()) == 0, "RollingOut", ""),
		condition("Degraded", degraded, "RevisionNotReady", "The new revision does not become ready"),
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
