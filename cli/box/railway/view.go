package railway

import "time"

// stamp writes a time as Railway's DateTime.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// orNull gives null for a zero value.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// points is what a token may still ask for, as far as this Railway counts: it does not.
func points() object { return object{"remainingPoints": 1000, "resetsAt": stamp(now().Add(time.Hour))} }

func (e *Emulator) workspaceView() object {
	return object{"id": e.w.WorkspaceID, "name": "box", "plan": "HOBBY", "apiTokenRateLimit": points()}
}

func (e *Emulator) userView() object {
	return object{
		"id": e.w.UserID, "name": "the founder", "email": "founder@example.com", "apiTokenRateLimit": points(),
		"workspaces": []object{e.workspaceView()},
	}
}

func (e *Emulator) tokenView(env *environment) object {
	return object{
		"id": env.TokenID, "name": "readme-ops", "displayToken": "****", "createdAt": stamp(env.Created),
		"projectId": env.project.ID, "environmentId": env.ID,
		"project": e.projectView(env.project), "environment": e.environmentView(env),
	}
}

func (e *Emulator) projectView(p *project) object {
	base := any(nil)
	if len(p.Environments) > 0 {
		base = p.Environments[0].ID
	}
	return object{
		"id": p.ID, "name": p.Name, "deletedAt": nil, "workspaceId": e.w.WorkspaceID, "baseEnvironmentId": base, "primaryEnvironmentId": base,
		"environments": resolver(func(args map[string]any) (any, error) {
			return connection(e.environmentViews(p, args), args), nil
		}),
		"services": resolver(func(args map[string]any) (any, error) {
			var list []object
			for _, s := range p.Services {
				if s.Deleted.IsZero() {
					list = append(list, e.serviceView(s))
				}
			}
			return connection(list, args), nil
		}),
	}
}

// environmentViews lists a project's environments; none of them is ephemeral.
func (e *Emulator) environmentViews(p *project, args map[string]any) []object {
	var list []object
	if flag(args, "isEphemeral") {
		return nil
	}
	for _, env := range p.Environments {
		list = append(list, e.environmentView(env))
	}
	return list
}

func (e *Emulator) environmentView(env *environment) object {
	_, restricted := e.board.Is(FaultRestricted, env.Name)
	return object{
		"id": env.ID, "name": env.Name, "projectId": env.project.ID, "createdAt": stamp(env.Created),
		"canAccess": !restricted, "deletedAt": nil, "isEphemeral": false, "unmergedChangesCount": e.staged(env).size(), "configEtag": env.ID,
		"variables": resolver(func(args map[string]any) (any, error) { return env.queryNames(e, args) }),
		"config":    resolver(func(args map[string]any) (any, error) { return env.config(flag(args, "decryptVariables")), nil }),
		"serviceInstances": resolver(func(args map[string]any) (any, error) {
			var list []object
			for _, in := range env.live() {
				list = append(list, e.instanceView(in))
			}
			return connection(list, args), nil
		}),
	}
}

func (e *Emulator) serviceView(s *service) object {
	return object{"id": s.ID, "name": s.Name, "projectId": s.project.ID, "deletedAt": nil, "isRestricted": false}
}

func (e *Emulator) instanceView(in *instance) object {
	set := in.Settings
	from := any(nil)
	if in.Source.Repo != "" || in.Source.Image != "" {
		from = object{"repo": orNull(in.Source.Repo), "image": orNull(in.Source.Image)}
	}
	preDeploy := any(nil)
	if len(set.PreDeploy) > 0 {
		preDeploy = set.PreDeploy
	}
	return object{
		"id": in.ID, "serviceId": in.ServiceID, "serviceName": in.service.Name, "environmentId": in.env.ID,
		"createdAt": stamp(in.Created), "updatedAt": stamp(in.Updated), "deletedAt": nil, "isUpdatable": true,
		"source": from, "builder": set.builder(), "buildCommand": orNull(set.Build), "startCommand": orNull(set.Start),
		"rootDirectory": orNull(set.Root), "dockerfilePath": orNull(set.Dockerfile), "watchPatterns": orNone(set.Watch), "railwayConfigFile": nil,
		"preDeployCommand": preDeploy, "healthcheckPath": orNull(set.Health), "healthcheckTimeout": orNull(set.HealthTimeout),
		"numReplicas": orNull(set.Replicas), "region": orNull(set.Region), "restartPolicyType": set.Restart,
		"restartPolicyMaxRetries": set.Retries, "cronSchedule": orNull(set.Cron), "sleepApplication": set.Sleep,
		"overlapSeconds": set.Overlap, "drainingSeconds": set.Drain,
		"domains":           resolver(func(map[string]any) (any, error) { return e.domainsView(in), nil }),
		"latestDeployment":  resolver(func(map[string]any) (any, error) { return e.latest(in), nil }),
		"activeDeployments": resolver(func(map[string]any) (any, error) { return e.active(in), nil }),
	}
}

// latest is the newest deployment, or for a moment after it was made still the one before.
func (e *Emulator) latest(in *instance) any {
	for _, d := range e.w.of(in) {
		if !e.isHidden(d) && time.Since(d.Created) >= e.cfg.Pace && !time.Now().Before(e.late[d.ID]) {
			return e.deploymentView(d)
		}
	}
	return nil
}

func (e *Emulator) active(in *instance) []object {
	list := []object{}
	if d := e.w.deployment(in.Active); d != nil {
		list = append(list, e.deploymentView(d))
	}
	return list
}

// config is the environment as its scalar writes it down; values are masked unless they are asked for.
func (env *environment) config(decrypt bool) map[string]any {
	values := func(vars map[string]string, sealed map[string]bool) map[string]any {
		out := map[string]any{}
		for name, value := range vars {
			v := map[string]any{"value": value, "isSealed": sealed[name]}
			if !decrypt || sealed[name] {
				v["value"] = "*****"
			}
			out[name] = v
		}
		return out
	}
	services := map[string]any{}
	for _, in := range env.live() {
		sealed := map[string]bool{}
		for _, name := range in.Sealed {
			sealed[name] = true
		}
		one := in.Settings.manifest()
		one["source"] = map[string]any{"repo": orNull(in.Source.Repo), "image": orNull(in.Source.Image), "branch": orNull(in.Source.Branch)}
		one["variables"] = values(in.Variables, sealed)
		services[in.ServiceID] = one
	}
	return map[string]any{"services": services, "sharedVariables": values(env.Shared, nil)}
}
