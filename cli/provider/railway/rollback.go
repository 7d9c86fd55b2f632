package railway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// Rollback makes `to` serve again and gives the new deployment's id. Railway's own way makes one from the kept image
// and the old variables, and answers only that it did. Where it is refused (the image is gone after some days, or the
// token may not), the same is built again: the commit, the image, or the deployment as it was. Only if that is refused
// too, it is an error, which says what still serves. A rollback takes no message, so the new one bears the marker of
// `to`; who calls verifies by Live.
func (c *Client) Rollback(ctx context.Context, service string, to provider.Deployment, _ provider.Marker) (string, error) {
	old, err := c.readDeployment(ctx, to.ID)
	if err != nil {
		return "", err
	}
	var tried []string
	for _, way := range c.waysBack(service, old) {
		id, err := way.run(ctx)
		if err == nil {
			return id, nil
		}
		if ctx.Err() != nil || !refusal(err) {
			return "", err
		}
		tried = append(tried, way.what+": "+err.Error())
	}
	return "", c.noWayBack(ctx, service, old, tried)
}

// refusal reports whether an error lets the next way be tried: this one has surely made nothing.
func refusal(err error) bool {
	e, ok := errors.AsType[*provider.Error](err)
	return errors.Is(err, errNotMade) || ok && !e.Ambiguous && e.Status != 0
}

type wayBack struct {
	what string
	run  func(context.Context) (string, error)
}

func (c *Client) waysBack(service string, old wireDeployment) []wayBack {
	var ways []wayBack
	if old.CanRollback {
		ways = append(ways, wayBack{"roll back", func(ctx context.Context) (string, error) { return c.rollback(ctx, service, old) }})
	}
	if old.Status == "FAILED" || old.Status == "SKIPPED" { // it never served, and building it again will not help
		return ways
	}
	commit, image := old.meta("commitHash"), old.meta("image")
	switch {
	case commit != "":
		ways = append(ways, wayBack{"build the commit again", func(ctx context.Context) (string, error) {
			return c.deployCommit(ctx, provider.Request{Service: service, Commit: provider.Commit{SHA: commit}})
		}})
	case image != "":
		ways = append(ways, wayBack{"deploy the image again", func(ctx context.Context) (string, error) {
			return c.deployImage(ctx, provider.Request{Service: service, Image: image})
		}})
	}
	if old.CanRedeploy {
		ways = append(ways, wayBack{"redeploy", func(ctx context.Context) (string, error) {
			r := request{op: "redeploy " + old.ID + " of " + service, document: redeployMutation, vars: map[string]any{"id": old.ID}}
			return c.start(ctx, service, r, old.like)
		}})
	}
	return ways
}

// rollback is Railway's own way back. The answer true does not name the new deployment: it is the one that was not there
// before and is of the same commit, upload or image; where Railway says yes and the only new one tells nothing of
// itself, it is that.
func (c *Client) rollback(ctx context.Context, service string, old wireDeployment) (string, error) {
	before, err := c.baseline(ctx, service)
	if err != nil {
		return "", err
	}
	err = c.change(ctx, request{op: "roll " + service + " back", document: rollbackMutation, vars: map[string]any{"id": old.ID}})
	if err != nil && !provider.Ambiguous(err) {
		return "", err
	}
	said := err == nil
	return c.adopt(ctx, service, before, func(d wireDeployment) bool {
		is, _ := d.content()
		was, _ := old.content()
		return d.like(old) || said && (is == "" || was == "")
	}, err)
}

func (c *Client) noWayBack(ctx context.Context, service string, old wireDeployment, tried []string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	serves := "What serves now could not be read."
	if live, err := c.Live(ctx, service); err == nil && live.ID != "" {
		serves = "Deployment " + live.ID
		if live.Marker.Commit != "" {
			serves += " (" + short(live.Marker.Commit) + ")"
		}
		serves += " still serves, as " + live.Raw + "."
	} else if err == nil {
		serves = "Nothing serves."
	}
	kept := "Railway keeps no image of it any more"
	if old.CanRollback {
		kept = "Railway refused to"
	}
	if len(tried) == 0 {
		tried = []string{fmt.Sprintf("deployment %s, made %s, is %s", old.ID, old.CreatedAt.UTC().Format(time.RFC3339), strings.ToLower(old.Status))}
	}
	return &release.Fault{
		Title:    fmt.Sprintf("%s could not go back to deployment %s", service, old.ID),
		Detail:   kept + ", and there was no other way. " + serves,
		Evidence: []release.Evidence{{Label: "what was tried", Lines: tried}},
		Try:      "readme-ops status",
	}
}
