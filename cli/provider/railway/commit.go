package railway

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"readme/cli/provider"
	"readme/cli/release"
)

// deployCommit lets Railway fetch the commit from its own connection to the repository. The sha is always sent: without
// one Railway deploys the commit that the service had last. A deployment of that commit which Railway's own autodeploy
// has begun is adopted, so that there are no two.
func (c *Client) deployCommit(ctx context.Context, req provider.Request) (string, error) {
	sha := strings.ToLower(req.Commit.SHA)
	if raw, err := hex.DecodeString(sha); err != nil || len(raw) != 20 {
		return "", fmt.Errorf("deploy %s to railway: %q is no commit, only all 40 digits of one are", req.Service, req.Commit.SHA)
	}
	in, err := c.instance(ctx, req.Service)
	if err != nil {
		return "", err
	}
	if err := in.connectedTo(req.Service, req.Commit.Repo); err != nil {
		return "", err
	}
	list, err := c.list(ctx, req.Service)
	if err != nil {
		return "", err
	}
	if d, ok := c.underWay(list, sha, req.Service, in.settings()); ok {
		return d.ID, nil
	}
	r := request{op: "deploy commit " + short(sha) + " of " + req.Service, document: deployMutation, vars: map[string]any{"commitSha": sha}}
	id, err := c.send(ctx, req.Service, r)
	if err != nil && strings.Contains(strings.ToLower(err.Error()), "commit not found") {
		return "", notPushed(req, in, err)
	}
	return c.made(ctx, req.Service, id, err, pastOf(list), func(d wireDeployment) bool {
		return strings.EqualFold(d.meta("commitHash"), sha)
	})
}

// underWay finds a deployment of this commit that somebody else has begun: one on its way, or one that went live after
// we had looked at what was. It must run with the settings that we want, as far as it tells, and nothing newer of
// another commit may be about to take its place.
func (c *Client) underWay(list []wireDeployment, sha, service string, want Settings) (wireDeployment, bool) {
	c.mu.Lock()
	was, looked := c.looked[service]
	c.mu.Unlock()
	for _, d := range list {
		state, _ := d.state()
		onItsWay := state == provider.Building && d.known()
		if !onItsWay && state != provider.Live {
			continue
		}
		if !strings.EqualFold(d.meta("commitHash"), sha) || !onItsWay && (!looked || d.ID == was) {
			return wireDeployment{}, false
		}
		same, known := d.manifest().Matches(want)
		return d, same || !known
	}
	return wireDeployment{}, false
}

// Heir is the newest deployment of the service that is of the same commit as this one, is newer, and serves or is about
// to: Railway's own autodeploy has made it beside ours. It is id itself if there is none, if a newer one is of another
// commit, or if this one is of none.
func (c *Client) Heir(ctx context.Context, service, id string) (string, error) {
	list, err := c.list(ctx, service)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(d wireDeployment) bool { return d.ID == id })
	if i < 0 || list[i].meta("commitHash") == "" {
		return id, nil
	}
	for _, d := range list[:i] {
		switch state, _ := d.state(); state {
		case provider.Building, provider.Live:
			if strings.EqualFold(d.meta("commitHash"), list[i].meta("commitHash")) {
				return d.ID, nil
			}
			return id, nil
		case provider.Failed, provider.Superseded, provider.NeedsHuman, provider.Staged:
		}
	}
	return id, nil
}

func short(sha string) string { return sha[:min(7, len(sha))] }

func notPushed(req provider.Request, in wireInstance, err error) error {
	where := "the repository that the service is connected to"
	if repo := in.repo(); repo != "" {
		where = repo
	}
	f := &release.Fault{
		Title:  fmt.Sprintf("Railway does not find commit %s for %s", short(req.Commit.SHA), req.Service),
		Detail: "It looks in " + where + ": most likely the commit is not pushed yet. No deployment was made.",
		Try:    "git push",
		Cause:  err,
	}
	if e, ok := errors.AsType[*provider.Error](err); ok {
		f.Evidence = []release.Evidence{e.Evidence()}
	}
	return f
}

// connectedTo refuses a service that is connected to another repository than the one that is released. One that tells
// none is left to Railway to judge.
func (i wireInstance) connectedTo(service, repo string) error {
	if repo == "" || i.repo() == "" || sameRepo(i.repo(), repo) {
		return nil
	}
	return &release.Fault{
		Title:  fmt.Sprintf("Railway's service %s is connected to another repository", service),
		Detail: "A commit of one repository cannot be deployed from another. Connect the service to this one in its settings at Railway, or release from the other.",
		Evidence: []release.Evidence{{Label: "railway", Lines: []string{
			"this repository: " + repo, "the service's:   " + i.repo(),
		}}},
		Try: "readme-ops doctor", Exit: release.ExitInvalid,
	}
}

func sameRepo(a, b string) bool {
	plain := func(s string) string {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "/"), ".git")
		return strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "github.com/")
	}
	return strings.EqualFold(plain(a), plain(b))
}
