package vercel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

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
	p, err := c.readProject(ctx)
	if err != nil {
		return provider.Deployment{}, c.explain(err)
	}
	domain, err := c.domain(ctx, p)
	if err != nil {
		return provider.Deployment{}, err
	}
	id, err := c.serving(ctx, domain)
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
	d.State, d.Why, d.URL = provider.Live, "", c.address(domain)
	return d, nil
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
	serves, err := c.serving(ctx, domain)
	if err != nil {
		return provider.Deployment{}, err
	}
	switch {
	case serves == d.ID:
		d.State, d.URL = provider.Live, c.address(domain)
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

// Find lists the deployments that bear a marker, the newest first: what a release that was cut off has already made.
// The filter of the listing is undocumented, so every answer is compared here.
func (c *Client) Find(ctx context.Context, m provider.Marker) ([]provider.Deployment, error) {
	if m.Release == "" {
		return nil, errors.New("find deployments: the marker has no release")
	}
	p, err := c.readProject(ctx)
	if err != nil {
		return nil, c.explain(err)
	}
	return c.find(ctx, p, m)
}

func (c *Client) find(ctx context.Context, p wireProject, m provider.Marker) ([]provider.Deployment, error) {
	q := url.Values{"projectId": {p.ID}, "limit": {"100"}, "meta-" + metaRelease: {m.Release}}
	var a wireDeployments
	err := c.send(ctx, provider.Call{Op: "list the deployments", Method: http.MethodGet, Path: "/v7/deployments", Query: q}, &a)
	if err != nil {
		return nil, err
	}
	var found []provider.Deployment
	for _, w := range a.Deployments {
		if d := c.deployment(w); d.Marker == m {
			found = append(found, d)
		}
	}
	return found, nil
}

// Cancel stops a build. One that is over already is left as it is.
func (c *Client) Cancel(ctx context.Context, id string) error {
	err := c.send(ctx, provider.Call{
		Op: "cancel the deployment", Method: http.MethodPatch, Path: "/v12/deployments/" + url.PathEscape(id) + "/cancel", Repeat: true,
	}, nil)
	if s := provider.StatusOf(err); s < 400 || s >= 500 {
		return err
	}
	d, readErr := c.Deployment(ctx, id)
	if readErr == nil && d.State.Over() {
		return nil
	}
	return err
}

// Delete removes a deployment. One that is gone already is no error.
func (c *Client) Delete(ctx context.Context, id string) error {
	err := c.send(ctx, provider.Call{
		Op: "delete the deployment", Method: http.MethodDelete, Path: "/v13/deployments/" + url.PathEscape(id),
	}, nil)
	if provider.NotFound(err) {
		return nil
	}
	return err
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
	d.State, d.Why = verdict(w)
	return d
}

// verdict follows the order of Vercel's own client: READY alone means that the build is done, and only the alias says
// that the deployment is reached. A word that we do not know is taken for one on the way.
func verdict(w wireDeployment) (provider.State, string) {
	switch w.state() {
	case "ERROR":
		return provider.Failed, sentence(w.ErrorCode, either(w.ErrorMessage, w.ReadyStateReason), "the build failed")
	case "CANCELED":
		return provider.Superseded, "it was cancelled"
	case "DELETED":
		return provider.Superseded, "it was deleted"
	case "BLOCKED":
		code := ""
		if w.SeatBlock != nil {
			code = w.SeatBlock.BlockCode
		}
		return provider.NeedsHuman, sentence(code, either(w.ReadyStateReason, w.ErrorMessage), "Vercel holds it back until a person lets it through")
	case "READY":
	default:
		return provider.Building, ""
	}
	switch {
	case w.Checks.Alias.State == "failed" || w.ChecksConclusion == "failed":
		return provider.Failed, "Vercel's checks of the deployment failed"
	case w.ReadySubstate == "ROLLING":
		return provider.Building, "" // a rolling release moves the traffic in stages
	case bool(w.AliasAssigned):
		return provider.Staged, ""
	case w.AliasError != nil:
		return provider.Failed, sentence(w.AliasError.Code, w.AliasError.Message, "the domain could not be assigned")
	}
	return provider.Building, ""
}

// sentence joins a code and a message, or says what we know ourselves.
func sentence(code, message, otherwise string) string {
	switch {
	case code == "" && message == "":
		return otherwise
	case code == "" || strings.Contains(message, code):
		return message
	case message == "":
		return otherwise + " (" + code + ")"
	}
	return code + ": " + message
}
