package vercel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// GitDeploys reports whether Vercel deploys pushes by itself, and which branch goes to production. A project that is
// connected to no repository, or does not exist yet, has none.
func (c *Client) GitDeploys(ctx context.Context) (on bool, branch string, err error) {
	p, found, err := c.lookup(ctx)
	if err != nil || !found || p.Link == nil {
		return false, "", err
	}
	branch = either(p.Link.Branch, "main")
	on, err = c.deploysItself(branch)
	return on, branch, err
}

// deploysItself reads vercel.json: without a word there, Vercel deploys every push.
func (c *Client) deploysItself(branch string) (bool, error) {
	if c.config == nil {
		return true, nil
	}
	raw, err := c.config()
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read vercel.json: %w", err)
	}
	return deploysPushes(raw, branch)
}

// deploysPushes evaluates git.deploymentEnabled for a branch: one word for all, or rules by name and by pattern. Where
// several fit, one yes is enough, and what no rule fits is deployed. A pattern that we cannot read counts as not
// fitting: a warning too many is better than one too few.
func deploysPushes(raw []byte, branch string) (bool, error) {
	var file struct {
		Git struct {
			Enabled json.RawMessage `json:"deploymentEnabled"`
		} `json:"git"`
		GitHub struct {
			Enabled *bool `json:"enabled"` // its older name
		} `json:"github"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return true, fmt.Errorf("read vercel.json: %w", err)
	}
	if file.GitHub.Enabled != nil && !*file.GitHub.Enabled {
		return false, nil
	}
	if !present(file.Git.Enabled) {
		return true, nil
	}
	var all bool
	if json.Unmarshal(file.Git.Enabled, &all) == nil {
		return all, nil
	}
	var rules map[string]bool
	if err := json.Unmarshal(file.Git.Enabled, &rules); err != nil {
		return true, fmt.Errorf("read git.deploymentEnabled of vercel.json: %w", err)
	}
	off := false
	for pattern, on := range rules {
		if fits(pattern, branch) && on {
			return true, nil
		}
		off = off || fits(pattern, branch)
	}
	return !off, nil
}

// fits compares a branch with a pattern as minimatch does, as far as founders write them: ** also takes slashes.
func fits(pattern, branch string) bool {
	if strings.Contains(pattern, "**") {
		pattern, branch = strings.ReplaceAll(pattern, "**", "*"), strings.ReplaceAll(branch, "/", "-")
	}
	ok, err := path.Match(pattern, branch)
	return ok && err == nil
}

// turnOff says how Vercel's own deploys are turned off in the repository.
func (c *Client) turnOff(p wireProject) string {
	return fmt.Sprintf(`To turn that off, push {"git": {"deploymentEnabled": false}} in %s`, path.Join(either(p.Root, c.root), "vercel.json"))
}

// page is where a person changes a project, in the browser.
func (c *Client) page(p wireProject, what string) string {
	if c.team == "" || strings.HasPrefix(c.team, "team_") {
		return "https://vercel.com/d?to=%2F%5Bteam%5D%2F%5Bproject%5D%2F" + strings.ReplaceAll(what, "/", "%2F")
	}
	return "https://vercel.com/" + c.team + "/" + either(p.Name, c.project) + "/" + what
}
