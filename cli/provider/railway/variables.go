package railway

import (
	"context"

	"readme/cli/provider"
	"readme/cli/release"
)

// Variables are what a deployment of the service would get, references resolved, those that Railway provides
// (RAILWAY_...) included. A nil value is a sealed variable: it is there, and nobody can read it.
func (c *Client) Variables(ctx context.Context, service string) (map[string]*string, error) {
	id, err := c.service(ctx, service)
	if err != nil {
		return nil, err
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

// SetVariables writes these variables and leaves all others alone. One call for all of them, and no deployment: each
// write without skipDeploys would redeploy the old archive and race the release.
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
	plain := make(map[string]string, len(values))
	for name, v := range values {
		plain[name] = v.Reveal()
	}
	r := request{op: "write the variables of " + service, document: variablesMutation, vars: map[string]any{"input": map[string]any{
		"projectId": t.ProjectID, "environmentId": t.EnvironmentID, "serviceId": id,
		"variables": plain, "replace": false, "skipDeploys": true,
	}}}
	err = c.change(ctx, r)
	if provider.Ambiguous(err) {
		// The same values a second time do no harm, and sealed ones could not be read back.
		err = c.change(ctx, r)
	}
	return err
}
