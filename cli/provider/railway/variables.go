package railway

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"readme/cli/provider"
	"readme/cli/release"
)

// Variables are what a deployment of the service would get, references resolved, those that Railway provides
// (RAILWAY_...) included. A nil value is a sealed variable: it is there, and nobody can read it. A service that does not
// exist yet has none.
func (c *Client) Variables(ctx context.Context, service string) (map[string]*string, error) {
	id, _, err := c.lookup(ctx, service)
	if err != nil {
		return nil, err
	}
	if id == "" {
		return map[string]*string{}, nil
	}
	var a struct {
		Variables map[string]*string `json:"variablesForServiceDeployment"`
	}
	r := request{op: "read the variables of " + service, document: variablesQuery, vars: map[string]any{"serviceId": id}}
	if err := c.in(ctx, r, &a); err != nil {
		return nil, err
	}
	return a.Variables, nil
}

// StartedError says that Railway has begun a deployment with variables that were written without one. They are written.
type StartedError struct{ Service, Deployment string }

// Error names the deployment.
func (e *StartedError) Error() string {
	return fmt.Sprintf("railway: the variables of %s are written, but Railway has started deployment %s with them, which it was told not to", e.Service, e.Deployment)
}

// SetVariables writes these variables and leaves all others alone. One call for all of them, and no deployment: each
// write without skipDeploys would redeploy what is live and race the release. If Railway starts one nevertheless, the
// error is a *StartedError.
func (c *Client) SetVariables(ctx context.Context, service string, values map[string]release.Secret) error {
	if len(values) == 0 {
		return nil
	}
	id, err := c.service(ctx, service)
	if err != nil {
		return err
	}
	t, err := c.Target(ctx)
	if err != nil {
		return err
	}
	before, err := c.list(ctx, service)
	if err != nil {
		return err
	}
	plain := make(map[string]string, len(values))
	for name, v := range values {
		plain[name] = v.Reveal()
	}
	r := request{op: "write the variables of " + service, document: variablesMutation, vars: map[string]any{"input": map[string]any{
		"projectId": t.ProjectID, "environmentId": t.EnvironmentID, "serviceId": id,
		"variables": plain, "replace": false, "skipDeploys": true,
	}}, hide: slices.Collect(maps.Values(values))}
	err = c.change(ctx, r)
	if provider.Ambiguous(err) {
		// The same values a second time do no harm, and sealed ones could not be read back.
		err = c.change(ctx, r)
	}
	if err != nil {
		return err
	}
	return c.started(ctx, service, before)
}

// started looks whether writing variables has deployed what was there before once more. A reading that fails says
// nothing: the variables are written.
func (c *Client) started(ctx context.Context, service string, before []wireDeployment) error {
	now, err := c.list(ctx, service)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	past := pastOf(before)
	for _, d := range now {
		if !past.holds(d) && slices.ContainsFunc(before, d.like) {
			return &StartedError{service, d.ID}
		}
	}
	return nil
}

// RanWith is the value of one variable that a deployment went out with, "" if it had none or the token may not look.
func (c *Client) RanWith(ctx context.Context, deployment, variable string) (string, error) {
	went, err := c.wentOutWith(ctx, deployment)
	if err != nil || went[variable] == nil {
		return "", err
	}
	return *went[variable], nil
}

// wentOutWith are the variables of a deployment, nil for a sealed one. None at all where the token may not look.
func (c *Client) wentOutWith(ctx context.Context, deployment string) (map[string]*string, error) {
	var a struct {
		Snapshot *struct {
			Variables map[string]*string `json:"variables"`
		} `json:"deploymentSnapshot"`
	}
	r := request{op: "read what deployment " + deployment + " went out with", document: snapshotQuery, vars: map[string]any{"id": deployment}}
	err := c.in(ctx, r, &a)
	if denied(err) || provider.NotFound(err) {
		return nil, nil
	}
	if err != nil || a.Snapshot == nil {
		return nil, err
	}
	return a.Snapshot.Variables, nil
}
