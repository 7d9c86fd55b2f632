package vercel

import (
	"time"
)

// The answers, as the vendor's description has them: every field that it requires is there, and those that somebody
// reads; the rest of the vendor's hundreds is not.

func (e *Emulator) viewDeployment(d *deployment, p *project) map[string]any {
	v := map[string]any{
		"id": d.ID, "name": p.Name, "url": d.URL, "projectId": p.ID, "ownerId": p.Account,
		"readyState": d.State, "status": d.State, "target": orNull(d.Target), "meta": orEmpty(d.Meta),
		"createdAt": d.Created, "buildingAt": d.Building, "bootedAt": d.Building,
		"alias": p.aliases(d), "aliasAssigned": d.Assigned != 0, "aliasError": nil, "autoAssignCustomDomains": d.AutoAssign,
		"inspectorUrl": "http://" + d.URL, "creator": map[string]any{"uid": e.state.User, "username": username},
		"type": "LAMBDAS", "version": 2, "plan": "hobby", "public": false, "regions": []string{"box1"}, "routes": []any{},
		"source": d.Source, "env": names(d.Env), "build": map[string]any{"env": []string{}}, "buildSkipped": false,
		"createdIn": "box1", "isInConcurrentBuildsQueue": d.State == "QUEUED", "isInSystemBuildsQueue": false,
		"projectSettings": map[string]any{"framework": orNull(d.Framework)},
		"project":         map[string]any{"id": p.ID, "name": p.Name, "framework": orNull(d.Framework)},
	}
	if e.cfg.Team != nil && p.Account == e.teamID() { // absent on a personal account
		v["team"] = map[string]any{"id": p.Account, "name": e.cfg.Team.Slug, "slug": e.cfg.Team.Slug}
	}
	if g := d.Git; g != nil {
		v["gitSource"] = map[string]any{"type": "github", "repoId": g.RepoID, "ref": g.Ref, "sha": g.SHA, "org": g.Org, "repo": g.Repo}
	}
	addTimes(v, d)
	switch d.State {
	case "ERROR":
		v["errorStep"], v["buildErrorAt"] = "buildStep", d.Ended
	case "CANCELED":
		v["canceledAt"] = d.Ended
	case "BLOCKED":
		v["seatBlock"] = map[string]any{"blockCode": d.Block}
	}
	return v
}

// viewListed is the other shape that lists have: uid for id, and aliasAssigned as a time.
func (e *Emulator) viewListed(d *deployment, p *project) map[string]any {
	v := map[string]any{
		"uid": d.ID, "name": p.Name, "url": d.URL, "projectId": p.ID, "state": d.State, "readyState": d.State,
		"created": d.Created, "createdAt": d.Created, "buildingAt": d.Building, "target": orNull(d.Target), "meta": orEmpty(d.Meta),
		"aliasAssigned": time0(d.Assigned), "aliasError": nil, "isRollbackCandidate": p.candidate(d),
		"inspectorUrl": "http://" + d.URL, "creator": map[string]any{"uid": e.state.User, "username": username},
		"type": "LAMBDAS", "source": d.Source,
	}
	addTimes(v, d)
	return v
}

// addTimes adds what only some states have, and both shapes.
func addTimes(v map[string]any, d *deployment) {
	if d.Ready != 0 {
		v["ready"], v["readySubstate"] = d.Ready, d.Substate
	}
	if d.AliasError != "" {
		v["aliasError"] = map[string]any{"code": "cert_failed", "message": d.AliasError}
	}
	if d.Checks != "" {
		v["checksState"], v["checksConclusion"] = "completed", d.Checks
		v["checks"] = map[string]any{"deployment-alias": map[string]any{"state": d.Checks, "startedAt": d.Ready, "completedAt": d.Ready}}
	}
	if d.State == "ERROR" {
		v["errorCode"], v["errorMessage"] = d.ErrorCode, d.Error
	}
}

// stamp writes a time as the few fields have it that are no ms: as text.
func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

func time0(ms int64) any {
	if ms == 0 {
		return nil
	}
	return ms
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
