package vercel

import (
	"cmp"
	"encoding/json"
	"strings"

	"readme/cli/provider"
)

// name is what the repository is called at its hosting: "owner/name".
func (l *wireLink) name() string {
	switch {
	case l == nil:
		return ""
	case l.Type == "gitlab":
		if l.Namespace != "" && l.Project != "" {
			return l.Namespace + "/" + l.Project
		}
		return l.Path
	case l.Type == "bitbucket":
		return l.Owner + "/" + l.Slug
	case strings.Contains(l.Repo, "/"):
		return l.Repo
	}
	return l.Org + "/" + l.Repo
}

// source says how Vercel gets a commit through the connection. It is nil where it cannot: another kind of hosting.
func (l *wireLink) source(c provider.Commit) *wireGitSource {
	s := &wireGitSource{Type: l.Type, SHA: c.SHA, Ref: cmp.Or(c.Branch, l.Branch, c.SHA)}
	switch l.Type {
	case "github", "github-limited":
		if s.RepoID = l.RepoID; !present(l.RepoID) {
			s.RepoID, s.Org, s.Repo = nil, l.Org, l.Repo
		}
	case "gitlab":
		s.ProjectID = l.ProjectID
	case "bitbucket":
		if s.UUID, s.Workspace = l.UUID, l.Workspace; l.UUID == "" {
			s.Owner, s.Slug = l.Owner, l.Slug
		}
	default:
		return nil
	}
	return s
}

// unfit says why a commit of this repository cannot be deployed through the project's connection; "" if it can. An
// empty repo or root is not compared.
func (p wireProject) unfit(repo, root string) string {
	switch {
	case p.Link == nil:
		return "the Vercel project " + p.Name + " is connected to no Git repository"
	case p.Link.source(provider.Commit{}) == nil:
		return "the Vercel project " + p.Name + " is connected to a Git hosting (" + p.Link.Type + ") whose commits cannot be asked for"
	case repo != "" && !strings.EqualFold(p.Link.name(), repo):
		return "the Vercel project " + p.Name + " is connected to " + p.Link.name() + ", and not to " + repo
	case root != "" && strings.Trim(p.Root, "/") != root:
		return "the Vercel project " + p.Name + " builds the folder " + orTop(p.Root) + " of its repository, and not " + root
	}
	return ""
}

func orTop(root string) string {
	if root == "" {
		return "at the top"
	}
	return root
}

// present reports whether a raw field holds anything.
func present(raw json.RawMessage) bool {
	s := strings.TrimSpace(string(raw))
	return s != "" && s != "null"
}
