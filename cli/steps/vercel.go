package steps

import (
	"context"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/vercel"
)

type onVercel struct{ c *vercel.Client }

// OnVercel is a service at Vercel.
func OnVercel(c *vercel.Client) Host { return onVercel{c} }

func (h onVercel) Live(ctx context.Context) (provider.Deployment, error) { return h.c.Live(ctx) }

func (h onVercel) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	return h.c.Deployment(ctx, id)
}

func (h onVercel) Deploy(ctx context.Context, o Order) (string, error) {
	r := o.Request()
	if r.Commit.SHA != "" {
		return h.send(ctx, o, r)
	}
	return h.upload(ctx, o, r)
}

func (h onVercel) send(ctx context.Context, o Order, r provider.Request) (string, error) {
	if o.Staged {
		return h.c.DeployStaged(ctx, r)
	}
	return h.c.Deploy(ctx, r)
}

// upload sends the files of the archive, and not those that lie in the folder by now: what runs is what was approved.
func (h onVercel) upload(ctx context.Context, o Order, r provider.Request) (string, error) {
	// Beside the archive, where what a killed release leaves behind is swept like any new-*. A release to another
	// environment may be sending the same archive.
	dir, err := os.MkdirTemp(filepath.Dir(o.Archive), "new-*.files")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r.Dir = dir
	if r.Files, err = unpack(o.Archive, dir); err != nil {
		return "", err
	}
	return h.send(ctx, o, r)
}

func (h onVercel) Promote(ctx context.Context, id string) error {
	_, err := h.c.Promote(ctx, id)
	return err
}

func (h onVercel) Domain(ctx context.Context) (string, error) { return h.c.Domain(ctx) }

func (h onVercel) Quiet(ctx context.Context, id string, lag time.Duration) error {
	return h.c.Quiet(ctx, id, lag)
}

func (h onVercel) Remark(ctx context.Context) (string, error) { return h.c.Remark(ctx) }

func (h onVercel) Restore(ctx context.Context, to provider.Deployment, m provider.Marker) (string, error) {
	return h.c.Restore(ctx, to, m)
}

func (h onVercel) Remove(ctx context.Context, id string) error {
	d, err := h.c.Deployment(ctx, id)
	if err != nil {
		return err
	}
	if !d.State.Over() {
		// One that is built and still waits for its addresses can no longer be cancelled.
		if err := h.c.Cancel(ctx, id); provider.StatusOf(err) != http.StatusBadRequest {
			return err
		}
	}
	return h.c.Delete(ctx, id)
}

func (h onVercel) BuildLogs(ctx context.Context, id string) ([]provider.LogLine, error) {
	return h.c.BuildLogs(ctx, id)
}

// Logs gives nothing: Vercel's runtime logs are live only, and keep no history that could be read afterwards.
func (h onVercel) Logs(context.Context, string, time.Time, string) ([]provider.LogLine, error) {
	return nil, nil
}

func (h onVercel) Variables(ctx context.Context) ([]provider.Variable, error) {
	return h.c.ListVariables(ctx)
}

func (h onVercel) Source(ctx context.Context, repo string) (string, error) {
	return h.c.Source(ctx, repo)
}

func (h onVercel) Missing(ctx context.Context) ([]string, error) { return h.c.Missing(ctx) }

// Make makes the project, connected to the repository where commits are deployed from it. A variable that nobody
// called plain is one that Vercel never shows again.
func (h onVercel) Make(ctx context.Context, n New) error {
	p := vercel.NewProject{}
	if n.Order.Source == "commit" {
		p.Repo = n.Order.Repo
	}
	for _, name := range slices.Sorted(maps.Keys(n.Variables)) {
		p.Variables = append(p.Variables, vercel.Variable{Name: name, Value: n.Variables[name], Sensitive: !n.Plain[name]})
	}
	return h.c.Make(ctx, p)
}

func (h onVercel) Warnings(ctx context.Context) ([]string, error) { return h.c.Warnings(ctx) }

func (h onVercel) Examine(ctx context.Context) []provider.Finding { return h.c.Examine(ctx) }
