package vercel

import "encoding/json"

type wireProject struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Framework  string          `json:"framework"`
	Root       string          `json:"rootDirectory"`
	Link       *wireLink       `json:"link"` // its Git repository
	AutoAssign *bool           `json:"autoAssignCustomDomains"`
	Paused     bool            `json:"paused"`
	SSO        *wireProtection `json:"ssoProtection"`
	Password   *wireProtection `json:"passwordProtection"`
	// Bypass has the secrets as its keys.
	Bypass map[string]struct {
		Scope string `json:"scope"`
	} `json:"protectionBypass"`
	Targets          map[string]*wireServing `json:"targets"`
	LastAliasRequest *wireAliasRequest       `json:"lastAliasRequest"` // null without ?rollbackInfo=true
	RollingRelease   json.RawMessage         `json:"rollingRelease"`
}

type wireServing struct {
	ID string `json:"id"`
}

// wireAliasRequest is the project's last promotion or rollback, not necessarily ours.
type wireAliasRequest struct {
	From        string `json:"fromDeploymentId"`
	To          string `json:"toDeploymentId"`
	JobStatus   string `json:"jobStatus"` // succeeded, failed, skipped, pending, in-progress
	RequestedAt int64  `json:"requestedAt"`
	Type        string `json:"type"` // promote, rollback
}

// undone reports whether the last thing that happened to the domain was a rollback: until a deployment is promoted,
// Vercel gives it to no new one.
func (r *wireAliasRequest) undone() bool {
	return r != nil && r.Type == "rollback" && r.JobStatus == "succeeded"
}

func (r *wireAliasRequest) running() bool {
	return r != nil && (r.JobStatus == "pending" || r.JobStatus == "in-progress")
}

// wireProtection says which addresses ask for a login.
type wireProtection struct {
	Type string `json:"deploymentType"` // preview, all, prod_deployment_urls_and_all_previews, all_except_custom_domains
}

// generated reports whether the addresses are protected at which a staged production build is reached.
func (p *wireProtection) generated() bool { return p != nil && p.Type != "preview" }

// domain reports whether the production domain is protected; custom is what it is.
func (p *wireProtection) domain(custom bool) bool {
	return p != nil && (p.Type == "all" || p.Type == "all_except_custom_domains" && !custom)
}

// wireLink is a project's Git repository, in the shapes of the four hostings.
type wireLink struct {
	Type   string          `json:"type"` // github, github-limited, github-custom-host, gitlab, bitbucket
	Org    string          `json:"org"`
	Repo   string          `json:"repo"`
	RepoID json.RawMessage `json:"repoId"` // a number, and sometimes a string
	Branch string          `json:"productionBranch"`

	ProjectID json.RawMessage `json:"projectId"`                // gitlab
	Path      string          `json:"projectNameWithNamespace"` // gitlab
	Namespace string          `json:"projectNamespace"`         // gitlab
	Project   string          `json:"projectName"`              // gitlab

	Owner     string `json:"owner"` // bitbucket
	Slug      string `json:"slug"`
	UUID      string `json:"uuid"`
	Workspace string `json:"workspaceUuid"`
}

// wireGitSource is a commit to be deployed. Ref is always asked for.
type wireGitSource struct {
	Type      string          `json:"type"`
	Ref       string          `json:"ref"`
	SHA       string          `json:"sha"`
	Org       string          `json:"org,omitempty"`
	Repo      string          `json:"repo,omitempty"`
	RepoID    json.RawMessage `json:"repoId,omitempty"`
	ProjectID json.RawMessage `json:"projectId,omitempty"`
	Owner     string          `json:"owner,omitempty"`
	Slug      string          `json:"slug,omitempty"`
	UUID      string          `json:"repoUuid,omitempty"`
	Workspace string          `json:"workspaceUuid,omitempty"`
}

type wireNewProject struct {
	Name      string       `json:"name"`
	Framework string       `json:"framework"`
	Root      string       `json:"rootDirectory,omitempty"`
	Git       *wireNewLink `json:"gitRepository,omitempty"`
}

type wireNewLink struct {
	Type string `json:"type"`
	Repo string `json:"repo"`
}
