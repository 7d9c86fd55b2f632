package railway

import (
	"time"
)

// stamp writes a time as Railway's DateTime.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// orNull gives null for an empty text.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (e *Emulator) workspaceView() object {
	return object{"id": e.w.WorkspaceID, "name": "box"}
}

func (e *Emulator) tokenView() object {
	return object{
		"id": e.w.TokenID, "name": "readme-ops", "displayToken": "****", "createdAt": stamp(e.w.Created),
		"projectId": e.w.ProjectID, "environmentId": e.w.EnvironmentID,
		"project": e.projectView(), "environment": e.environmentView(),
	}
}

func (e *Emulator) projectView() object {
	return object{
		"id": e.w.ProjectID, "name": e.cfg.Project, "deletedAt": nil, "workspaceId": e.w.WorkspaceID,
		"baseEnvironmentId": e.w.EnvironmentID, "primaryEnvironmentId": e.w.EnvironmentID,
		"environments": resolver(func(args map[string]any) (any, error) {
			return connection([]object{e.environmentView()}, args), nil
		}),
		"services": resolver(func(args map[string]any) (any, error) {
			var list []object
			for _, s := range e.w.Services {
				list = append(list, e.serviceView(s))
			}
			return connection(list, args), nil
		}),
	}
}

func (e *Emulator) environmentView() object {
	return object{
		"id": e.w.EnvironmentID, "name": e.cfg.Environment, "projectId": e.w.ProjectID, "createdAt": stamp(e.w.Created),
		"canAccess": true, "deletedAt": nil, "isEphemeral": false, "unmergedChangesCount": 0, "configEtag": e.w.EnvironmentID,
		"serviceInstances": resolver(func(args map[string]any) (any, error) {
			var list []object
			for _, s := range e.w.Services {
				list = append(list, e.instanceView(s))
			}
			return connection(list, args), nil
		}),
	}
}

func (e *Emulator) serviceView(s *service) object {
	return object{"id": s.ID, "name": s.Name, "projectId": e.w.ProjectID, "deletedAt": nil, "isRestricted": false}
}

func (e *Emulator) instanceView(s *service) object {
	set := s.Settings
	timeout := any(nil)
	if set.HealthTimeout > 0 {
		timeout = set.HealthTimeout
	}
	return object{
		"id": s.InstanceID, "serviceId": s.ID, "serviceName": s.Name, "environmentId": e.w.EnvironmentID,
		"createdAt": stamp(s.Created), "updatedAt": stamp(s.Updated), "deletedAt": nil, "isUpdatable": true,
		"source": nil, "builder": "RAILPACK", "buildCommand": orNull(set.Build), "startCommand": orNull(set.Start),
		"rootDirectory": orNull(set.Root), "dockerfilePath": nil, "watchPatterns": []string{}, "railwayConfigFile": nil,
		"preDeployCommand": nil, "healthcheckPath": orNull(set.Health), "healthcheckTimeout": timeout, "numReplicas": nil,
		"region": nil, "restartPolicyType": set.Restart, "restartPolicyMaxRetries": set.Retries, "cronSchedule": nil,
		"sleepApplication": false, "overlapSeconds": set.Overlap, "drainingSeconds": set.Drain,
		"domains":           resolver(func(map[string]any) (any, error) { return e.domainsView(s), nil }),
		"latestDeployment":  resolver(func(map[string]any) (any, error) { return e.latest(s), nil }),
		"activeDeployments": resolver(func(map[string]any) (any, error) { return e.active(s), nil }),
	}
}

// latest is the newest deployment, or for a moment after it was made still the one before.
func (e *Emulator) latest(s *service) any {
	for _, d := range e.w.of(s.ID) {
		if !e.isHidden(d) && time.Since(d.Created) >= e.cfg.Pace {
			return e.deploymentView(d)
		}
	}
	return nil
}

func (e *Emulator) active(s *service) []object {
	list := []object{}
	if d := e.w.deployment(s.Active); d != nil {
		list = append(list, e.deploymentView(d))
	}
	return list
}

