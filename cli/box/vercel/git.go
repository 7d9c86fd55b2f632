package vercel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// gitBody names a commit as it is sent: the repository by its id or its name, and a ref, whose head is meant without
// a sha.
type gitBody struct {
	Type   string          `json:"type"`
	RepoID json.RawMessage `json:"repoId"` // a number, or the same as a string
	Org    string          `json:"org"`
	Repo   string          `json:"repo"`
	Ref    string          `json:"ref"`
	SHA    string          `json:"sha"`
}

// gitSource is a commit that was found.
type gitSource struct {
	RepoID  int64  `json:"repoId"`
	Org     string `json:"org"`
	Repo    string `json:"repo"`
	Ref     string `json:"ref"`
	SHA     string `json:"sha"`
	Message string `json:"message"`
	Author  string `json:"author"`
}

func unknownSource() *refusal {
	return refuse(http.StatusBadRequest, "incorrect_git_source_info", "The provided GitHub repository can't be found")
}

// fromGit looks the commit up at the Git hosting. Only the repository that the project is linked to can be reached.
func (e *Emulator) fromGit(ctx context.Context, d *deployment, p project, b *gitBody) error {
	switch {
	case b.Type != "github":
		return badRequest("Invalid request: the box knows gitSource.type github, and no %q", b.Type)
	case b.Ref == "":
		return badRequest("Invalid request: `gitSource` misses `ref`")
	}
	id := strings.Trim(string(b.RepoID), `"`)
	if p.Link == nil || e.cfg.Forge == nil ||
		id != "" && id != strconv.FormatInt(p.Link.ID, 10) ||
		id == "" && !strings.EqualFold(b.Org+"/"+b.Repo, p.Link.name()) {
		return unknownSource()
	}
	if _, hit := e.faults.Strike(GitLate, p.Name); hit {
		return unknownSource()
	}
	git, err := e.commit(ctx, p.Link, b.Ref, b.SHA)
	if err != nil {
		return err
	}
	d.Source, d.Git = "api-trigger-git-deploy", git
	meta := git.meta()
	maps.Copy(meta, d.Meta)
	d.Meta = meta
	return nil
}

func (e *Emulator) commit(ctx context.Context, l *link, ref, sha string) (*gitSource, error) {
	want := sha
	if want == "" {
		want = ref
	}
	c, err := e.cfg.Forge.Commit(ctx, l.name(), want)
	if err != nil {
		return nil, unknownSource()
	}
	return &gitSource{RepoID: l.ID, Org: l.Org, Repo: l.Repo, Ref: ref, SHA: c.SHA, Message: c.Message, Author: c.Author}, nil
}

// head looks up what a deployment's branch holds now.
func (e *Emulator) head(ctx context.Context, d *deployment, p project) error {
	if p.Link == nil || e.cfg.Forge == nil {
		return unknownSource()
	}
	git, err := e.commit(ctx, p.Link, d.Git.Ref, "")
	if err != nil {
		return err
	}
	d.Git = git
	maps.Copy(d.Meta, git.meta())
	return nil
}

// meta is what Vercel itself writes to a deployment of a commit.
func (g *gitSource) meta() map[string]string {
	return map[string]string{
		"githubCommitSha": g.SHA, "githubCommitRef": g.Ref, "githubCommitMessage": g.Message, "githubCommitAuthorName": g.Author,
		"githubCommitOrg": g.Org, "githubCommitRepo": g.Repo, "githubCommitRepoId": strconv.FormatInt(g.RepoID, 10),
		"githubOrg": g.Org, "githubRepo": g.Repo, "githubRepoId": strconv.FormatInt(g.RepoID, 10), "githubDeployment": "1",
	}
}

// Push plays Vercel's own Git integration, which builds what is pushed without being asked: the head of a branch of
// the repository that the project is linked to, for production if it is the production branch. It gives the new
// deployment's id.
func (e *Emulator) Push(ctx context.Context, projectName, branch string) (id string, err error) {
	e.mu.Lock()
	var p project
	for _, x := range e.state.Projects {
		if x.Name == projectName {
			p = *x
		}
	}
	e.mu.Unlock()
	if p.Link == nil || e.cfg.Forge == nil {
		return "", fmt.Errorf("push to %s: the project %q is linked to no repository", branch, projectName)
	}
	git, err := e.commit(ctx, p.Link, branch, "")
	if err != nil {
		return "", fmt.Errorf("push to %s: %w", branch, err)
	}
	target := ""
	if branch == p.Link.Branch {
		target = production
	}
	return e.push(p.ID, *git, target)
}

func (e *Emulator) push(projectID string, git gitSource, target string) (id string, err error) {
	err = e.change(func() error {
		p := e.project(projectID)
		if p == nil {
			return notFound("Project")
		}
		d := &deployment{
			Source: "git", Git: &git, Meta: git.meta(), Target: target, State: "QUEUED", AutoAssign: true, Framework: p.Framework, Root: p.Root,
		}
		if err := e.enlist(d, p.ID); err != nil {
			return err
		}
		id = d.ID
		return nil
	})
	return id, err
}

// checkout fetches the files of a deployment's commit as an archive.
func (e *Emulator) checkout(ctx context.Context, g gitSource) (path string, err error) {
	f, err := os.CreateTemp(e.cfg.Dir, ".archive-*.tar.gz")
	if err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	if e.cfg.Forge == nil {
		_ = os.Remove(f.Name())
		return "", errors.New("there is no Git hosting")
	}
	if err := e.cfg.Forge.Archive(ctx, g.Org+"/"+g.Repo, g.SHA, f.Name()); err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("fetch %s: %w", g.SHA, err)
	}
	return f.Name(), nil
}
