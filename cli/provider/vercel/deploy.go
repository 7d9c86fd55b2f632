package vercel

import (
	"context"
	"crypto/sha1" //nolint:gosec // Vercel names files by it
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"readme/cli/provider"
)

const (
	uploads      = 8 // at once
	uploadRounds = 3 // a file that was just sent may still be missing
	// A listing may lag behind a create: it counts as not made only after this long without a trace.
	settleTime = 30 * time.Second
	settlePoll = 2 * time.Second

	regularFile = 0o100000 // of a unix mode
)

// Deploy builds the files of r.Dir for production, and Vercel gives the result the domain. It returns the new
// deployment's id as soon as Vercel has accepted it.
func (c *Client) Deploy(ctx context.Context, r provider.Request) (string, error) {
	return c.deploy(ctx, r, false)
}

// DeployStaged is Deploy, but the result stays off the domain until Promote.
func (c *Client) DeployStaged(ctx context.Context, r provider.Request) (string, error) {
	return c.deploy(ctx, r, true)
}

func (c *Client) deploy(ctx context.Context, r provider.Request, staged bool) (string, error) {
	if r.Marker.Release == "" {
		return "", errors.New("deploy to vercel: the marker has no release")
	}
	if len(r.Files) == 0 {
		return "", fmt.Errorf("deploy to vercel: %s has no files", r.Dir)
	}
	p, err := c.readProject(ctx)
	if err != nil {
		return "", c.explain(err)
	}
	files, err := hash(ctx, r)
	if err != nil {
		return "", fmt.Errorf("deploy to vercel: %w", err)
	}
	body := wireCreate{
		Name: p.Name, Project: p.ID, Target: "production", Files: files,
		Meta:            map[string]string{metaRelease: r.Marker.Release, metaCommit: r.Marker.Commit, metaTree: r.Marker.Tree},
		ProjectSettings: map[string]string{"framework": "nextjs"},
	}
	if staged {
		body.AutoAssign = new(false)
	}
	before, err := c.find(ctx, p, r.Marker)
	if err != nil {
		return "", err
	}
	id, err := c.create(ctx, r, body)
	if provider.Ambiguous(err) {
		return c.adopt(ctx, p, r.Marker, before, err)
	}
	return id, err
}

// create names the files by their hashes, sends those that Vercel does not have yet, and names them again.
func (c *Client) create(ctx context.Context, r provider.Request, body wireCreate) (string, error) {
	for round := 0; ; round++ {
		var w wireDeployment
		err := c.send(ctx, provider.Call{
			Op: "create the deployment", Method: http.MethodPost, Path: "/v13/deployments", JSON: body,
		}, &w)
		if err == nil {
			if w.id() == "" {
				return "", &provider.Error{Vendor: vendor, Op: "create the deployment", Message: "the answer has no id", Ambiguous: true}
			}
			return w.id(), nil
		}
		missing := refusal(err)
		if missing.Code != "missing_files" || round == uploadRounds {
			return "", err
		}
		if err := c.upload(ctx, r, body.Files, missing.Missing); err != nil {
			return "", err
		}
	}
}

// adopt looks for the deployment that a create of unknown outcome may have made: it bears our marker, and was not
// there before.
func (c *Client) adopt(ctx context.Context, p wireProject, m provider.Marker, before []provider.Deployment, cause error) (string, error) {
	for end := time.Now().Add(settleTime); ; {
		found, err := c.find(ctx, p, m)
		if err != nil {
			return "", errors.Join(cause, err)
		}
		for _, d := range found {
			if !slices.ContainsFunc(before, func(b provider.Deployment) bool { return b.ID == d.ID }) {
				return d.ID, nil
			}
		}
		if !time.Now().Before(end) {
			return "", fmt.Errorf("%w (no deployment of this release has appeared since)", cause)
		}
		if err := pause(ctx, settlePoll); err != nil {
			return "", err
		}
	}
}

// upload sends the files that Vercel misses. They are named by content, so sending one twice does no harm.
func (c *Client) upload(ctx context.Context, r provider.Request, files []wireFile, missing []string) error {
	if len(missing) == 0 {
		return errors.New("deploy to vercel: it misses files, but does not say which")
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(uploads)
	for _, sha := range slices.Compact(slices.Sorted(slices.Values(missing))) {
		i := slices.IndexFunc(files, func(f wireFile) bool { return f.SHA == sha })
		if i < 0 {
			return fmt.Errorf("deploy to vercel: it misses a file that we did not name (%s)", sha)
		}
		f := files[i]
		group.Go(func() error {
			err := c.sendBy(ctx, c.files, provider.Call{
				Op: "upload " + f.File, Method: http.MethodPost, Path: "/v2/files", Repeat: true,
				Header: http.Header{"Content-Type": {"application/octet-stream"}, "X-Vercel-Digest": {f.SHA}},
				Open:   func() (io.ReadCloser, error) { return os.Open(filepath.Join(r.Dir, filepath.FromSlash(f.File))) },
				Size:   f.Size,
			}, nil)
			if err != nil {
				return fmt.Errorf("send %s: %w", f.File, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// hash reads every file once. Two files of the same content are one upload.
func hash(ctx context.Context, r provider.Request) ([]wireFile, error) {
	files := make([]wireFile, len(r.Files))
	for i, f := range r.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return nil, fmt.Errorf("%q leads out of %s", f.Path, r.Dir)
		}
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		sha, size, err := digest(filepath.Join(r.Dir, filepath.FromSlash(f.Path)))
		if err != nil {
			return nil, err
		}
		files[i] = wireFile{File: f.Path, SHA: sha, Size: size, Mode: regularFile | f.Mode&0o777}
	}
	return files, nil
}

func digest(path string) (sha string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = f.Close() }()
	h := sha1.New() //nolint:gosec // Vercel names files by it
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
