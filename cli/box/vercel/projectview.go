package vercel

import (
	"net/http"
	"slices"
)

func (e *Emulator) getProject(r *http.Request, p *project) (any, error) {
	return e.viewProject(p, r.URL.Query().Get("rollbackInfo") == "true"), nil
}

func (e *Emulator) listProjects(r *http.Request) (any, error) {
	account, err := e.scope(r)
	if err != nil {
		return nil, err
	}
	all, search := []any{}, r.URL.Query().Get("search")
	for _, p := range slices.Backward(e.state.Projects) {
		if p.Account == account && (search == "" || search == p.Name) {
			all = append(all, e.viewProject(p, false))
		}
	}
	return map[string]any{"projects": all, "pagination": paging(len(all), 0, 0)}, nil
}

// viewProject shows a project; its last move only to those who ask for it, as the service does.
func (e *Emulator) viewProject(p *project, moves bool) map[string]any {
	resources := map[string]any{"functionDefaultRegions": []string{"box1"}}
	_, paused := e.faults.Is(ProjectPaused, p.Name)
	v := map[string]any{
		"id": p.ID, "name": p.Name, "accountId": p.Account, "createdAt": p.Created, "updatedAt": p.Updated,
		"framework": orNull(p.Framework), "nodeVersion": "20.x", "autoAssignCustomDomains": p.assigns(), "rootDirectory": orNull(p.Root),
		"directoryListing": false, "live": false, "paused": paused, "ssoProtection": nil, "protectionBypass": viewBypass(e.state.User, p.Bypass),
		"latestDeployments": e.latest(p), "targets": map[string]any{}, "lastAliasRequest": nil, "customEnvironments": []any{},
		"resourceConfig": resources, "defaultResourceConfig": resources,
	}
	if p.SSO != "" {
		v["ssoProtection"] = map[string]any{"deploymentType": p.SSO}
	}
	if l := p.Link; l != nil {
		v["link"] = map[string]any{
			"type": "github", "org": l.Org, "repo": l.Repo, "repoId": l.ID, "repoOwnerId": l.ID, "productionBranch": l.Branch,
			"gitCredentialId": "cred_box", "deployHooks": []any{}, "createdAt": p.Created, "updatedAt": p.Created, "sourceless": false,
		}
		v["gitProviderOptions"] = map[string]any{"createDeployments": "enabled"}
	}
	if d := e.deployment(p.Production); d != nil {
		v["targets"] = map[string]any{production: e.viewTarget(d, p)}
	}
	if q := p.Request; q != nil && moves {
		v["lastAliasRequest"] = map[string]any{
			"fromDeploymentId": q.From, "toDeploymentId": q.To, "jobStatus": q.Status, "requestedAt": q.Requested, "type": q.Type,
		}
		if q.Type == "rollback" && p.Reason != "" {
			v["rollbackDescription"] = map[string]any{
				"userId": e.state.User, "username": username, "description": p.Reason, "createdAt": q.Requested,
			}
		}
	}
	return v
}

// assigns reports whether new deployments for production get the domain by themselves.
func (p *project) assigns() bool { return !p.Manual && !p.Frozen }

// latest shows the newest few deployments.
func (e *Emulator) latest(p *project) []any {
	const most = 3
	all := []any{}
	for _, d := range slices.Backward(e.of(p)) {
		if len(all) == most {
			break
		}
		all = append(all, e.viewTarget(d, p))
	}
	return all
}

// viewTarget is a deployment as projects show it.
func (e *Emulator) viewTarget(d *deployment, p *project) map[string]any {
	v := map[string]any{
		"id": d.ID, "alias": p.aliases(d), "readyState": d.State, "aliasAssigned": time0(d.Assigned),
		"createdAt": d.Created, "createdIn": "box1", "creator": map[string]any{"uid": e.state.User, "username": username, "email": "box@localhost"},
		"deploymentHostname": d.URL, "name": p.Name, "plan": "hobby", "private": false, "type": "LAMBDAS", "url": d.URL, "userId": e.state.User,
		"target": orNull(d.Target), "meta": orEmpty(d.Meta),
	}
	if d.State == "READY" {
		v["readySubstate"] = d.Substate
	}
	return v
}

func (e *Emulator) getDomains(_ *http.Request, p *project) (any, error) {
	return map[string]any{
		"domains": []any{map[string]any{
			"name": p.Domain, "apexName": p.Domain, "projectId": p.ID, "verified": true, "redirect": nil, "gitBranch": nil,
			"createdAt": p.Created, "updatedAt": p.Created,
		}},
		"pagination": paging(1, 0, p.Created),
	}, nil
}

// customEnvironments are not to be had on this plan.
func (e *Emulator) customEnvironments(*http.Request, *project) (any, error) {
	return nil, notFound("Custom environments")
}

// rollingRelease is null: there is none.
func (e *Emulator) rollingRelease(*http.Request, *project) (any, error) {
	return map[string]any{"rollingRelease": nil}, nil
}
