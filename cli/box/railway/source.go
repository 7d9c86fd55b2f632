package railway

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"readme/cli/box/forge"
)

// deployV2 deploys a commit, or what the service is set to, and answers with the deployment's id.
func (e *Emulator) deployV2(c *call, in *instance) (any, error) {
	sha := text(c.args, "commitSha")
	if sha == "" {
		from, err := e.current(c, in)
		if err != nil {
			return nil, err
		}
		return e.make(in, e.fresh(in, from.origin, from.Reason).saying(from.Message))
	}
	from, err := e.commit(c, in, sha)
	if err != nil {
		return nil, err
	}
	if _, ok := e.strikes(FaultPushBefore, in); ok && in.Source.Auto {
		if _, err := e.make(in, e.pushed(in, from)); err != nil {
			return nil, err
		}
	}
	if f, ok := e.strikes(FaultPushAfter, in); ok && in.Source.Auto {
		e.spawn(func(ctx context.Context) {
			if !sleep(ctx, f.For) {
				return
			}
			e.mu.Lock()
			defer e.mu.Unlock()
			_, _ = e.make(in, e.pushed(in, from)) // a full disk loses the push
		})
	}
	if last := e.lastCommit(in); last.Commit != "" && last.Commit != from.Commit {
		if _, ok := e.strikes(FaultWrongCommit, in); ok {
			from = last
		}
	}
	return e.make(in, e.fresh(in, from, reasonDeploy))
}

// lastCommit is what was deployed of the repository before.
func (e *Emulator) lastCommit(in *instance) origin {
	for _, d := range e.w.of(in) {
		if d.Commit != "" {
			return d.origin
		}
	}
	return origin{}
}

// deployBoolean is the older form, which answers true. With latestCommit it takes the branch as it is now.
func (e *Emulator) deployBoolean(c *call, in *instance) (any, error) {
	if flag(c.args, "latestCommit") && in.Source.Repo != "" {
		from, err := e.commit(c, in, in.branch())
		if err != nil {
			return nil, err
		}
		_, err = e.make(in, e.fresh(in, from, reasonDeploy))
		return true, err
	}
	_, err := e.deployV2(c, in)
	return true, err
}

func (e *Emulator) redeployLast(_ *call, in *instance) (any, error) {
	_, err := e.again(in)
	return true, err
}

// again makes the last deployment once more, with the settings and variables of now.
func (e *Emulator) again(in *instance) (any, error) {
	last := e.w.of(in)
	if len(last) == 0 {
		return nil, errNoDeployment
	}
	return e.make(in, e.fresh(in, last[0].origin, reasonRedeploy).saying(last[0].Message))
}

// saying gives an order the message of the upload that it repeats.
func (o order) saying(message string) order {
	o.message = message
	return o
}

// current is what a deployment without a commit is made of: the image, the commit that the service has, which is not
// the branch's newest, or else the last upload.
func (e *Emulator) current(c *call, in *instance) (*deployment, error) {
	switch {
	case in.Source.Image != "":
		return &deployment{Reason: reasonDeploy, origin: origin{Image: in.Source.Image}}, nil
	case in.Source.Repo != "":
		ref := in.Source.Commit
		if ref == "" {
			ref = in.branch()
		}
		from, err := e.commit(c, in, ref)
		return &deployment{Reason: reasonDeploy, origin: from}, err
	}
	last := e.w.of(in)
	if len(last) == 0 {
		return nil, errNoDeployment
	}
	return &deployment{Reason: reasonRedeploy, Message: last[0].Message, origin: last[0].origin}, nil
}

// branch is the ref that the instance follows.
func (in *instance) branch() string {
	if in.Source.Branch == "" {
		return "HEAD"
	}
	return in.Source.Branch
}

// commit looks a commit up in the repository that the instance is connected to: its full sha, or its branch.
func (e *Emulator) commit(c *call, in *instance, ref string) (origin, error) {
	if _, ok := e.strikes(FaultNoCommit, in); ok {
		return origin{}, errNoCommit
	}
	whole := regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(ref)
	if in.Source.Repo == "" || (!whole && ref != in.branch()) {
		return origin{}, errNoCommit
	}
	return e.lookUp(c, in.Source, ref)
}

// lookUp asks the repository for a commit. The lock is let go meanwhile.
func (e *Emulator) lookUp(c *call, from source, ref string) (origin, error) {
	if e.cfg.Forge == nil {
		return origin{}, errNoRepository
	}
	var found forge.Commit
	var err error
	c.outside(func() { found, err = e.cfg.Forge.Commit(c.ctx, from.Repo, ref) })
	switch {
	case errors.Is(err, forge.ErrNoCommit):
		return origin{}, errNoCommit
	case errors.Is(err, forge.ErrNoRepository):
		return origin{}, errNoRepository
	case err != nil:
		return origin{}, errProcessing
	}
	o := origin{Archive: found.SHA, Repo: from.Repo, Branch: from.Branch, Commit: found.SHA, Subject: found.Message, Author: found.Author}
	if o.Branch == "" {
		o.Branch = "main"
	}
	return o, nil
}

// provided are the variables that tell a process which commit it is.
func (d *deployment) provided() map[string]string {
	if d.Commit == "" {
		return nil
	}
	owner, name, _ := strings.Cut(d.Repo, "/")
	return map[string]string{
		"RAILWAY_GIT_COMMIT_SHA": d.Commit, "RAILWAY_GIT_BRANCH": d.Branch, "RAILWAY_GIT_AUTHOR": d.Author,
		"RAILWAY_GIT_REPO_OWNER": owner, "RAILWAY_GIT_REPO_NAME": name, "RAILWAY_GIT_COMMIT_MESSAGE": d.Subject,
	}
}

// connectTo makes an instance follow a repository or an image. With a repository come automatic deploys, as at Railway.
func (in *instance) connectTo(repo, branch, image string, from origin) {
	switch {
	case image != "":
		in.Source = source{Image: image}
	case repo != "" && repo == in.Source.Repo:
		in.Source.Branch, in.Source.Image = branch, ""
	case repo != "":
		in.Source = source{Repo: repo, Branch: branch, Commit: from.Commit, Auto: true, Trigger: uuid.NewString()}
	}
	in.Updated = now()
}
