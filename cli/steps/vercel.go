package steps

import (
	"context"
	"os"
	"strings"
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

// Deploy sends the files of the archive, and not those that lie in the folder by now: what runs is what was approved.
func (h onVercel) Deploy(ctx context.Context, o Order) (string, error) {
	// Beside the archive, and always the same: what a killed release leaves there goes with the next one.
	dir := strings.TrimSuffix(o.Archive, ".tar.gz") + ".files"
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	files, err := unpack(o.Archive, dir)
	if err != nil {
		return "", err
	}
	r := provider.Request{Marker: o.Marker, Dir: dir, Files: files}
	if o.Staged {
		return h.c.DeployStaged(ctx, r)
	}
	return h.c.Deploy(ctx, r)
}

func (h onVercel) Promote(ctx context.Context, id string) error {
	_, err := h.c.Promote(ctx, id)
	return err
}

func (h onVercel) Domain(ctx context.Context) (string, error) { return h.c.Domain(ctx) }

func (h onVercel) Restore(ctx context.Context, to provider.Deployment, _ provider.Marker) (string, error) {
	_, err := h.c.Rollback(ctx, to.ID)
	return to.ID, err
}

func (h onVercel) Remove(ctx context.Context, id string) error {
	d, err := h.c.Deployment(ctx, id)
	if err != nil {
		return err
	}
	if !d.State.Over() {
		return h.c.Cancel(ctx, id)
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

func (h onVercel) Variables(ctx context.Context) (map[string]*string, error) {
	return h.c.Variables(ctx)
}
