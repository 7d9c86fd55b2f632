package vercel

import (
	"context"
	"net/http"
	"time"
)

// promote gives the domain to a deployment, soon: the answer only says that it was asked for.
func (e *Emulator) promote(r *http.Request) (int, any, error) {
	return e.request(r, "promote", func(d *deployment) error {
		if d.Target != production {
			return refuse(http.StatusBadRequest, "bad_request", "Deployment %s is no production deployment", d.ID)
		}
		return nil
	})
}

// rollback gives the domain back to a deployment that has had it, and freezes the automatic assignment.
func (e *Emulator) rollback(r *http.Request) (int, any, error) {
	return e.request(r, "rollback", func(d *deployment) error {
		if !e.candidate(d) {
			return refuse(http.StatusUnprocessableEntity, "unprocessable_entity", "Deployment %s has never served production", d.ID)
		}
		return nil
	})
}

// candidate reports whether a rollback may choose d.
func (e *Emulator) candidate(d *deployment) bool {
	return d.Substate == "PROMOTED" && d.State == "READY" && d.ID != e.state.Project.Production
}

func (e *Emulator) request(r *http.Request, kind string, may func(*deployment) error) (int, any, error) {
	err := e.change(func() error {
		d, p := e.find(r.PathValue("id")), &e.state.Project
		switch {
		case d == nil:
			return notFound("Deployment")
		case p.Production == d.ID:
			return refuse(http.StatusConflict, "conflict", "The provided deploymentId (%s) is already the current production deployment.", d.ID)
		case p.Request.running():
			return refuse(http.StatusConflict, "conflict", "Another %s of the project is in progress", p.Request.Type)
		case d.State != "READY":
			return refuse(http.StatusBadRequest, "bad_request", "Deployment %s is not ready: it is %s", d.ID, d.State)
		}
		if err := may(d); err != nil {
			return err
		}
		p.Request = &aliasRequest{From: p.Production, To: d.ID, Status: "pending", Requested: e.now(), Type: kind}
		e.moveLater()
		return nil
	})
	return http.StatusCreated, nil, err
}

// moveLater carries the running request out. The caller holds the lock.
func (e *Emulator) moveLater() {
	e.run(func(ctx context.Context) {
		for _, status := range []string{"in-progress", "succeeded"} {
			if !e.pause(ctx) {
				return
			}
			_ = e.change(func() error { return e.proceed(status) })
		}
	})
}

func (e *Emulator) proceed(status string) error {
	p := &e.state.Project
	d := e.find(p.Request.To)
	switch {
	case d == nil: // deleted meanwhile
		p.Request.Status = "failed"
	case status == "succeeded" && p.Request.Status != "failed":
		p.Request.Status, p.Frozen = status, p.Request.Type == "rollback"
		e.moveTo(d)
		return e.arrange()
	default:
		p.Request.Status = status
	}
	return nil
}

// moveAliases lists what the last promotion or rollback moved.
func (e *Emulator) moveAliases(r *http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, all := e.state.Project, []any{}
	if p.Request != nil && (r.URL.Query().Get("failedOnly") != "true" || p.Request.Status == "failed") {
		all = append(all, map[string]any{
			"id": p.Domain, "status": p.Request.Status, "alias": map[string]any{"alias": p.Domain, "deploymentId": p.Request.To},
		})
	}
	return http.StatusOK, map[string]any{"aliases": all, "pagination": paging(len(all), 0, 0)}, nil
}

// getAlias gives the alias of the domain, or of a deployment's own address.
func (e *Emulator) getAlias(r *http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	name := r.PathValue("alias")
	d := e.find(name)
	if name == e.state.Project.Domain && e.stale.until.After(time.Now()) {
		d = e.find(e.stale.id)
	}
	if d == nil || name == d.ID {
		return 0, nil, notFound("Alias")
	}
	return http.StatusOK, e.viewAlias(name, d), nil
}

func (e *Emulator) listAliases(*http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := []any{}
	if d := e.find(e.state.Project.Production); d != nil {
		all = append(all, e.viewAlias(e.state.Project.Domain, d))
	}
	return http.StatusOK, map[string]any{"aliases": all, "pagination": paging(len(all), 0, 0)}, nil
}

func (e *Emulator) deploymentAliases(r *http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.find(r.PathValue("id"))
	if d == nil {
		return 0, nil, notFound("Deployment")
	}
	all := []any{}
	for _, name := range e.aliases(d) {
		all = append(all, map[string]any{"uid": aliasID(name), "alias": name, "created": stamp(d.Assigned)})
	}
	return http.StatusOK, map[string]any{"aliases": all}, nil
}
