package railway

import (
	"context"
	"time"

	"readme/cli/provider"
)

// Domain is where the service is reached from outside, with scheme; "" if it has no domain, as a worker, or does not
// exist yet.
func (c *Client) Domain(ctx context.Context, service string) (string, error) {
	id, _, err := c.lookup(ctx, service)
	if err != nil || id == "" {
		return "", err
	}
	return c.urlOf(ctx, id)
}

// EnsureDomain is Domain, and makes one if there is none, which deploys nothing. Making is not idempotent, so when the
// answer is lost the domains are read for up to 30 s; a repeated call looks first, too.
func (c *Client) EnsureDomain(ctx context.Context, service string) (string, error) {
	id, err := c.service(ctx, service)
	if err != nil {
		return "", err
	}
	u, err := c.urlOf(ctx, id)
	if c.justMade(id) && provider.NotFound(err) {
		err = nil
	}
	if err != nil || u != "" {
		return u, err
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
	if !provider.Ambiguous(err) {
		return withScheme(a.ServiceDomainCreate.Domain), err
	}
	err = c.settle(ctx, err, func() bool {
		u, _ = c.urlOf(ctx, id)
		return u != ""
	})
	return u, err
}

// settle asks for up to 30 s whether a call whose answer was lost has been carried out; cause is its error, and is
// given back if it was not.
func (c *Client) settle(ctx context.Context, cause error, done func() bool) error {
	for deadline := time.Now().Add(settleTime); ; {
		if done() {
			return nil
		}
		if time.Now().After(deadline) {
			return cause
		}
		if err := pause(ctx, settlePoll); err != nil {
			return err
		}
	}
}

func (c *Client) urlOf(ctx context.Context, serviceID string) (string, error) {
	var a struct {
		Domains wireDomains `json:"domains"`
	}
	err := c.in(ctx, request{op: "read the domains", document: domainsQuery, vars: map[string]any{"serviceId": serviceID}}, &a)
	return a.Domains.url(), err
}
