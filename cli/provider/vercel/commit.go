package vercel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// patience is how long Vercel may take to learn of a commit that was pushed a moment ago: the waits between six tries.
func patience() []time.Duration {
	return []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 35 * time.Second, 50 * time.Second}
}

// Source says whether a commit of this repository ("owner/name") can be deployed through the project's own connection
// to it: "" if it can, else why not. A project that does not exist yet is connected when it is made, as far as Vercel
// may read the repository.
func (c *Client) Source(ctx context.Context, repo string) (why string, err error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found {
		return "", err
	}
	return p.unfit(repo, c.root), nil
}

// deployCommit lets Vercel fetch the commit. What Vercel has begun with it by itself is used where that does no harm.
func (c *Client) deployCommit(ctx context.Context, p wireProject, r provider.Request, body wireCreate) (string, error) {
	if why := p.unfit(r.Commit.Repo, c.root); why != "" {
		return "", &release.Fault{
			Title: "Vercel cannot deploy a commit: " + why, Detail: "connect it at " + c.page(p, "settings/git") + ", or set `source: upload` in release.yaml",
			Try: "readme-ops doctor", Exit: release.ExitInvalid,
		}
	}
	id, err := c.begun(ctx, p, r.Commit.SHA, body.AutoAssign != nil)
	if id != "" || err != nil {
		return id, err
	}
	body.Git = p.Link.source(r.Commit)
	return c.once(ctx, p, r.Marker, func() (string, error) {
		for _, wait := range append(patience(), 0) {
			id, err = c.create(ctx, body, nil)
			if !unknownCommit(err) {
				return id, err
			}
			if wait == 0 {
				break
			}
			if err := pause(ctx, wait); err != nil {
				return "", err
			}
		}
		return "", notPushed(p, r.Commit, err)
	})
}

// unknownCommit reports whether Vercel does not find what it was asked to deploy. It says so too of a commit that was
// pushed seconds ago.
func unknownCommit(err error) bool {
	code := refusal(err).Code
	return code == "incorrect_git_source_info" || code == "git_info_fail"
}

func notPushed(p wireProject, c provider.Commit, err error) *release.Fault {
	f := &release.Fault{
		Title: fmt.Sprintf("Vercel does not find commit %.7s in %s", c.SHA, p.Link.name()),
		Detail: "either it is not pushed, or Vercel's connection to the repository is broken: " +
			"it was renamed or moved, or Vercel may no longer read it",
		Try: "git push", Cause: err,
	}
	if c.Branch != "" {
		f.Try = "git push origin " + c.Branch
	}
	if e, ok := errors.AsType[*provider.Error](err); ok {
		f.Evidence = []release.Evidence{e.Evidence()}
	}
	return f
}
