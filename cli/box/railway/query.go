package railway

import (
	"slices"
	"time"
)

// queries are the root fields of Query.
func (e *Emulator) queries() map[string]root {
	return map[string]root{
		"__schema": func(*call) (any, error) { return e.schemaView(), nil },
		"__type":   e.queryType,

		"apiToken":     func(*call) (any, error) { return object{"workspaces": []object{e.workspaceView()}}, nil },
		"me":           func(*call) (any, error) { return e.userView(), nil },
		"projectToken": func(c *call) (any, error) { return e.tokenView(c.who.env), nil },
		"workspace":    e.queryWorkspace,

		"environment":              e.queryEnvironment,
		"environments":             e.queryEnvironments,
		"environmentStagedChanges": e.queryStaged,
		"project":                  e.queryProject,
		"projects":                 e.queryProjects,
		"service":                  onService(func(_ *call, s *service) (any, error) { return e.serviceView(s), nil }),
		"serviceInstance":          withInstance(func(_ *call, in *instance) (any, error) { return e.instanceView(in), nil }),
		"workflowStatus":           e.queryWorkflow,

		"deploymentTriggers":              withInstance(e.queryTriggers),
		"serviceInstanceAutoDeployStatus": withInstance(e.queryAutoDeploy),

		"deployment":         withDeployment(func(_ *call, d *deployment) (any, error) { return e.deploymentView(d), nil }),
		"deploymentEvents":   withDeployment(e.queryEvents),
		"deployments":        e.queryDeployments,
		"deploymentSnapshot": withDeployment(e.querySnapshot),

		"buildLogs":       e.queryLogs(buildLog),
		"deploymentLogs":  e.queryLogs(runLog),
		"environmentLogs": e.queryEnvironmentLogs,
		"httpLogs":        withDeployment(e.queryHits),

		"domains":                       withInstance(e.queryDomains),
		"variables":                     e.queryVariables,
		"variablesForServiceDeployment": withInstance(e.queryAllVariables),
	}
}

// isHidden reports whether reads do not show the deployment yet.
func (e *Emulator) isHidden(d *deployment) bool { return time.Now().Before(e.hidden[d.ID]) }

func (e *Emulator) queryWorkspace(c *call) (any, error) {
	if text(c.args, "workspaceId") != e.w.WorkspaceID {
		return nil, errNotAuthorized
	}
	return e.workspaceView(), nil
}

// queryProjects lists those of a workspace. Without one, an account's token gets nothing, and a workspace's its own.
func (e *Emulator) queryProjects(c *call) (any, error) {
	var list []object
	id := text(c.args, "workspaceId")
	if id == e.w.WorkspaceID || (id == "" && c.who.kind == workspaceCaller) {
		for _, p := range e.w.Projects {
			list = append(list, e.projectView(p))
		}
	}
	return connection(list, c.args), nil
}

func (e *Emulator) queryProject(c *call) (any, error) {
	p := e.w.project(text(c.args, "id"))
	switch {
	case p == nil:
		return nil, refusal{"Project not found", codeInternal}
	case c.who.kind == projectCaller && p != c.who.env.project:
		return nil, errNotAuthorized
	}
	return e.projectView(p), nil
}

func (e *Emulator) queryEnvironment(c *call) (any, error) {
	env := e.w.environment(text(c.args, "id"))
	if env == nil || !c.who.sees(env) {
		return nil, errNotAuthorized
	}
	return e.environmentView(env), nil
}

func (e *Emulator) queryEnvironments(c *call) (any, error) {
	return connection(e.environmentViews(c.project, c.args), c.args), nil
}

func (e *Emulator) queryWorkflow(c *call) (any, error) {
	for _, env := range e.w.environments() {
		if slices.Contains(env.Commits, text(c.args, "workflowId")) && c.who.sees(env) {
			return object{"status": "Complete", "error": nil}, nil
		}
	}
	return object{"status": "NotFound", "error": nil}, nil
}

func (e *Emulator) queryDeployments(c *call) (any, error) {
	status, _ := c.in["status"].(map[string]any)
	only, except := texts(status["in"]), texts(status["notIn"])
	var list []object
	for _, d := range slices.Backward(e.w.Deployments) {
		in := e.w.instance(d)
		elsewhere := !c.who.sees(in.env) || (c.project != nil && c.project != in.env.project) ||
			(c.env != nil && c.env != in.env) || (c.service != nil && c.service != in.service)
		if elsewhere || e.isHidden(d) || (len(only) > 0 && !slices.Contains(only, d.Status)) || slices.Contains(except, d.Status) {
			continue
		}
		list = append(list, e.deploymentView(d))
	}
	return connection(list, c.args), nil
}

func (e *Emulator) queryEvents(c *call, d *deployment) (any, error) {
	var list []object
	for _, ev := range d.Events {
		list = append(list, ev.view())
	}
	return connection(list, c.args), nil
}

func (e *Emulator) querySnapshot(_ *call, d *deployment) (any, error) {
	return object{
		"id": d.ID, "createdAt": stamp(d.Created), "updatedAt": stamp(d.Created),
		"variables": e.nullable(d.Variables, e.w.instance(d).Sealed),
	}, nil
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
