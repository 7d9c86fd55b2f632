package vercel

import (
	"context"
	"errors"
	"net/http"

	"readme/cli/provider"
	"readme/cli/release"
)

// NewProject is what a project is made with.
type NewProject struct {
	Repo      string // "owner/name" at GitHub, to be deployed from; "" for one that gets files
	Variables []Variable
}

// Missing names the project while it does not exist, and where it would be made.
func (c *Client) Missing(ctx context.Context) ([]string, error) {
	_, found, err := c.lookup(ctx)
	if err != nil || found {
		return nil, err
	}
	where := ""
	if c.team == "" {
		where = " (in the token's personal account)"
	}
	return []string{"project " + c.project + where}, nil
}

// Make makes the project, unless it is there, lets smoke checks in, and sets its variables for production. It may be
// repeated. Where Vercel
// may not read the repository, the project is made without it, and Make fails with what a person has to do.
func (c *Client) Make(ctx context.Context, n NewProject) error {
	_, found, err := c.lookup(ctx)
	if err != nil {
		return err
	}
	var unlinked error
	if !found {
		if unlinked, err = c.makeProject(ctx, n.Repo); err != nil {
			return err
		}
	}
	p, err := c.readProject(ctx)
	if err != nil {
		return err
	}
	if err := c.letIn(ctx, p); err != nil {
		return err
	}
	err = c.WriteVariables(ctx, n.Variables)
	if _, there := errors.AsType[*provider.UnmovedError](err); err != nil && !there { // there by an earlier try of this very making
		return err
	}
	return unlinked
}

// makeProject gives, besides its error, why the project is not connected to the repository.
func (c *Client) makeProject(ctx context.Context, repo string) (unlinked, err error) {
	body := wireNewProject{Name: c.project, Framework: framework}
	if repo != "" {
		// Without the folder, Vercel would build the top of the repository.
		body.Root, body.Git = c.root, &wireNewLink{Type: "github", Repo: repo}
	}
	err = c.postProject(ctx, body)
	r := refusal(err)
	if body.Git == nil || err == nil || provider.StatusOf(err) != http.StatusBadRequest && provider.StatusOf(err) != http.StatusForbidden {
		return nil, err
	}
	body.Git = nil
	if again := c.postProject(ctx, body); again != nil {
		return nil, err // it was not the repository
	}
	f := &release.Fault{
		Title:  "Vercel made project " + c.project + ", but may not read " + repo,
		Detail: "a person has to let it: install Vercel's GitHub app for this repository, and then connect it at " + c.page(wireProject{}, "settings/git"),
		Try:    "readme-ops doctor", Cause: err,
	}
	if r.Link != "" {
		f.Detail += " (Vercel says: " + r.Link + ")"
	}
	if e, ok := asVendors(err); ok {
		f.Evidence = []release.Evidence{e.Evidence()}
	}
	return f, nil
}

// postProject sends one create. A name that is taken, or an answer that never came, may well be ours.
func (c *Client) postProject(ctx context.Context, body wireNewProject) error {
	var p wireProject
	err := c.send(ctx, provider.Call{Op: "make the project", Method: http.MethodPost, Path: "/v11/projects", JSON: body}, &p)
	if err == nil || !provider.Ambiguous(err) && provider.StatusOf(err) != http.StatusConflict {
		return err
	}
	if _, found, readErr := c.lookup(ctx); readErr == nil && found {
		return nil
	}
	return err
}
