package railway

import (
	"cmp"
	"context"
	"slices"

	"readme/cli/provider"
)

// historySize is how many deployments of a service Deployments reads: the newest.
const historySize = 50

// Live is what serves now: the newest active deployment that is well, else the newest active one, whose State then
// says what is wrong with it; one that has crashed may no longer count as active, and is told too. The zero Deployment
// means that nothing was deployed, or that the service does not exist yet.
func (c *Client) Live(ctx context.Context, service string) (provider.Deployment, error) {
	id, _, err := c.lookup(ctx, service)
	if err != nil || id == "" {
		return provider.Deployment{}, err
	}
	var a struct {
		ServiceInstance struct {
			ActiveDeployments []wireDeployment `json:"activeDeployments"`
			LatestDeployment  *wireDeployment  `json:"latestDeployment"`
			Domains           wireDomains      `json:"domains"`
		} `json:"serviceInstance"`
	}
	r := request{op: "read what is live on " + service, document: liveQuery, vars: map[string]any{"serviceId": id}}
	if err := c.in(ctx, r, &a); err != nil {
		if c.justMade(id) && provider.NotFound(err) {
			return provider.Deployment{}, nil
		}
		return provider.Deployment{}, err
	}
	best := serving(a.ServiceInstance.ActiveDeployments, service)
	if last := a.ServiceInstance.LatestDeployment; best.ID == "" && last != nil && last.Status == "CRASHED" {
		best = last.deployment(service)
	}
	if best.ID != "" {
		best.URL = a.ServiceInstance.Domains.url()
	}
	c.mu.Lock()
	c.looked[service] = best.ID
	c.mu.Unlock()
	return best, nil
}

func serving(active []wireDeployment, service string) provider.Deployment {
	var best provider.Deployment
	for _, d := range newestFirst(active) {
		found := d.deployment(service)
		if found.State == provider.Live {
			return found
		}
		// Railway calls it active: a status that nobody knows does not make it nothing.
		if best.ID == "" && (found.State != provider.Building || !d.known()) {
			best = found
		}
	}
	return best
}

// Deployment is the deployment with this id. One that is live has its URL, one that failed Railway's own reason.
func (c *Client) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	d, err := c.readDeployment(ctx, id)
	if err != nil {
		if c.justMade(id) && provider.NotFound(err) {
			return provider.Deployment{ID: id, State: provider.Building}, nil
		}
		return provider.Deployment{}, err
	}
	out := d.deployment(d.Service.Name)
	if out.State == provider.Live {
		u, err := c.urlOf(ctx, d.ServiceID)
		if err != nil {
			return provider.Deployment{}, err
		}
		if u != "" {
			out.URL = u
		}
	}
	if out.State == provider.Failed {
		out.Why = cmp.Or(c.reason(ctx, id), out.Why)
	}
	return out, nil
}

func (c *Client) readDeployment(ctx context.Context, id string) (wireDeployment, error) {
	var a struct {
		Deployment wireDeployment `json:"deployment"`
	}
	err := c.in(ctx, request{op: "read deployment " + id, document: deploymentQuery, vars: map[string]any{"id": id}}, &a)
	return a.Deployment, err
}

// Deployments are the service's deployments, newest first: what existed before an intent is written, and where a
// lost one is found again. A service that does not exist yet has none.
func (c *Client) Deployments(ctx context.Context, service string) ([]provider.Deployment, error) {
	list, err := c.list(ctx, service)
	if err != nil {
		return nil, err
	}
	out := make([]provider.Deployment, len(list))
	for i, d := range list {
		out[i] = d.deployment(service)
	}
	return out, nil
}

func (c *Client) list(ctx context.Context, service string) ([]wireDeployment, error) {
	id, _, err := c.lookup(ctx, service)
	if err != nil || id == "" {
		return nil, err
	}
	t, err := c.Target(ctx)
	if err != nil {
		return nil, err
	}
	var a struct {
		Deployments edges[wireDeployment] `json:"deployments"`
	}
	input := map[string]any{"projectId": t.ProjectID, "environmentId": t.EnvironmentID, "serviceId": id}
	r := request{
		op: "list the deployments of " + service, document: deploymentsQuery,
		vars: map[string]any{"input": input, "first": historySize},
	}
	if err := c.in(ctx, r, &a); err != nil {
		return nil, err
	}
	list := make([]wireDeployment, len(a.Deployments.Edges))
	for i, e := range a.Deployments.Edges {
		list[i] = e.Node
	}
	return newestFirst(list), nil
}

// newestFirst sorts by time: Railway answers in that order, but does not promise to.
func newestFirst(list []wireDeployment) []wireDeployment {
	slices.SortStableFunc(list, func(a, b wireDeployment) int { return cmp.Compare(b.CreatedAt.UnixNano(), a.CreatedAt.UnixNano()) })
	return list
}

// reason is what the deployment's last failed step says. A token that may not read the steps gets none.
func (c *Client) reason(ctx context.Context, id string) string {
	var a struct {
		DeploymentEvents edges[struct {
			Payload *struct {
				Reason string `json:"reason"`
				Error  string `json:"error"`
			} `json:"payload"`
		}] `json:"deploymentEvents"`
	}
	r := request{op: "read why deployment " + id + " failed", document: eventsQuery, vars: map[string]any{"id": id, "first": 100}}
	if err := c.in(ctx, r, &a); err != nil {
		return ""
	}
	why := ""
	for _, e := range a.DeploymentEvents.Edges {
		if p := e.Node.Payload; p != nil {
			why = cmp.Or(p.Error, p.Reason, why)
		}
	}
	return why
}