func (e *Emulator) deploymentView(d *deployment) object {
	s := e.w.service(d.Service)
	status := any(d.Status)
	if _, ok := e.faults.strike(FaultUnknownStatus, s.Name); ok {
		status = offContract("PONDERING")
	}
	address := any(nil)
	if s.Domain != nil {
		address = orNull(s.Domain.Host)
	}
	instances := []object{}
	if d.Instance != "" {
		instances = append(instances, object{"id": d.InstID, "status": d.Instance})
	}
	return object{
		"id": d.ID, "status": status, "statusUpdatedAt": stamp(d.Updated), "createdAt": stamp(d.Created), "updatedAt": stamp(d.Updated),
		"projectId": e.w.ProjectID, "environmentId": e.w.EnvironmentID, "serviceId": d.Service, "snapshotId": d.ID,
		"url": address, "staticUrl": address, "canRedeploy": !d.underway(), "canRollback": e.canRollback(s, d),
		"deploymentStopped": d.Stopped, "meta": d.meta(), "instances": instances,
		"diagnosis": nil, "suggestAddServiceDomain": false, "creator": nil,
		"service":     resolver(func(map[string]any) (any, error) { return e.serviceView(s), nil }),
		"environment": resolver(func(map[string]any) (any, error) { return e.environmentView(), nil }),
	}
}

// canRollback reports whether the deployment served once and its image is kept.
func (e *Emulator) canRollback(s *service, d *deployment) bool {
	return d.Succeeded && s.Active != d.ID
}

// meta is the schemaless part of a deployment, as an upload has it: no commitHash, but the message.
func (d *deployment) meta() map[string]any {
	set := d.Settings
	meta := map[string]any{
		"reason": d.Reason, "runtime": "V2", "logsV2": true,
		"serviceManifest": map[string]any{
			"build": map[string]any{"builder": "RAILPACK", "buildCommand": orNull(set.Build)},
			"deploy": map[string]any{
				"startCommand": orNull(set.Start), "healthcheckPath": orNull(set.Health), "healthcheckTimeout": set.HealthTimeout,
				"restartPolicyType": set.Restart, "restartPolicyMaxRetries": set.Retries,
				"overlapSeconds": set.Overlap, "drainingSeconds": set.Drain,
			},
		},
	}
	if d.Message != "" {
		meta["cliMessage"] = d.Message
	}
	return meta
}

func (e *Emulator) domainsView(s *service) object {
	list := []object{}
	if d := s.Domain; d != nil && d.Host != "" {
		list = append(list, e.domainView(s))
	}
	return object{"serviceDomains": list, "customDomains": []object{}}
}

func (e *Emulator) domainView(s *service) object {
	return object{
		"id": s.Domain.ID, "domain": s.Domain.Host, "suffix": nil, "targetPort": nil, "syncStatus": "ACTIVE",
		"environmentId": e.w.EnvironmentID, "serviceId": s.ID, "createdAt": stamp(s.Domain.Created), "updatedAt": stamp(s.Domain.Created),
	}
}

func (ev event) view() object {
	o := object{"id": ev.ID, "step": ev.Step, "createdAt": stamp(ev.Created), "completedAt": nil, "payload": nil}
	if ev.Completed == nil {
		return o
	}
	o["completedAt"] = stamp(*ev.Completed)
	o["payload"] = object{
		"attempt": 1, "maxAttempts": 1, "durationMs": int(ev.Completed.Sub(ev.Created).Milliseconds()),
		"detail": nil, "reason": nil, "error": orNull(ev.Error), "skipped": false,
	}
	return o
}

func (e *Emulator) logView(d *deployment, l logLine) object {
	attributes := []object{}
	for _, a := range l.Attributes {
		attributes = append(attributes, object{"key": a.Key, "value": a.Value})
	}
	return object{
		"timestamp": l.At.Format(time.RFC3339Nano), "message": l.Message, "severity": l.Severity, "attributes": attributes,
		"tags": object{
			"projectId": e.w.ProjectID, "environmentId": e.w.EnvironmentID, "serviceId": d.Service,
			"deploymentId": d.ID, "deploymentInstanceId": d.InstID, "snapshotId": d.ID,
		},
	}
}
