package vercel

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// The user's name in the box.
const username = "box"

// account is who owns what is configured: the team, or the user.
func (e *Emulator) account() string {
	if t := e.cfg.Team; t != nil {
		return e.teamID()
	}
	return e.state.User
}

func (e *Emulator) teamID() string {
	if e.cfg.Team.ID != "" {
		return e.cfg.Team.ID
	}
	return e.state.Team
}

// admit checks the token.
func (e *Emulator) admit(r *http.Request) error {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if ok && subtle.ConstantTimeCompare([]byte(given), []byte(e.cfg.Token)) == 1 {
		_, err := e.scope(r)
		return err
	}
	flag := "invalidToken"
	if !ok {
		flag = "missingToken"
	}
	no := refuse(http.StatusForbidden, "forbidden", "Not authorized")
	no.extra = map[string]any{flag: true}
	return no
}

// scope is the account that a request is about: the team that it names, else the user's own. A team that the user is
// not in is refused, not ignored.
func (e *Emulator) scope(r *http.Request) (account string, err error) {
	q := r.URL.Query()
	id, slug := q.Get("teamId"), q.Get("slug")
	switch {
	case id == "" && slug == "":
		return e.state.User, nil
	case e.isTeam(id) || id == "" && e.isTeam(slug):
		return e.teamID(), nil
	}
	return "", refuse(http.StatusForbidden, "team_unauthorized", "You are not authorized for this team")
}

// isTeam reports whether this is the id or the slug of the team.
func (e *Emulator) isTeam(name string) bool {
	return e.cfg.Team != nil && name != "" && (name == e.teamID() || strings.EqualFold(name, e.cfg.Team.Slug))
}

// projectOf finds a project of the request's account by its id or name.
func (e *Emulator) projectOf(r *http.Request, idOrName string) (*project, error) {
	account, err := e.scope(r)
	if err != nil {
		return nil, err
	}
	for _, p := range e.state.Projects {
		if p.Account == account && (p.ID == idOrName || p.Name == idOrName) {
			return p, nil
		}
	}
	return nil, notFound("Project")
}

// deploymentOf finds a deployment of the request's account by its id, the host of its own address, or an alias.
func (e *Emulator) deploymentOf(r *http.Request, idOrURL string) (*deployment, *project, error) {
	account, err := e.scope(r)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range e.state.Projects {
		if p.Account != account {
			continue
		}
		if p.Domain == idOrURL && idOrURL != "" {
			if d := e.deployment(e.aliased(p)); d != nil {
				return d, p, nil
			}
			continue
		}
		for _, d := range e.of(p) {
			if d.ID == idOrURL || d.URL == idOrURL {
				return d, p, nil
			}
		}
	}
	return nil, nil, notFound("Deployment")
}

func (e *Emulator) getUser(*http.Request) (any, error) {
	var team any
	if e.cfg.Team != nil {
		team = e.teamID()
	}
	return map[string]any{"user": map[string]any{
		"id": e.state.User, "email": "box@localhost", "name": "The box", "username": username, "avatar": nil,
		"defaultTeamId": team, "limited": true,
	}}, nil
}

// getToken describes the token in use, the only one that there is.
func (e *Emulator) getToken(r *http.Request) (any, error) {
	const tokenID = "tok_box"
	if asked := r.PathValue("token"); asked != "current" && asked != tokenID {
		return nil, notFound("Token")
	}
	scope := map[string]any{"type": "user", "createdAt": 0, "origin": "manual"}
	if e.cfg.Team != nil {
		scope["type"], scope["teamId"] = "team", e.teamID()
	}
	return map[string]any{"token": map[string]any{
		"id": tokenID, "name": "the box's", "type": "token", "origin": "manual", "scopes": []any{scope}, "activeAt": 0, "createdAt": 0,
	}}, nil
}

func (e *Emulator) getTeams(*http.Request) (any, error) {
	teams := []any{}
	if e.cfg.Team != nil {
		teams = append(teams, e.viewTeam())
	}
	return map[string]any{"teams": teams, "pagination": paging(len(teams), 0, 0)}, nil
}

func (e *Emulator) getTeam(r *http.Request) (any, error) {
	if !e.isTeam(r.PathValue("team")) {
		return nil, notFound("Team")
	}
	return e.viewTeam(), nil
}

func (e *Emulator) viewTeam() map[string]any {
	return map[string]any{
		"id": e.teamID(), "slug": e.cfg.Team.Slug, "name": e.cfg.Team.Slug, "avatar": nil, "creatorId": e.state.User, "description": nil,
		"stagingPrefix": "", "createdAt": 0, "updatedAt": 0, "sensitiveEnvironmentVariablePolicy": "default",
		"membership": map[string]any{"confirmed": true, "role": "OWNER", "createdAt": 0, "created": 0, "uid": e.state.User, "teamId": e.teamID()},
	}
}
