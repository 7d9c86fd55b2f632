package vercel

import (
	"context"
	"net/http"
)

// promote gives the domain to a deployment, soon: the answer only says that it was asked for.
func (e *Emulator) promote(r *http.Request, p *project) (int, any, error) {
	return e.request(r, p, "promote", func(d *deployment) error {
		if _, hit := e.faults.Strike(PromoteRefused, p.Name); hit {
			return refuse(http.StatusConflict, "conflict", "The deployment cannot be promoted at the moment.")
		}
		if d.Target != production {
			return badRequest("Deployment %s is no production deployment", d.ID)
		}
		return nil
	})
}

// rollback gives the domain back to a deployment that has had it, and freezes the automatic assignment.
func (e *Emulator) rollback(r *http.Request, p *project) (int, any, error) {
	status, body, err := e.request(r, p, "rollback", func(d *deployment) error {
		if _, hit := e.faults.Strike(RollbackRefused, p.Name); hit {
			return refuse(http.StatusPaymentRequired, "payment_required", "Your plan allows to roll back to the previous production deployment only.")
		}
		if !p.candidate(d) {
			return refuse(http.StatusUnprocessableEntity, "unprocessable_entity", "Deployment %s has never served production", d.ID)
		}
		return nil
	})
	if err == nil {
		p.Reason = r.URL.Query().Get("description")
	}
	return status, body, err
}

// describeRollback changes the reason of the last rollback.
func (e *Emulator) describeRollback(r *http.Request, p *project) (int, any, error) {
	var b struct {
		Description string `json:"description"`
	}
	if err := decode(r, &b); err != nil {
		return 0, nil, err
	}
	if q := p.Request; q == nil || q.Type != "rollback" || q.To != r.PathValue("id") {
		return 0, nil, refuse(http.StatusConflict, "conflict", "The project was not rolled back to this deployment")
	}
	p.Reason = b.Description
	return http.StatusOK, nil, nil
}

// candidate reports whether a rollback may choose d.
func (p *project) candidate(d *deployment) bool {
	return d.Substate == "PROMOTED" && d.State == "READY" && d.ID != p.Production
}

func (e *Emulator) request(r *http.Request, p *project, kind string, may func(*deployment) error) (int, any, error) {
	d := e.deployment(r.PathValue("id"))
	switch {
	case d == nil || d.Project != p.ID:
		return 0, nil, notFound("Deployment")
	case p.Production == d.ID:
		return 0, nil, refuse(http.StatusConflict, "conflict", "The provided deploymentId (%s) is already the current production deployment.", d.ID)
	case p.Request.running():
		return 0, nil, refuse(http.StatusConflict, "conflict", "Another %s of the project is in progress", p.Request.Type)
	case d.State != "READY":
		return 0, nil, badRequest("Deployment %s is not ready: it is %s", d.ID, d.State)
	}
	if err := may(d); err != nil {
		return 0, nil, err
	}
	if _, hit := e.faults.Strike(kind+"-lost", p.Name); !hit {
		p.Request = &aliasRequest{From: p.Production, To: d.ID, Status: "pending", Requested: e.now(), Type: kind}
		e.moveLater(p)
	}
	return http.StatusCreated, nil, nil
}

// moveLater carries the project's running request out. The caller holds the lock.
func (e *Emulator) moveLater(p *project) {
	id, name, kind := p.ID, p.Name, p.Request.Type
	e.run(func(ctx context.Context) {
		if !e.pause(ctx) {
			return
		}
		_ = e.change(func() error { return e.proceed(id, "in-progress") })
		if !e.pause(ctx) || !e.held(ctx, kind+"-late", name) {
			return
		}
		end := "succeeded"
		if _, hit := e.faults.Strike(kind+"-fails", name); hit {
			end = "failed"
		}
		_ = e.change(func() error { return e.proceed(id, end) })
	})
}

func (e *Emulator) proceed(projectID, status string) error {
	p := e.project(projectID)
	if p == nil || !p.Request.running() {
		return nil
	}
	d := e.deployment(p.Request.To)
	if d == nil { // deleted meanwhile
		status = "failed"
	}
	p.Request.Status = status
	if status != "succeeded" {
		return nil
	}
	p.Frozen = p.Request.Type == "rollback"
	e.moveTo(p, d)
	return e.arrange()
}

// moveAliases lists what the last promotion or rollback moved.
func (e *Emulator) moveAliases(r *http.Request, p *project) (any, error) {
	all := []any{}
	if p.Request != nil && (r.URL.Query().Get("failedOnly") != "true" || p.Request.Status == "failed") {
		all = append(all, map[string]any{
			"id": p.Domain, "status": p.Request.Status, "alias": map[string]any{"alias": p.Domain, "deploymentId": p.Request.To},
		})
	}
	return map[string]any{"aliases": all, "pagination": paging(len(all), 0, 0)}, nil
}
