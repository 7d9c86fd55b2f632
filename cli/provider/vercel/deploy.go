package vercel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"readme/cli/provider"
)

// A listing may lag behind a create: it counts as not made only after this long without a trace.
const (
	settleTime = 30 * time.Second
	settlePoll = 2 * time.Second
)

// Deploy builds r.Commit, or the files of r.Dir, for production, and Vercel gives the result the domain. It returns the
// deployment's id as soon as Vercel has accepted it, or has already begun with this commit by itself.
func (c *Client) Deploy(ctx context.Context, r provider.Request) (string, error) {
	return c.deploy(ctx, r, false)
}

// DeployStaged is Deploy, but the result stays off the domain until Promote.
func (c *Client) DeployStaged(ctx context.Context, r provider.Request) (string, error) {
	return c.deploy(ctx, r, true)
}

func (c *Client) deploy(ctx context.Context, r provider.Request, staged bool) (string, error) {
	if r.Marker.Release == "" {
		return "", errors.New("deploy to vercel: the marker has no release")
	}
	p, err := c.readProject(ctx)
	if err != nil {
		return "", c.explain(err)
	}
	body := wireCreate{Name: p.Name, Project: p.ID, Target: production, Meta: meta(r.Marker), ProjectSettings: map[string]string{"framework": framework}}
	if staged {
		body.AutoAssign = new(false)
	}
	if r.Commit.SHA != "" {
		return c.deployCommit(ctx, p, r, body)
	}
	return c.deployFiles(ctx, p, r, body)
}

func meta(m provider.Marker) map[string]string {
	return map[string]string{metaRelease: m.Release, metaCommit: m.Commit, metaTree: m.Tree}
}

// once sends a create, and finds out what became of it where no answer came.
func (c *Client) once(ctx context.Context, p wireProject, m provider.Marker, create func() (string, error)) (string, error) {
	before, err := c.find(ctx, p, m)
	if err != nil {
		return "", err
	}
	id, err := create()
	if provider.Ambiguous(err) {
		return c.adopt(ctx, p, m, before, err)
	}
	return id, err
}

// create sends one create.
func (c *Client) create(ctx context.Context, body wireCreate, q url.Values) (string, error) {
	const op = "create the deployment"
	var w wireDeployment
	err := c.send(ctx, provider.Call{Op: op, Method: http.MethodPost, Path: "/v13/deployments", Query: q, JSON: body}, &w)
	if err == nil && w.id() == "" {
		err = &provider.Error{Vendor: vendor, Op: op, Message: "the answer has no id", Ambiguous: true}
	}
	return w.id(), err
}

// adopt looks for the deployment that a create of unknown outcome may have made: it bears our marker, and was not
// there before.
func (c *Client) adopt(ctx context.Context, p wireProject, m provider.Marker, before []provider.Deployment, cause error) (string, error) {
	for end := time.Now().Add(settleTime); ; {
		found, err := c.find(ctx, p, m)
		if err != nil {
			return "", errors.Join(cause, err)
		}
		for _, d := range found {
			if !slices.ContainsFunc(before, func(b provider.Deployment) bool { return b.ID == d.ID }) {
				return d.ID, nil
			}
		}
		if !time.Now().Before(end) {
			return "", fmt.Errorf("%w (no deployment of this release has appeared since)", cause)
		}
		if err := pause(ctx, settlePoll); err != nil {
			return "", err
		}
	}
}
