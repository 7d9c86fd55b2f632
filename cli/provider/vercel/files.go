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
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"readme/cli/provider"
)

const (
	uploads      = 8 // at once
	uploadRounds = 3 // a file that was just sent may still be missing

	regularFile = 0o100000 // of a unix mode
)

// deployFiles sends the files of r.Dir. A project that builds a folder of its repository looks for that folder in what
// is uploaded too, so the files are put there.
func (c *Client) deployFiles(ctx context.Context, p wireProject, r provider.Request, body wireCreate) (string, error) {
	if len(r.Files) == 0 {
		return "", fmt.Errorf("deploy to vercel: %s has no files", r.Dir)
	}
	files, err := hash(ctx, r)
	if err != nil {
		return "", fmt.Errorf("deploy to vercel: %w", err)
	}
	return c.once(ctx, p, r.Marker, func() (string, error) {
		body.Files = below(p.Root, files)
		for round := 0; ; round++ {
			id, err := c.create(ctx, body, nil)
			missing := refusal(err)
			if missing.Code != "missing_files" || round == uploadRounds {
				return id, err
			}
			if err := c.upload(ctx, r, files, missing.Missing); err != nil {
				return "", err
			}
		}
	})
}

// below names the files as lying in a folder.
func below(root string, files []wireFile) []wireFile {
	if root == "" {
		return files
	}
	moved := slices.Clone(files)
	for i, f := range moved {
		moved[i].File = path.Join(root, f.File)
	}
	return moved
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
