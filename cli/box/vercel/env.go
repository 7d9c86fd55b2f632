package vercel

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
)

// hidden is what is pulled instead of a sensitive value.
const hidden = "[SENSITIVE]"

// variableFor finds what a target gets under this name.
func (p *project) variableFor(key, target string) *variable {
	i := slices.IndexFunc(p.Env, func(v *variable) bool {
		return v.Key == key && v.Branch == "" && slices.Contains(v.Target, target)
	})
	if i < 0 {
		return nil
	}
	return p.Env[i]
}

// valuesFor gives what a new deployment for this target is built and run with.
func (p *project) valuesFor(target string) map[string]string {
	values := map[string]string{}
	for _, v := range p.Env {
		if v.Branch == "" && slices.Contains(v.Target, target) {
			values[v.Key] = v.Value
		}
	}
	return values
}

func (e *Emulator) listEnv(r *http.Request, p *project) (any, error) {
	q, all := r.URL.Query(), []any{}
	for _, v := range e.shown(p) {
		if t := q.Get("target"); t != "" && !slices.Contains(v.Target, t) {
			continue
		}
		all = append(all, e.readEnv(p, v, q.Get("decrypt") == "true"))
	}
	return map[string]any{"envs": all, "pagination": paging(len(all), 0, 0)}, nil
}

func (e *Emulator) getEnv(r *http.Request, p *project) (any, error) {
	i := slices.IndexFunc(e.shown(p), func(v *variable) bool { return v.ID == r.PathValue("env") })
	if i < 0 {
		return nil, notFound("Environment variable")
	}
	return e.readEnv(p, e.shown(p)[i], true), nil
}

// pullEnv gives the values of a target, as the CLI writes them to a file.
func (e *Emulator) pullEnv(r *http.Request, p *project) (any, error) {
	values := map[string]string{}
	target, branch := r.PathValue("target"), r.PathValue("branch")
	for _, v := range p.Env {
		if !slices.Contains(v.Target, target) || v.Branch != "" && v.Branch != branch {
			continue
		}
		values[v.Key] = v.Value
		if v.Type == "sensitive" {
			values[v.Key] = hidden
		}
	}
	return map[string]any{"env": values, "buildEnv": map[string]any{}}, nil
}

func (p *project) variable(id string) *variable {
	i := slices.IndexFunc(p.Env, func(v *variable) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return p.Env[i]
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
