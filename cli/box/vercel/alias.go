package vercel

import (
	"net/http"
)

// getAlias gives the alias of the domain, or of a deployment's own address.
func (e *Emulator) getAlias(r *http.Request) (any, error) {
	name := r.PathValue("alias")
	d, p, err := e.deploymentOf(r, name)
	if err != nil || name == d.ID {
		return nil, notFound("Alias")
	}
	return e.viewAlias(name, d, p), nil
}

func (e *Emulator) listAliases(r *http.Request) (any, error) {
	account, err := e.scope(r)
	if err != nil {
		return nil, err
	}
	q, all := r.URL.Query(), []any{}
	for _, p := range e.state.Projects {
		d := e.deployment(e.aliased(p))
		switch {
		case p.Account != account, d == nil,
			q.Has("projectId") && q.Get("projectId") != p.ID,
			q.Has("domain") && q.Get("domain") != p.Domain:
			continue
		}
		all = append(all, e.viewAlias(p.Domain, d, p))
	}
	return map[string]any{"aliases": all, "pagination": paging(len(all), 0, 0)}, nil
}

func (e *Emulator) deploymentAliases(r *http.Request) (any, error) {
	d, p, err := e.deploymentOf(r, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, name := range p.aliases(d) {
		all = append(all, map[string]any{"uid": aliasID(name), "alias": name, "created": stamp(d.Assigned)})
	}
	return map[string]any{"aliases": all}, nil
}

func (e *Emulator) viewAlias(name string, d *deployment, p *project) map[string]any {
	created := d.Assigned
	if name == p.Domain {
		created = p.Moved
	}
	return map[string]any{
		"uid": aliasID(name), "alias": name, "deploymentId": d.ID, "projectId": p.ID,
		"deployment": map[string]any{"id": d.ID, "url": d.URL}, "created": stamp(created), "createdAt": created,
	}
}

// aliases are the names under which a deployment is reached, besides its own address.
func (p *project) aliases(d *deployment) []string {
	if d.ID == p.Production {
		return []string{p.Domain}
	}
	return []string{}
}

func aliasID(name string) string { return "als_" + name }
