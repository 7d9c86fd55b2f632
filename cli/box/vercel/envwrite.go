package vercel

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
)

// busy plays another change of the same project's variables that is under way.
func (e *Emulator) busy(p *project) error {
	if _, hit := e.faults.Strike(EnvBusy, p.Name); hit {
		return badRequest("The environment variable couldn't be changed because an ongoing env update is already happening")
	}
	return nil
}

// createEnv takes one variable or several. The answer to several is 201 even if some of them, or all, have failed.
func (e *Emulator) createEnv(r *http.Request, p *project) (int, any, error) {
	var raw json.RawMessage
	if err := errors.Join(decode(r, &raw), e.busy(p)); err != nil {
		return 0, nil, err
	}
	upsert := r.URL.Query().Get("upsert") == "true"
	var many []envBody
	if json.Unmarshal(raw, &many) != nil {
		var one envBody
		if err := json.Unmarshal(raw, &one); err != nil {
			return 0, nil, badRequest("Invalid JSON: %v", err)
		}
		many = []envBody{one}
		if _, on := e.faults.Is(EnvPartlyFailed, p.Name); !on {
			defer e.spoilEnv(p, e.envOf(p))
			v, err := e.putEnv(p, one, upsert)
			if err != nil {
				return 0, nil, err
			}
			return http.StatusCreated, map[string]any{"created": viewEnv(v, false), "failed": []any{}}, nil
		}
	}
	defer e.spoilEnv(p, e.envOf(p))
	_, last := e.faults.Strike(EnvPartlyFailed, p.Name)
	created, failed := []any{}, []any{}
	for i, b := range many {
		var v *variable
		var err error = badRequest("The variable could not be saved")
		if !last || i < len(many)-1 {
			v, err = e.putEnv(p, b, upsert)
		}
		if no, ok := errors.AsType[*refusal](err); ok {
			failed = append(failed, map[string]any{"error": map[string]any{"code": no.code, "message": no.text, "envVarKey": b.Key}})
			continue
		}
		if err != nil {
			return 0, nil, err
		}
		created = append(created, viewEnv(v, false))
	}
	return http.StatusCreated, map[string]any{"created": created, "failed": failed}, nil
}

// putEnv enters a variable. The caller holds the lock.
func (e *Emulator) putEnv(p *project, b envBody, upsert bool) (*variable, error) {
	targets := b.targets()
	if err := b.check(targets); err != nil {
		return nil, err
	}
	v := p.clash(b.Key, b.Branch, targets, "")
	switch {
	case v == nil:
		v = &variable{ID: id("env_"), Key: b.Key, Target: targets, Branch: b.Branch, Created: e.now()}
		p.Env = append(p.Env, v)
	case !upsert || !slices.Equal(slices.Sorted(slices.Values(v.Target)), slices.Sorted(slices.Values(targets))):
		return nil, conflict(b.Key, v.ID)
	}
	v.Value, v.Type, v.Comment, v.Updated = *b.Value, b.Type, b.Comment, e.now()
	return v, nil
}

func conflict(key, id string) *refusal {
	no := refuse(http.StatusBadRequest, "ENV_CONFLICT", "Another Environment Variable with the same Name and Environment exists in your project.")
	no.extra = map[string]any{"envVarKey": key, "envVarId": id}
	return no
}

// clash finds another variable that shares name, branch and a target.
func (p *project) clash(key, branch string, targets []string, except string) *variable {
	for _, v := range p.Env {
		shares := slices.ContainsFunc(targets, func(t string) bool { return slices.Contains(v.Target, t) })
		if v.Key == key && v.Branch == branch && shares && v.ID != except {
			return v
		}
	}
	return nil
}

// editEnv changes what the body has, and leaves the rest.
func (e *Emulator) editEnv(r *http.Request, p *project) (int, any, error) {
	var b envBody
	if err := errors.Join(decode(r, &b), e.busy(p)); err != nil {
		return 0, nil, err
	}
	v := p.variable(r.PathValue("env"))
	if v == nil {
		return 0, nil, notFound("Environment variable")
	}
	next := *v
	if b.Value != nil {
		next.Value = *b.Value
	}
	if b.Type != "" {
		next.Type = b.Type
	}
	if b.Key != "" {
		next.Key = b.Key
	}
	if b.Comment != "" {
		next.Comment = b.Comment
	}
	if t := b.targets(); t != nil {
		next.Target = t
	}
	if err := (envBody{Key: next.Key, Value: &next.Value, Type: next.Type}).check(next.Target); err != nil {
		return 0, nil, err
	}
	if other := p.clash(next.Key, next.Branch, next.Target, next.ID); other != nil {
		return 0, nil, conflict(next.Key, other.ID)
	}
	next.Updated = e.now()
	defer e.spoilEnv(p, e.envOf(p))
	*v = next
	return http.StatusOK, viewEnv(v, false), nil
}

func (e *Emulator) deleteEnv(r *http.Request, p *project) (int, any, error) {
	v := p.variable(r.PathValue("env"))
	if v == nil {
		return 0, nil, notFound("Environment variable")
	}
	if err := e.busy(p); err != nil {
		return 0, nil, err
	}
	p.Env = slices.DeleteFunc(p.Env, func(x *variable) bool { return x == v })
	return http.StatusOK, viewEnv(v, false), nil
}

// deleteEnvs removes several at once, of which some may be gone already.
func (e *Emulator) deleteEnvs(r *http.Request, p *project) (int, any, error) {
	var b struct {
		IDs []string `json:"ids"`
	}
	if err := errors.Join(decode(r, &b), e.busy(p)); err != nil {
		return 0, nil, err
	}
	if len(b.IDs) == 0 || len(b.IDs) > 1000 {
		return 0, nil, badRequest("Invalid request: `ids` should hold 1 to 1000 ids")
	}
	gone := []string{}
	p.Env = slices.DeleteFunc(p.Env, func(v *variable) bool {
		if !slices.Contains(b.IDs, v.ID) {
			return false
		}
		gone = append(gone, v.ID)
		return true
	})
	return http.StatusOK, map[string]any{"deleted": len(gone), "ids": gone}, nil
}
