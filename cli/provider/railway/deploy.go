package railway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"readme/cli/provider"
)

// Deploy uploads req.Archive (a tar.gz whose entries begin with "./") and gives the new deployment's id. The upload is
// sent once. When its answer is lost, the deployment that was not there before and bears our marker is adopted; if
// none shows up within 30 s, the error says so.
func (c *Client) Deploy(ctx context.Context, req provider.Request) (string, error) {
	if req.Archive == "" {
		return "", errors.New("deploy to railway: only an archive can be deployed")
	}
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
	a, err := c.files.Do(ctx, provider.Call{
		Op: "upload " + req.Service, Method: http.MethodPost, Header: header,
		Path:  "/project/" + url.PathEscape(t.ProjectID) + "/environment/" + url.PathEscape(t.EnvironmentID) + "/up",
		Query: url.Values{"serviceId": {id}, "message": {message(req.Marker)}},
		Open:  func() (io.ReadCloser, error) { return os.Open(req.Archive) }, Size: info.Size(),
	})
	var made wireUpload
	if err == nil {
		err = a.Into(&made)
	}
	if err == nil && made.DeploymentID != "" {
		c.remember(made.DeploymentID)
		return made.DeploymentID, nil
	}
	if err != nil && !provider.Ambiguous(err) && a.Status == 0 {
		return "", err
	}
	ours := func(d wireDeployment) bool { return !before[d.ID] && parseMarker(d.meta("cliMessage")) == req.Marker }
	return c.adopt(ctx, req.Service, ours, err)
}

// Rollback makes `to` serve again and gives the new deployment's id: Railway makes one from the kept image and the
// old variables, and tells only that it did. It takes no message, so the new one bears the marker of `to`.
func (c *Client) Rollback(ctx context.Context, service string, to provider.Deployment, _ provider.Marker) (string, error) {
	old, err := c.readDeployment(ctx, to.ID)
	if err != nil {
		return "", err
	}
	if !old.CanRollback {
		return "", fmt.Errorf("roll %s back: railway keeps no image of deployment %s (%s) any more", service, to.ID, old.Status)
	}
	before, err := c.baseline(ctx, service)
	if err != nil {
		return "", err
	}
	err = c.change(ctx, request{op: "roll " + service + " back", document: rollbackMutation, vars: map[string]any{"id": to.ID}})
	if err != nil && !provider.Ambiguous(err) {
		return "", err
	}
	lost := err != nil
	ours := func(d wireDeployment) bool {
		// Without an answer only one that bears the old marker is surely ours.
		return !before[d.ID] && (!lost || d.meta("cliMessage") == old.meta("cliMessage"))
	}
	return c.adopt(ctx, service, ours, err)
}

// Remove takes a deployment down, so that nothing serves if it was the live one.
func (c *Client) Remove(ctx context.Context, deployment string) error {
	return c.end(ctx, request{op: "remove deployment " + deployment, document: removeMutation}, deployment)
}

// Cancel stops a deployment that is on its way.
func (c *Client) Cancel(ctx context.Context, deployment string) error {
	return c.end(ctx, request{op: "cancel deployment " + deployment, document: cancelMutation}, deployment)
}

// end sends r and, when the answer is lost, looks whether the deployment has ended.
func (c *Client) end(ctx context.Context, r request, deployment string) error {
	r.vars = map[string]any{"id": deployment}
	err := c.change(ctx, r)
	if !provider.Ambiguous(err) {
		return err
	}
	for deadline := time.Now().Add(settleTime); time.Now().Before(deadline); {
		if d, readErr := c.readDeployment(ctx, deployment); readErr == nil {
			if s, _ := d.state(); s == provider.Superseded {
				return nil
			}
		}
		if waitErr := pause(ctx, settlePoll); waitErr != nil {
			return waitErr
		}
	}
	return err
}

// change sends a mutation whose answer is one Boolean.
func (c *Client) change(ctx context.Context, r request) error {
	var a map[string]bool
	if err := c.in(ctx, r, &a); err != nil {
		return err
	}
	for _, ok := range a {
		if !ok {
			return &provider.Error{Vendor: vendor, Op: r.op, Status: http.StatusOK, Message: "railway answered false"}
		}
	}
	return nil
}

// baseline is the set of deployments that exist before one is made.
func (c *Client) baseline(ctx context.Context, service string) (map[string]bool, error) {
	list, err := c.list(ctx, service)
	if err != nil {
		return nil, err
	}
	before := make(map[string]bool, len(list))
	for _, d := range list {
		before[d.ID] = true
	}
	return before, nil
}

// adopt finds the deployment that a call has made without telling us its id. Cause is the call's error, if there was one.
func (c *Client) adopt(ctx context.Context, service string, ours func(wireDeployment) bool, cause error) (string, error) {
	for deadline := time.Now().Add(settleTime); ; {
		list, err := c.list(ctx, service)
		if err == nil {
			for _, d := range list {
				if ours(d) {
					c.remember(d.ID)
					return d.ID, nil
				}
			}
		}
		if time.Now().After(deadline) {
			if cause == nil {
				cause = errors.New("railway accepted the call")
			}
			return "", fmt.Errorf("no new deployment of %s within %s: %w", service, settleTime, cause)
		}
		if err := pause(ctx, settlePoll); err != nil {
			return "", err
		}
	}
}
