package steps

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/spec"
)

// draining lets a worker finish its job: Railway's own default is to kill at once.
const draining = 30 * time.Second

type onRailway struct {
	c       *railway.Client
	service string
	d       spec.Deploy
}

// OnRailway is a service at Railway. The source of d is how it is really sent: the box uploads, whatever release.yaml
// says.
func OnRailway(c *railway.Client, d spec.Deploy) Host { return onRailway{c, d.Service, d} }

func (h onRailway) Live(ctx context.Context) (provider.Deployment, error) {
	return h.c.Live(ctx, h.service)
}

func (h onRailway) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	return h.c.Deployment(ctx, id)
}

func (h onRailway) Prepare(ctx context.Context, o Order) error {
	if err := h.configure(ctx, o); err != nil {
		return err
	}
	if o.Source == "commit" { // Railway itself tells the service
		return nil
	}
	return h.setCommit(ctx, o.Commit)
}

func (h onRailway) configure(ctx context.Context, o Order) error {
	return h.c.Configure(ctx, h.service, settingsFor(o))
}

func settingsFor(o Order) railway.Settings {
	return railway.Settings{Build: o.Build, Start: o.Start, Health: o.Health, HealthTimeout: o.HealthTimeout, Drain: draining}
}

// Unprepare gives the service back what still serves, so that a restart reports the truth, and the next deployment that
// anybody starts is not of an image that never ran.
func (h onRailway) Unprepare(ctx context.Context, before provider.Deployment) error {
	commit := before.Marker.Commit
	if before.Image != "" && before.Marker == (provider.Marker{}) {
		if err := h.c.Pin(ctx, h.service, before.Image); err != nil {
			return err
		}
		var err error
		if commit, err = h.c.RanWith(ctx, before.ID, railway.CommitVariable); err != nil {
			return err
		}
	}
	byCommit := before.Marker.Release == "" && before.Marker.Tree == "" && before.Marker.Commit != ""
	if commit == "" || byCommit {
		return nil
	}
	vars, err := h.c.Variables(ctx, h.service)
	if err != nil {
		return err
	}
	if has := vars[railway.CommitVariable]; has != nil && *has == commit {
		return nil
	}
	return h.setCommit(ctx, commit)
}

func (h onRailway) setCommit(ctx context.Context, commit string) error {
	return despiteAStart(h.c.WriteCommit(ctx, h.service, commit))
}

// despiteAStart: a deployment that Railway starts with variables against our word is of what is live already. The one that
// follows takes its place, and verify sees to it that it does.
func despiteAStart(err error) error {
	if _, ok := errors.AsType[*railway.StartedError](err); ok {
		return nil
	}
	return err
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
	if !d.State.Over() || d.State == provider.NeedsHuman {
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

func (h onRailway) Variables(ctx context.Context) ([]provider.Variable, error) {
	return h.c.ListVariables(ctx, h.service)
}

// Missing: a service with a health check is one that is reached from outside.
func (h onRailway) Missing(ctx context.Context) ([]string, error) {
	return h.c.Missing(ctx, h.service, railway.Needs{Public: h.d.Health != "", Repository: h.d.Source == "commit"})
}

// Make makes what the plan says, and nothing else. The repository comes last: Railway may deploy its branch at once, and
// shall do it with the settings and variables that are wanted.
func (h onRailway) Make(ctx context.Context, n New) error {
	does := func(what string) bool { return slices.Contains(n.Order.Make, what) }
	if does("service " + h.service) {
		if _, err := h.c.Create(ctx, h.service); err != nil {
			return err
		}
	}
	var vars []provider.NewVariable
	for _, name := range slices.Sorted(maps.Keys(n.Variables)) {
		vars = append(vars, provider.NewVariable{Name: name, Value: n.Variables[name], Sensitive: !n.Plain[name]})
	}
	if err := despiteAStart(h.c.WriteVariables(ctx, h.service, vars)); err != nil {
		return err
	}
	if does("public domain") {
		if _, err := h.c.EnsureDomain(ctx, h.service); err != nil {
			return err
		}
	}
	if !does("connection to the repository") {
		return nil
	}
	if err := h.configure(ctx, n.Order); err != nil {
		return err
	}
	return h.c.Connect(ctx, h.service, n.Order.Repo, n.Order.Branch)
}

// Source refuses at plan time what a deploy would refuse: a service that is connected to another repository.
func (h onRailway) Source(ctx context.Context, repo string) (string, error) {
	return "", h.c.Fetches(ctx, h.service, repo)
}

func (h onRailway) Warnings(ctx context.Context) ([]string, error) {
	return h.c.Warnings(ctx, h.service)
}

// Differences is read off the deployment's own manifest, the only evidence of what it was built and is run with.
func (h onRailway) Differences(ctx context.Context, id string, o Order) ([]string, error) {
	m, err := h.c.Manifest(ctx, id)
	return m.Differences(settingsFor(o)), err
}

// Settled: a manifest that does not tell of all that is wanted counts as another one.
func (h onRailway) Settled(ctx context.Context, live provider.Deployment, o Order) (bool, error) {
	m, err := h.c.Manifest(ctx, live.ID)
	same, known := m.Matches(settingsFor(o))
	return same && known, err
}

// Heir is a deployment that Railway's own autodeploy has made of the same commit after ours.
func (h onRailway) Heir(ctx context.Context, id string) (string, error) {
	return h.c.Heir(ctx, h.service, id)
}
