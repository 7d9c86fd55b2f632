package railway

import "time"

// imageRetention is how long an image can still be rolled back to after its deployment was removed: that of the Hobby
// plan.
const imageRetention = 72 * time.Hour

func (e *Emulator) deploymentView(d *deployment) object {
	in := e.w.instance(d)
	status := any(d.Status)
	if d.Shown != "" && !d.underway() {
		status = offContract(d.Shown)
	}
	if _, ok := e.strikes(FaultUnknownStatus, in); ok {
		status = offContract("PONDERING")
	}
	address := orNull(in.host())
	if len(e.domainsView(in)["serviceDomains"].([]object)) == 0 {
		address = nil
	}
	instances := []object{}
	if d.Instance != "" {
		instances = append(instances, object{"id": d.InstID, "status": d.Instance})
	}
	creator := any(nil)
	if d.By != "" {
		creator = object{"id": e.w.UserID, "name": d.By, "email": "somebody@example.com"}
	}
	return object{
		"id": d.ID, "status": status, "statusUpdatedAt": stamp(d.Updated), "createdAt": stamp(d.Created), "updatedAt": stamp(d.Updated),
		"projectId": in.env.project.ID, "environmentId": in.env.ID, "serviceId": in.ServiceID, "snapshotId": d.ID,
		"url": address, "staticUrl": address, "canRedeploy": !d.underway(), "canRollback": e.canRollback(in, d),
		"deploymentStopped": d.Stopped, "meta": d.meta(), "instances": instances,
		"diagnosis": nil, "suggestAddServiceDomain": false, "creator": creator,
		"service":     resolver(func(map[string]any) (any, error) { return e.serviceView(in.service), nil }),
		"environment": resolver(func(map[string]any) (any, error) { return e.environmentView(in.env), nil }),
	}
}

// canRollback reports whether the deployment served once, serves no more, and its image is kept.
func (e *Emulator) canRollback(in *instance, d *deployment) bool {
	if _, gone := e.lasts(FaultImageGone, in); gone {
		return false
	}
	expired := d.Status == removed && time.Since(d.Updated) > imageRetention
	return d.Succeeded && in.Active != d.ID && !expired
}

// meta is the schemaless part of a deployment: an upload has its message and no commit.
func (d *deployment) meta() map[string]any {
	meta := map[string]any{"reason": d.Reason, "runtime": "V2", "logsV2": true, "serviceManifest": d.Settings.manifest()}
	for name, value := range map[string]string{
		"cliMessage": d.Message, "skippedReason": d.Skipped, "rootDirectory": d.Settings.Root,
		"commitHash": d.Commit, "commitMessage": d.Subject, "commitAuthor": d.Author, "branch": d.Branch, "repo": d.Repo,
		"image": d.Image, "imageDigest": d.Digest,
	} {
		if value != "" {
			meta[name] = value
		}
	}
	return meta
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
