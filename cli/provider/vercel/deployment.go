package vercel

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"readme/cli/provider"
)

// The names under which a deployment's meta holds our marker.
const (
	metaRelease = "readmeOpsRelease"
	metaCommit  = "readmeOpsCommit"
	metaTree    = "readmeOpsTree"
)

// Live gives the deployment that the production domain serves now, decided by the alias of the domain itself, with
// the domain as its URL. It is the zero Deployment when there is none.
func (c *Client) Live(ctx context.Context) (provider.Deployment, error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found {
		return provider.Deployment{}, err
	}
	domain, err := c.domain(ctx, p)
	if err != nil {
		return provider.Deployment{}, err
	}
	id, err := c.current(ctx, p, domain)
	if err != nil || id == "" {
		return provider.Deployment{}, err
	}
	w, err := c.read(ctx, id)
	if err != nil {
		return provider.Deployment{}, err
	}
	if w.ProjectID != "" && w.ProjectID != p.ID {
		return provider.Deployment{}, fmt.Errorf("read what is live: %s serves deployment %s of another project (%s)", domain, id, w.ProjectID)
	}
	d := c.deployment(w)
	d.State, d.Why = provider.Live, ""
	if domain != "" {
		d.URL = c.address(domain)
	}
	return d, nil
}

// current is what the domain serves. A project without a domain of its own has only Vercel's record.
func (c *Client) current(ctx context.Context, p wireProject, domain string) (string, error) {
	if domain != "" {
		return c.serving(ctx, domain)
	}
	if now := p.Targets[production]; now != nil {
		return now.ID, nil
	}
	return "", nil
}

// Deployment gives one deployment. Its URL is the domain's when it is live, else its own.
func (c *Client) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	w, err := c.read(ctx, id)
	if err != nil {
		return provider.Deployment{}, err
	}
	d := c.deployment(w)
	if d.State != provider.Staged || w.Target != "production" {
		return d, nil
	}
	return c.place(ctx, w, d)
}

// place decides whether a finished production build is live. Its own record cannot say so: PROMOTED only means that
// it has served once. The alias of the domain can.
func (c *Client) place(ctx context.Context, w wireDeployment, d provider.Deployment) (provider.Deployment, error) {
	p, err := c.readProject(ctx)
	if err != nil {
		return provider.Deployment{}, err
	}
	domain, err := c.domain(ctx, p)
	if err != nil {
		return provider.Deployment{}, err
	}
	serves, err := c.current(ctx, p, domain)
	if err != nil {
		return provider.Deployment{}, err
	}
	switch {
	case serves == d.ID:
		d.State, d.URL = provider.Live, either(c.address(domain), d.URL)
		return d, nil
	case w.ReadySubstate == "STAGED":
		if w.AutoAssign == nil || *w.AutoAssign {
			d.Why = "it is built, but Vercel did not give it the domain: automatic assignment is off since a rollback, or in the project's settings"
		}
		return d, nil
	}
	over, err := c.overtaken(ctx, p, d, serves)
	if err != nil {
		return provider.Deployment{}, err
	}
	if over {
		d.State, d.Why = provider.Superseded, "the domain serves "+serves+" now"
	} else {
		d.State = provider.Building // the alias has not followed yet, or its record is read late
	}
	return d, nil
}

// overtaken reports whether the deployment that the domain serves came after d, by its age or by a later move. If
// not, the alias is on its way to d.
func (c *Client) overtaken(ctx context.Context, p wireProject, d provider.Deployment, serves string) (bool, error) {
	if r := p.LastAliasRequest; r != nil && r.To == serves && r.JobStatus == "succeeded" && r.RequestedAt > d.Created.UnixMilli() {
		return true, nil
	}
	if serves == "" {
		return false, nil
	}
	other, err := c.read(ctx, serves)
	if provider.NotFound(err) {
		return false, nil
	}
	return other.created().After(d.Created), err
}

func (c *Client) read(ctx context.Context, id string) (wireDeployment, error) {
	var w wireDeployment
	err := c.send(ctx, provider.Call{
		Op: "read the deployment", Method: http.MethodGet, Path: "/v13/deployments/" + url.PathEscape(id),
	}, &w)
	return w, err
}

// deployment translates a record. A finished build comes out as Staged; place says whether it is live.
func (c *Client) deployment(w wireDeployment) provider.Deployment {
	d := provider.Deployment{
		ID: w.id(), Service: c.project, Raw: w.state(), Created: w.created(), URL: c.address(w.URL),
		Marker: provider.Marker{Release: w.Meta[metaRelease], Commit: w.Meta[metaCommit], Tree: w.Meta[metaTree]},
	}
	if w.ReadySubstate != "" {
		d.Raw += "/" + w.ReadySubstate
	}
	if d.Marker.Commit == "" {
		d.Marker.Commit = w.commit()
	}
	d.State, d.Why = verdict(w)
	return d
}
