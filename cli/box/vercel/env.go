package vercel

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
)

const (
	keyPattern = `^[A-Za-z_][A-Za-z0-9_]{0,255}$`
	maxValue   = 65536
)

// envBody is a variable as it is sent. Target is one word or several.
type envBody struct {
	Key     string          `json:"key"`
	Value   *string         `json:"value"`
	Type    string          `json:"type"`
	Target  json.RawMessage `json:"target"`
	Branch  string          `json:"gitBranch"`
	Comment string          `json:"comment"`
}

func (b envBody) targets() []string {
	var many []string
	var one string
	if json.Unmarshal(b.Target, &many) == nil {
		return many
	}
	if json.Unmarshal(b.Target, &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}

// variableFor finds what a target gets under this name. The caller holds the lock.
func (e *Emulator) variableFor(key, target string) *variable {
	i := slices.IndexFunc(e.state.Env, func(v *variable) bool {
		return v.Key == key && v.Branch == "" && slices.Contains(v.Target, target)
	})
	if i < 0 {
		return nil
	}
	return e.state.Env[i]
}

// valuesFor gives what a new deployment for this target is built and run with.
func (e *Emulator) valuesFor(target string) map[string]string {
	values := map[string]string{}
	for _, v := range e.state.Env {
		if v.Branch == "" && slices.Contains(v.Target, target) {
			values[v.Key] = v.Value
		}
	}
	return values
}

func (e *Emulator) listEnv(r *http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	q, all := r.URL.Query(), []any{}
	for _, v := range e.state.Env {
		if t := q.Get("target"); t != "" && !slices.Contains(v.Target, t) {
			continue
		}
		all = append(all, viewEnv(v, q.Get("decrypt") == "true"))
	}
	return http.StatusOK, map[string]any{"envs": all, "pagination": paging(len(all), 0, 0)}, nil
}

func (e *Emulator) getEnv(r *http.Request) (int, any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.variable(r.PathValue("env"))
	if v == nil {
		return 0, nil, notFound("Environment variable")
	}
	return http.StatusOK, viewEnv(v, true), nil
}

func (e *Emulator) variable(id string) *variable {
	i := slices.IndexFunc(e.state.Env, func(v *variable) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return e.state.Env[i]
}

// createEnv takes one variable or several. The answer is 201 even if some of several have failed.
func (e *Emulator) createEnv(r *http.Request) (int, any, error) {
	var raw json.RawMessage
	if err := decode(r, &raw); err != nil {
		return 0, nil, err
	}
	var many []envBody
	if json.Unmarshal(raw, &many) != nil {
		var one envBody
		if err := json.Unmarshal(raw, &one); err != nil {
			return 0, nil, refuse(http.StatusBadRequest, "bad_request", "Invalid JSON: %v", err)
		}
		v, err := e.putEnv(one, r.URL.Query().Get("upsert") == "true")
		if err != nil {
			return 0, nil, err
		}
		return http.StatusCreated, map[string]any{"created": viewEnv(v, false), "failed": []any{}}, nil
	}
	created, failed := []any{}, []any{}
	for _, b := range many {
		v, err := e.putEnv(b, r.URL.Query().Get("upsert") == "true")
		if no, ok := err.(*refusal); ok { //nolint:errorlint // refusals are not wrapped here
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

func (e *Emulator) putEnv(b envBody, upsert bool) (*variable, error) {
	targets := b.targets()
	if err := b.check(targets); err != nil {
		return nil, err
	}
	var v variable
	err := e.change(func() error {
		old := e.clash(b.Key, b.Branch, targets, "")
		switch {
		case old == nil:
			old = &variable{ID: id("env_"), Key: b.Key, Target: targets, Branch: b.Branch, Created: e.now()}
			e.state.Env = append(e.state.Env, old)
		case !upsert || !slices.Equal(slices.Sorted(slices.Values(old.Target)), slices.Sorted(slices.Values(targets))):
			no := refuse(http.StatusBadRequest, "ENV_CONFLICT", "Another Environment Variable with the same Name and Environment exists in your project.")
			no.extra = map[string]any{"envVarKey": b.Key, "envVarId": old.ID}
			return no
		}
		old.Value, old.Type, old.Comment, old.Updated = *b.Value, b.Type, b.Comment, e.now()
		v = *old
		return nil
	})
	return &v, err
}

// clash finds another variable that shares name, branch and a target.
func (e *Emulator) clash(key, branch string, targets []string, except string) *variable {
	for _, v := range e.state.Env {
		shares := slices.ContainsFunc(targets, func(t string) bool { return slices.Contains(v.Target, t) })
		if v.Key == key && v.Branch == branch && shares && v.ID != except {
			return v
		}
	}
	return nil
}

func (b envBody) check(targets []string) error {
	bad := func(code, text string) error { return refuse(http.StatusBadRequest, code, "%s", text) }
	switch {
	case !regexp.MustCompile(keyPattern).MatchString(b.Key):
		return bad("env_key_invalid_characters", "The name contains invalid characters, or is too long")
	case b.Value == nil:
		return bad("bad_request", "Invalid request: missing required property `value`")
	case len(*b.Value) > maxValue:
		return bad("env_value_invalid_length", "The value is too long")
	case !slices.Contains([]string{"plain", "encrypted", "sensitive", "system"}, b.Type):
		return bad("bad_request", "Invalid request: `type` should be plain, encrypted, sensitive or system")
	}
	return checkTargets(b.Type, targets)
}

func checkTargets(kind string, targets []string) error {
	if len(targets) == 0 {
		return refuse(http.StatusBadRequest, "bad_request", "Invalid request: `target` is empty")
	}
	for _, t := range targets {
		if !slices.Contains([]string{production, "preview", "development"}, t) {
			return refuse(http.StatusBadRequest, "bad_request", "Invalid request: unknown target %q", t)
		}
		if t == "development" && kind == "sensitive" {
			return refuse(http.StatusBadRequest, "bad_request", "A sensitive variable cannot target development")
		}
	}
	return nil
}

// editEnv changes what the body has, and leaves the rest.
func (e *Emulator) editEnv(r *http.Request) (int, any, error) {
	var b envBody
	if err := decode(r, &b); err != nil {
		return 0, nil, err
	}
	var view any
	err := e.change(func() error {
		v := e.variable(r.PathValue("env"))
		if v == nil {
			return notFound("Environment variable")
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
		if t := b.targets(); t != nil {
			next.Target = t
		}
		if err := (envBody{Key: next.Key, Value: &next.Value, Type: next.Type}).check(next.Target); err != nil {
			return err
		}
		if e.clash(next.Key, next.Branch, next.Target, next.ID) != nil {
			return refuse(http.StatusBadRequest, "ENV_CONFLICT", "Another Environment Variable with the same Name and Environment exists in your project.")
		}
		next.Updated = e.now()
		*v = next
		view = viewEnv(v, false)
		return nil
	})
	return http.StatusOK, view, err
}

func (e *Emulator) deleteEnv(r *http.Request) (int, any, error) {
	var view any
	err := e.change(func() error {
		v := e.variable(r.PathValue("env"))
		if v == nil {
			return notFound("Environment variable")
		}
		view = viewEnv(v, false)
		e.state.Env = slices.DeleteFunc(e.state.Env, func(x *variable) bool { return x == v })
		return nil
	})
	return http.StatusOK, view, err
}

// viewEnv shows a variable: a sensitive value never, an encrypted one only to who asks for it.
func viewEnv(v *variable, decrypt bool) map[string]any {
	value, shown := v.Value, v.Type == "plain" || v.Type == "system"
	switch {
	case v.Type == "sensitive":
		value = ""
	case v.Type == "encrypted" && decrypt:
		shown = true
	case v.Type == "encrypted":
		sum := sha256.Sum256([]byte(v.ID + v.Value))
		value = base64.StdEncoding.EncodeToString(sum[:]) // the ciphertext, which nobody can read
	}
	view := map[string]any{
		"id": v.ID, "key": v.Key, "value": value, "type": v.Type, "target": v.Target, "decrypted": shown,
		"createdAt": v.Created, "updatedAt": v.Updated,
	}
	if v.Branch != "" {
		view["gitBranch"] = v.Branch
	}
	if v.Comment != "" {
		view["comment"] = v.Comment
	}
	return view
}

// names lists the names of variables, as a deployment shows them.
func names(env map[string]string) []string {
	return append([]string{}, slices.Sorted(maps.Keys(env))...)
}
