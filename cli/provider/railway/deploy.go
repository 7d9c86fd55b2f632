package railway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"readme/cli/provider"
)

// Deploy brings a commit, an image or an archive (a tar.gz whose entries begin with "./"), whichever req names, and
// gives the deployment's id as soon as Railway has accepted it. It is asked for once: when the answer is lost, the
// deployment that was not there before and that is of what was sent is adopted; if none shows up within 30 s, the
// error says so.
func (c *Client) Deploy(ctx context.Context, req provider.Request) (string, error) {
	switch {
	case req.Commit != (provider.Commit{}):
		return c.deployCommit(ctx, req)
	case req.Image != "":
		return c.deployImage(ctx, req)
	case req.Archive != "":
		return c.upload(ctx, req)
	}
	return "", errors.New("deploy to railway: there is no commit, no image and no archive")
}

func (c *Client) upload(ctx context.Context, req provider.Request) (string, error) {
	info, err := os.Stat(req.Archive)
	if err != nil {
		return "", fmt.Errorf("deploy to railway: %w", err)
	}
	id, err := c.service(ctx, req.Service)
	if err != nil {
		return "", err
	}
	t, err := c.Target(ctx)
	if err != nil {
		return "", err
	}
	before, err := c.baseline(ctx, req.Service)
	if err != nil {
		return "", err
	}
	header := c.credentials(t.login)
	header.Set("Content-Type", "application/gzip")
	var a provider.Answer
	err = patiently(ctx, func() (err error) {
		a, err = c.files.Do(ctx, provider.Call{
			Op: "upload " + req.Service, Method: http.MethodPost, Header: header,
			Path:  "/project/" + url.PathEscape(t.ProjectID) + "/environment/" + url.PathEscape(t.EnvironmentID) + "/up",
			Query: url.Values{"serviceId": {id}, "message": {message(req.Marker)}},
			Open:  func() (io.ReadCloser, error) { return os.Open(req.Archive) }, Size: info.Size(),
		})
		return err
	})
	var made wireUpload
	if err == nil {
		if err = a.Into(&made); err != nil || made.DeploymentID == "" {
			err = &provider.Error{Vendor: vendor, Op: "upload " + req.Service, Status: a.Status, Message: "the answer names no deployment", Ambiguous: true}
		}
	}
	return c.made(ctx, req.Service, made.DeploymentID, err, before, func(d wireDeployment) bool {
		return parseMarker(d.meta("cliMessage")) == req.Marker
	})
}

// start sends a mutation that answers with the new deployment's id, which read takes out of the answer.
func (c *Client) start(ctx context.Context, service string, r request, ours func(wireDeployment) bool) (string, error) {
	before, err := c.baseline(ctx, service)
	if err != nil {
		return "", err
	}
	id, err := c.send(ctx, service, r)
	return c.made(ctx, service, id, err, before, ours)
}

// send sends deployMutation or redeployMutation; the one answers with an id, the other with a deployment.
func (c *Client) send(ctx context.Context, service string, r request) (string, error) {
	if r.document == redeployMutation {
		var a struct {
			Made named `json:"deploymentRedeploy"`
		}
		err := c.in(ctx, r, &a)
		return a.Made.ID, err
	}
	id, err := c.service(ctx, service)
	if err != nil {
		return "", err
	}
	r.vars["serviceId"] = id
	var a struct {
		ID string `json:"serviceInstanceDeployV2"`
	}
	err = c.in(ctx, r, &a)
	return a.ID, err
}

// made is the end of every call that makes a deployment: its id, or the search for it where the answer left it open.
func (c *Client) made(ctx context.Context, service, id string, err error, before past, ours func(wireDeployment) bool) (string, error) {
	switch {
	case err == nil && id != "":
		c.remember(id)
		return id, nil
	case err != nil && !provider.Ambiguous(err):
		return "", err
	}
	return c.adopt(ctx, service, before, ours, err)
}
