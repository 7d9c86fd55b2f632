package vercel

import (
	"net/http"
	"time"
)

// The answers, as the vendor's description has them: every field that it requires is there, and those that somebody
// reads; the rest of the vendor's hundreds is not.

func (e *Emulator) viewDeployment(d *deployment) map[string]any {
	p := e.state.Project
	v := map[string]any{
		"id": d.ID, "name": p.Name, "url": d.URL, "projectId": p.ID, "ownerId": p.Account,
		"readyState": d.State, "status": d.State, "target": orNull(d.Target), "meta": orEmpty(d.Meta),
		"createdAt": d.Created, "buildingAt": d.Building, "bootedAt": d.Building,
		"alias": e.aliases(d), "aliasAssigned": d.Assigned != 0, "aliasError": nil, "autoAssignCustomDomains": d.AutoAssign,
		"inspectorUrl": "http://" + d.URL, "creator": map[string]any{"uid": p.Account, "username": "box"},
		"type": "LAMBDAS", "version": 2, "plan": "hobby", "public": false, "regions": []string{"box1"}, "routes": nil,
		"source": "cli", "env": names(d.Env), "build": map[string]any{"env": []string{}}, "buildSkipped": false,
		"createdIn": "box1", "isInConcurrentBuildsQueue": d.State == "QUEUED", "isInSystemBuildsQueue": false,
		"projectSettings": map[string]any{"framework": "nextjs"},
	}
	addTimes(v, d)
	return v
}

// viewListed is the other shape that lists have: uid for id, and aliasAssigned as a time.
func (e *Emulator) viewListed(d *deployment) map[string]any {
	p := e.state.Project
	v := map[string]any{
		"uid": d.ID, "name": p.Name, "url": d.URL, "projectId": p.ID, "state": d.State, "readyState": d.State,
		"created": d.Created, "createdAt": d.Created, "buildingAt": d.Building, "target": orNull(d.Target), "meta": orEmpty(d.Meta),
		"aliasAssigned": time0(d.Assigned), "aliasError": nil, "isRollbackCandidate": e.candidate(d),
		"inspectorUrl": "http://" + d.URL, "creator": map[string]any{"uid": p.Account, "username": "box"},
		"type": "LAMBDAS", "source": "cli",
	}
	addTimes(v, d)
	return v
}

// addTimes adds what only some states have.
func addTimes(v map[string]any, d *deployment) {
	if d.Ready != 0 {
		v["ready"], v["readySubstate"] = d.Ready, d.Substate
	}
	_, listed := v["uid"]
	switch d.State {
	case "ERROR":
		v["errorCode"], v["errorMessage"] = d.ErrorCode, d.Error
		if !listed {
			v["errorStep"], v["buildErrorAt"] = "buildStep", d.Ended
		}
	case "CANCELED":
		if !listed {
			v["canceledAt"] = d.Ended
		}
	case "BLOCKED":
		if !listed {
			v["seatBlock"] = map[string]any{"blockCode": d.Block}
		}
	}
}

func (e *Emulator) viewAlias(name string, d *deployment) map[string]any {
	created := d.Assigned
	if name == e.state.Project.Domain {
		created = e.state.Project.Moved
	}
	return map[string]any{
		"uid": aliasID(name), "alias": name, "deploymentId": d.ID, "projectId": e.state.Project.ID,
		"deployment": map[string]any{"id": d.ID, "url": d.URL}, "created": stamp(created), "createdAt": created,
	}
}

// aliases are the names under which a deployment is reached, besides its own address.
func (e *Emulator) aliases(d *deployment) []string {
	if d.ID == e.state.Project.Production {
		return []string{e.state.Project.Domain}
	}
	return []string{}
}

func (e *Emulator) getProject(r *http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.state.Project
	resources := map[string]any{"functionDefaultRegions": []string{"box1"}}
	v := map[string]any{
		"id": p.ID, "name": p.Name, "accountId": p.Account, "createdAt": p.Created, "framework": "nextjs", "nodeVersion": "20.x",
		"autoAssignCustomDomains": !p.Frozen, "rootDirectory": nil, "directoryListing": false, "live": false, "paused": false,
		"ssoProtection": nil, "latestDeployments": []any{}, "targets": map[string]any{}, "lastAliasRequest": nil,
		"resourceConfig": resources, "defaultResourceConfig": resources,
	}
	if d := e.find(p.Production); d != nil {
		v["targets"] = map[string]any{production: map[string]any{
			"id": d.ID, "alias": e.aliases(d), "readyState": d.State, "readySubstate": d.Substate, "aliasAssigned": d.Assigned,
			"createdAt": d.Created, "createdIn": "box1", "creator": map[string]any{"uid": p.Account, "username": "box"},
			"deploymentHostname": d.URL, "name": p.Name, "plan": "hobby", "private": false, "type": "LAMBDAS", "url": d.URL, "userId": p.Account,
			"target": production, "meta": orEmpty(d.Meta),
		}}
	}
	// The service gives it only to those who ask.
	if q := p.Request; q != nil && r.URL.Query().Get("rollbackInfo") == "true" {
		v["lastAliasRequest"] = map[string]any{
			"fromDeploymentId": q.From, "toDeploymentId": q.To, "jobStatus": q.Status, "requestedAt": q.Requested, "type": q.Type,
		}
	}
	return http.StatusOK, v, nil
}

func (e *Emulator) getDomains(*http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.state.Project
	return http.StatusOK, map[string]any{
		"domains": []any{map[string]any{
			"name": p.Domain, "apexName": p.Domain, "projectId": p.ID, "verified": true, "redirect": nil, "gitBranch": nil,
			"createdAt": p.Created, "updatedAt": p.Created,
		}},
		"pagination": paging(1, 0, p.Created),
	}, nil
}

func (e *Emulator) getUser(*http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return http.StatusOK, map[string]any{"user": map[string]any{
		"id": e.state.Project.Account, "email": "box@localhost", "name": "The box", "username": "box", "avatar": nil,
		"defaultTeamId": nil, "limited": true,
	}}, nil
}

func (e *Emulator) getTeams(*http.Request) (int, any, error) {
	return http.StatusOK, map[string]any{"teams": []any{}, "pagination": paging(0, 0, 0)}, nil
}

func (e *Emulator) deploymentBuilds(*http.Request) (int, any, error) {
	return http.StatusOK, map[string]any{"builds": []any{}}, nil
}

func aliasID(name string) string { return "als_" + name }

// stamp writes a time as the few fields have it that are no ms.
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
