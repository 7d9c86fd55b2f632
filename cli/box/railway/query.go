package railway

import (
	"slices"
	"time"
)

// authorize checks the caller against the field and the ids in its arguments.
func (e *Emulator) authorize(who caller, field string, args map[string]any) error {
	switch {
	case field == "projectToken" && who != projectCaller:
		return errNoToken
	case who == nobody:
		return errNotAuthorized
	case who == projectCaller && slices.Contains([]string{"me", "apiToken", "projects", "workspace"}, field):
		return errNotAuthorized
	}
	for _, a := range []map[string]any{args, input(args)} {
		if p := text(a, "projectId"); p != "" && p != e.w.ProjectID {
			return errNotAuthorized
		}
		if id := text(a, "environmentId"); id != "" && id != e.w.EnvironmentID {
			return errNotAuthorized
		}
		if id := text(a, "serviceId"); id != "" && e.w.service(id) == nil {
			return errNotAuthorized
		}
	}
	return nil
}

// queries are the root fields of Query that the emulator knows.
func (e *Emulator) queries() map[string]resolver {
	return map[string]resolver{
		"projectToken":                  func(map[string]any) (any, error) { return e.tokenView(), nil },
		"apiToken":                      func(map[string]any) (any, error) { return object{"workspaces": []object{e.workspaceView()}}, nil },
		"projects":                      e.queryProjects,
		"project":                       e.queryProject,
		"environment":                   e.queryEnvironment,
		"service":                       e.queryService,
		"serviceInstance":               e.queryServiceInstance,
		"deployment":                    e.withDeployment(func(d *deployment, _ map[string]any) (any, error) { return e.deploymentView(d), nil }),
		"deployments":                   e.queryDeployments,
		"deploymentEvents":              e.withDeployment(e.queryEvents),
		"deploymentSnapshot":            e.withDeployment(e.querySnapshot),
		"deploymentLogs":                e.queryLogs(runLog),
		"buildLogs":                     e.queryLogs(buildLog),
		"domains":                       e.queryDomains,
		"variables":                     e.queryVariables,
		"variablesForServiceDeployment": e.queryAllVariables,
	}
}

// withDeployment finds the deployment that the arguments name.
func (e *Emulator) withDeployment(f func(d *deployment, args map[string]any) (any, error)) resolver {
	return func(args map[string]any) (any, error) {
		id := text(args, "id")
		if id == "" {
			id = text(args, "deploymentId")
		}
		d := e.w.deployment(id)
		if d == nil || e.isHidden(d) {
			return nil, errNoDeployment
		}
		return f(d, args)
	}
}

// isHidden reports whether reads do not show the deployment yet.
func (e *Emulator) isHidden(d *deployment) bool { return time.Now().Before(e.hidden[d.ID]) }

func (e *Emulator) queryProjects(args map[string]any) (any, error) {
	var list []object
	if text(args, "workspaceId") == e.w.WorkspaceID { // the listing is empty without one
		list = append(list, e.projectView())
	}
	return connection(list, args), nil
}

func (e *Emulator) queryProject(args map[string]any) (any, error) {
	if text(args, "id") != e.w.ProjectID {
		return nil, refusal{"Project not found", codeInternal}
	}
	return e.projectView(), nil
}

func (e *Emulator) queryEnvironment(args map[string]any) (any, error) {
	if text(args, "id") != e.w.EnvironmentID {
		return nil, errNotAuthorized
	}
	return e.environmentView(), nil
}

func (e *Emulator) queryService(args map[string]any) (any, error) {
	s := e.w.service(text(args, "id"))
	if s == nil {
		return nil, errNotAuthorized
	}
	return e.serviceView(s), nil
}

func (e *Emulator) queryServiceInstance(args map[string]any) (any, error) {
	return e.instanceView(e.w.service(text(args, "serviceId"))), nil
}

func (e *Emulator) queryDeployments(args map[string]any) (any, error) {
	in := input(args)
	status, _ := in["status"].(map[string]any)
	only, except := texts(status["in"]), texts(status["notIn"])
	var list []object
	for _, d := range e.w.of(text(in, "serviceId")) {
		if e.isHidden(d) || (len(only) > 0 && !slices.Contains(only, d.Status)) || slices.Contains(except, d.Status) {
			continue
		}
		list = append(list, e.deploymentView(d))
	}
	return connection(list, args), nil
}

func (e *Emulator) queryEvents(d *deployment, args map[string]any) (any, error) {
	var list []object
	for _, ev := range d.Events {
		list = append(list, ev.view())
	}
	return connection(list, args), nil
}

func (e *Emulator) querySnapshot(d *deployment, _ map[string]any) (any, error) {
	return object{"id": d.ID, "createdAt": stamp(d.Created), "updatedAt": stamp(d.Created), "variables": d.Variables}, nil
}

// queryLogs reads a log: the last lines of the window, one more than was asked for, as Railway does.
func (e *Emulator) queryLogs(kind logKind) resolver {
	return e.withDeployment(func(d *deployment, args map[string]any) (any, error) {
		limit := whole(args, "limit", 100)
		if limit < 1 || limit > 5000 {
			return nil, errProcessing
		}
		from, err := moment(args, "startDate")
		if err != nil {
			return nil, errProcessing
		}
		to, err := moment(args, "endDate")
		if err != nil {
			return nil, errProcessing
		}
		matches := parseFilter(text(args, "filter"))
		list := []object{}
		for _, l := range e.logs.read(d.ID, kind) {
			if l.At.Before(from) || (!to.IsZero() && l.At.After(to)) || !matches(l) {
				continue
			}
			list = append(list, e.logView(d, l))
		}
		return list[max(0, len(list)-limit-1):], nil
	})
}

func (e *Emulator) queryDomains(args map[string]any) (any, error) {
	return e.domainsView(e.w.service(text(args, "serviceId"))), nil
}

// moment reads a time; the zero time if it is absent.
func moment(args map[string]any, name string) (time.Time, error) {
	s := text(args, name)
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, s)
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, s := range list {
		if s, ok := s.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// connection pages a list: `first` entries `after` a cursor, which is the entry's id.
func connection(list []object, args map[string]any) object {
	start := 0
	if after := text(args, "after"); after != "" {
		start = slices.IndexFunc(list, func(o object) bool { return o["id"] == after }) + 1
	}
	end := min(len(list), start+whole(args, "first", len(list)))
	page := object{"hasNextPage": end < len(list), "hasPreviousPage": start > 0, "startCursor": nil, "endCursor": nil}
	edges := []object{}
	for _, o := range list[start:max(start, end)] {
		if len(edges) == 0 {
			page["startCursor"] = o["id"]
		}
		page["endCursor"] = o["id"]
		edges = append(edges, object{"cursor": o["id"], "node": o})
	}
	return object{"edges": edges, "pageInfo": page}
}
