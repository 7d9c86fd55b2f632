package vercel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"readme/cli/provider"
)

// Restore gives the domain back to an earlier deployment, by the gentlest way that Vercel takes: a rollback; a promote
// of it, where the plan allows no rollback that far; the same sources built again, where it can do neither. It returns
// the id to watch. A deployment that was built again bears the marker m, and goes to the domain by itself or not, as
// any other does.
func (c *Client) Restore(ctx context.Context, to provider.Deployment, m provider.Marker) (id string, err error) {
	_, err = c.Rollback(ctx, to.ID)
	if !turnedDown(err) && !provider.Ambiguous(err) { // one that was lost has left no trace by now
		return to.ID, err
	}
	_, promoted := c.Promote(ctx, to.ID)
	if !turnedDown(promoted) {
		return to.ID, promoted
	}
	id, again := c.redeploy(ctx, to.ID, m)
	if again != nil {
		return "", errors.Join(err, promoted, again)
	}
	return id, nil
}

// turnedDown reports whether Vercel refuses this way back, or has let it lie, and another may work. A token that is not
// let in, or a deployment that is gone, is no such case.
func turnedDown(err error) bool {
	if _, ok := errors.AsType[notMoved](err); ok {
		return true
	}
	return slices.Contains([]int{http.StatusBadRequest, http.StatusPaymentRequired, http.StatusConflict, http.StatusUnprocessableEntity}, provider.StatusOf(err))
}

// redeploy builds the sources of a deployment once more, with the variables of now.
func (c *Client) redeploy(ctx context.Context, of string, m provider.Marker) (string, error) {
	if m.Release == "" {
		return "", errors.New("redeploy: the marker has no release")
	}
	p, err := c.readProject(ctx)
	if err != nil {
		return "", c.explain(err)
	}
	made, err := c.find(ctx, p, m)
	if err != nil {
		return "", err
	}
	for _, d := range made { // by an undo that was cut off
		if d.State == provider.Building || d.State == provider.Staged {
			return d.ID, nil
		}
	}
	body := wireCreate{Name: p.Name, Project: p.ID, Target: production, Deployment: of, Meta: meta(m)}
	id, err := c.once(ctx, p, m, func() (string, error) { return c.create(ctx, body, url.Values{"forceNew": {"1"}}) })
	if err != nil {
		return "", fmt.Errorf("build deployment %s again: %w", of, err)
	}
	return id, nil
}
