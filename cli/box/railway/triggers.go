package railway

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"readme/cli/box/forge"
)

// pushed is the deployment that a push starts.
func (e *Emulator) pushed(in *instance, from origin) order {
	o := e.fresh(in, from, reasonDeploy)
	o.by = "a push"
	return o
}

// Push plays a push to a repository: every instance that follows the branch and deploys automatically gets a
// deployment of the commit. Ref is a branch, or a commit that is taken to be any branch's newest. It gives the ids of the
// deployments that were started.
func (e *Emulator) Push(ctx context.Context, repo, ref string) ([]string, error) {
	if e.cfg.Forge == nil {
		return nil, errors.New("push: railway has no repository")
	}
	found, err := e.cfg.Forge.Commit(ctx, repo, ref)
	if err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var ids []string
	for _, env := range e.w.environments() {
		for _, in := range env.live() {
			if !in.follows(repo, found) {
				continue
			}
			from := origin{
				Archive: found.SHA, Repo: in.Source.Repo, Branch: in.Source.Branch, Commit: found.SHA,
				Subject: found.Message, Author: found.Author,
			}
			if from.Branch == "" {
				from.Branch = "main"
			}
			id, err := e.make(in, e.pushed(in, from))
			if err != nil {
				return ids, fmt.Errorf("push: %w", err)
			}
			ids = append(ids, id.(string))
		}
	}
	return ids, nil
}

// follows reports whether a push of the commit is deployed.
func (in *instance) follows(repo string, c forge.Commit) bool {
	s := in.Source
	return s.Auto && strings.EqualFold(s.Repo, repo) && (s.Branch == "" || c.Branch == "" || s.Branch == c.Branch)
}

func (e *Emulator) queryAutoDeploy(_ *call, in *instance) (any, error) {
	reason := any(nil)
	if in.Source.Repo == "" {
		reason = "The service is not connected to a repository"
	}
	return object{"enabled": in.Source.Auto, "canEnable": in.Source.Repo != "", "reason": reason}, nil
}

func (e *Emulator) switchAutoDeploy(c *call, in *instance) (any, error) {
	on := flag(c.in, "enabled")
	if on && in.Source.Repo == "" {
		return nil, refusal{"The service is not connected to a repository", codeInput}
	}
	in.Source.Auto = on
	return object{"enabled": on}, e.accept()
}

func (e *Emulator) queryTriggers(c *call, in *instance) (any, error) {
	var list []object
	if in.Source.Auto {
		list = append(list, in.triggerView())
	}
	return connection(list, c.args), nil
}

func (e *Emulator) createTrigger(c *call, in *instance) (any, error) {
	if _, err := e.source(c, text(c.in, "repository"), text(c.in, "branch")); err != nil {
		return nil, err
	}
	s := &in.Source
	s.Repo, s.Branch, s.Auto, s.Trigger, s.Image = text(c.in, "repository"), text(c.in, "branch"), true, uuid.NewString(), ""
	s.Checks = flag(c.in, "checkSuites")
	return in.triggerView(), e.accept()
}

func (e *Emulator) updateTrigger(c *call) (any, error) {
	in, err := e.triggered(c)
	if err != nil {
		return nil, err
	}
	if branch := text(c.in, "branch"); branch != "" {
		in.Source.Branch = branch
	}
	if checks, ok := c.in["checkSuites"].(bool); ok {
		in.Source.Checks = checks
	}
	return in.triggerView(), e.accept()
}

func (e *Emulator) deleteTrigger(c *call) (any, error) {
	in, err := e.triggered(c)
	if err != nil {
		return nil, err
	}
	in.Source.Auto = false
	return true, e.accept()
}

// triggered finds the instance whose trigger the argument `id` names.
func (e *Emulator) triggered(c *call) (*instance, error) {
	for _, env := range e.w.environments() {
		for _, in := range env.live() {
			if in.Source.Auto && in.Source.Trigger == text(c.args, "id") && c.who.sees(env) {
				return in, nil
			}
		}
	}
	return nil, errNotAuthorized
}

// runTriggers deploys the newest commit of the branch, as a push would.
func (e *Emulator) runTriggers(c *call, in *instance) (any, error) {
	if !in.Source.Auto {
		return true, nil
	}
	from, err := e.commit(c, in, in.branch())
	if err != nil {
		return nil, err
	}
	_, err = e.make(in, e.fresh(in, from, reasonDeploy))
	return true, err
}

func (in *instance) triggerView() object {
	s := in.Source
	branch := s.Branch
	if branch == "" {
		branch = "main"
	}
	return object{
		"id": s.Trigger, "provider": "github", "repository": s.Repo, "branch": branch, "checkSuites": s.Checks, "validCheckSuites": 0,
		"environmentId": in.env.ID, "projectId": in.env.project.ID, "serviceId": in.ServiceID, "baseEnvironmentOverrideId": nil,
	}
}
