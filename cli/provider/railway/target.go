package railway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"readme/cli/provider"
	"readme/cli/release"
)

// Target is what the token and the pins resolve to.
type Target struct {
	Project, ProjectID         string
	Environment, EnvironmentID string

	login login
}

// String names it for a plan.
func (t Target) String() string {
	return fmt.Sprintf("project %s (%s), environment %s", t.Project, t.ProjectID, t.Environment)
}

// Target resolves the token to a project and an environment, once. It tells by asking which kind of token it is: one
// of a project, or one of a workspace or an account. A token that belongs to another target than release.yaml pins,
// that does not see it, or that Railway does not know, is a Fault with exit 3: nothing has moved yet.
func (c *Client) Target(ctx context.Context) (Target, error) {
	c.mu.Lock()
	known := c.target
	c.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	t, err := c.byProjectToken(ctx)
	if denied(err) {
		t, err = c.byBearer(ctx)
	}
	if denied(err) {
		return Target{}, refusedToken(err)
	}
	if err != nil {
		return Target{}, err
	}
	c.mu.Lock()
	c.target = &t
	c.mu.Unlock()
	return t, nil
}

// byProjectToken asks the token itself where it belongs.
func (c *Client) byProjectToken(ctx context.Context) (Target, error) {
	var a struct {
		ProjectToken struct {
			Project     named `json:"project"`
			Environment named `json:"environment"`
		} `json:"projectToken"`
	}
	r := request{op: "read the project token", document: projectTokenQuery, login: byProjectToken}
	if err := c.ask(ctx, r, &a); err != nil {
		return Target{}, err
	}
	p, e := a.ProjectToken.Project, a.ProjectToken.Environment
	if !p.is(c.project) || !e.is(c.environment) {
		return Target{}, &release.Fault{
			Title:  "the Railway token belongs to another environment than the one that release.yaml pins",
			Detail: "A project token opens exactly one environment of one project, and nothing was changed in it.",
			Evidence: []release.Evidence{{Label: "railway", Lines: []string{
				fmt.Sprintf("pinned: project %s, environment %s", c.project, c.environment),
				fmt.Sprintf("the token's: project %s (%s), environment %s (%s)", p.Name, p.ID, e.Name, e.ID),
			}}},
			Try:  "readme-ops doctor",
			Exit: release.ExitInvalid,
		}
	}
	return Target{Project: p.Name, ProjectID: p.ID, Environment: e.Name, EnvironmentID: e.ID, login: byProjectToken}, nil
}

// byBearer looks the pins up with an account's or workspace's token.
func (c *Client) byBearer(ctx context.Context) (Target, error) {
	p, err := c.pinnedProject(ctx)
	if err != nil {
		return Target{}, err
	}
	e, err := pick("environment", c.environment, p.Environments.nodes())
	if err != nil {
		return Target{}, err
	}
	if e.CanAccess != nil && !*e.CanAccess {
		return Target{}, &release.Fault{
			Title:  fmt.Sprintf("the Railway token may not enter the environment %q", e.Name),
			Detail: "The environment is restricted. Its project's owner gives access, or makes a project token for it in the project's settings, under Tokens.",
			Try:    "readme-ops doctor",
			Exit:   release.ExitInvalid,
		}
	}
	return Target{Project: p.Name, ProjectID: p.ID, Environment: e.Name, EnvironmentID: e.ID, login: byBearer}, nil
}

// denied reports whether a call was refused for lack of rights. Railway answers the same for a token that came in the
// wrong header, and on some fields for an id that does not exist.
func denied(err error) bool {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return false
	}
	if e.Status == http.StatusUnauthorized {
		return true
	}
	m := strings.ToLower(e.Message)
	return strings.Contains(m, noProjectToken) || strings.Contains(m, strings.ToLower(notAuthorized))
}

func refusedToken(err error) error {
	f := &release.Fault{
		Title:  "Railway does not accept the token in RAILWAY_TOKEN",
		Detail: "It may be wrong, deleted, or of another project. A project token is made in the project's settings, under Tokens.",
		Try:    "readme-ops doctor",
		Exit:   release.ExitInvalid,
		Cause:  err,
	}
	if e, ok := errors.AsType[*provider.Error](err); ok {
		f.Evidence = []release.Evidence{e.Evidence()}
	}
	return f
}
