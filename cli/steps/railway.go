package steps

import (
	"context"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
	"readme/cli/spec"
)

// commitVariable tells a service which commit it is, where the platform does not know: we write it just before an
// upload, without a deploy of its own, and keep it out of the matrix and the digest.
const commitVariable = "RELEASE_COMMIT"

// draining lets a worker finish its job: Railway's own default is to kill at once.
const draining = 30 * time.Second

type onRailway struct {
	c       *railway.Client
	service string
}

// OnRailway is a service at Railway.
func OnRailway(c *railway.Client, d spec.Deploy) Host { return onRailway{c, d.Service} }

func (h onRailway) Live(ctx context.Context) (provider.Deployment, error) {
	return h.c.Live(ctx, h.service)
}

func (h onRailway) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	return h.c.Deployment(ctx, id)
}

func (h onRailway) Prepare(ctx context.Context, o Order) error {
	err := h.c.Configure(ctx, h.service, railway.Settings{
		Build: o.Build, Start: o.Start, Health: o.Health, HealthTimeout: o.HealthTimeout, Drain: draining,
	})
	if err != nil {
		return err
	}
	return h.setCommit(ctx, o.Commit)
}

// Unprepare gives the service the commit back that still serves, so that a restart reports the truth.
func (h onRailway) Unprepare(ctx context.Context, before provider.Deployment) error {
	if before.Marker.Commit == "" {
		return nil
	}
	return h.setCommit(ctx, before.Marker.Commit)
}

func (h onRailway) setCommit(ctx context.Context, commit string) error {
	return h.c.SetVariables(ctx, h.service, map[string]release.Secret{commitVariable: release.NewSecret(commit)})
}

func (h onRailway) Deploy(ctx context.Context, o Order) (string, error) {
	return h.c.Deploy(ctx, o.Request())
}

func (h onRailway) Restore(ctx context.Context, to provider.Deployment, m provider.Marker) (string, error) {
	if err := h.Unprepare(ctx, to); err != nil {
		return "", err
	}
	return h.c.Rollback(ctx, h.service, to, m)
}

func (h onRailway) Remove(ctx context.Context, id string) error {
	d, err := h.c.Deployment(ctx, id)
	if err != nil {
		return err
	}
	if !d.State.Over() {
		return h.c.Cancel(ctx, id)
	}
	return h.c.Remove(ctx, id)
}

func (h onRailway) Logs(ctx context.Context, id string, since time.Time, contains string) ([]provider.LogLine, error) {
	return h.c.Logs(ctx, id, since, contains)
}

func (h onRailway) BuildLogs(ctx context.Context, id string) ([]provider.LogLine, error) {
	return h.c.BuildLogs(ctx, id)
}

func (h onRailway) Variables(ctx context.Context) (map[string]*string, error) {
	return h.c.Variables(ctx, h.service)
}
