package railway

import (
	"context"

	"readme/cli/provider"
)

// Domain is where the service is reached from outside, with scheme; "" if it has no domain, as a worker.
func (c *Client) Domain(ctx context.Context, service string) (string, error) {
	id, err := c.service(ctx, service)
	if err != nil {
		return "", err
	}
	return c.urlOf(ctx, id)
}

// EnsureDomain is Domain, and makes one if there is none. Making is not idempotent, so when the answer is lost the
// domains are read again.
func (c *Client) EnsureDomain(ctx context.Context, service string) (string, error) {
	if u, err := c.Domain(ctx, service); err != nil || u != "" {
		return u, err
	}
	id, err := c.service(ctx, service)
	if err != nil {
		return "", err
	}
	t, err := c.Target(ctx)
	if err != nil {
		return "", err
	}
	var a struct {
		ServiceDomainCreate struct {
			Domain string `json:"domain"`
		} `json:"serviceDomainCreate"`
	}
	input := map[string]any{"serviceId": id, "environmentId": t.EnvironmentID}
	err = c.in(ctx, request{op: "make a domain for " + service, document: domainCreateMutation, vars: map[string]any{"input": input}}, &a)
	if provider.Ambiguous(err) {
		if u, readErr := c.Domain(ctx, service); readErr == nil && u != "" {
			return u, nil
		}
	}
	return withScheme(a.ServiceDomainCreate.Domain), err
}

func (c *Client) urlOf(ctx context.Context, serviceID string) (string, error) {
	var a struct {
		Domains wireDomains `json:"domains"`
	}
	err := c.in(ctx, request{op: "read the domains", document: domainsQuery, vars: map[string]any{"serviceId": serviceID}}, &a)
	return a.Domains.url(), err
}
