package railway

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// deepestReference is how many references may lead to one another; beyond it a loop is taken for granted.
const deepestReference = 10

// seed adds what is missing. A variable that was seeded once belongs to the founder: changed or deleted, it stays so.
// One that nobody has touched follows the seed, and so do the deployments that went out with it: the box's own
// addresses move when another program has taken a port, as a vendor's never do.
func (s *service) seed(values map[string]string, deployments []*deployment) {
	if s.Seeded == nil {
		s.Seeded = map[string]string{}
	}
	for name, value := range values {
		old, was := s.Seeded[name]
		have, exists := s.Variables[name]
		switch {
		case !was && !exists, was && exists && have == old:
			s.Variables[name] = value
		}
		for _, d := range deployments {
			if now, ok := d.Variables[name]; was && ok && d.Service == s.ID && now == old {
				d.Variables[name] = value
			}
		}
		s.Seeded[name] = value
	}
}

// SeedVariables adds the variables that the service never had, as a founder types them into the dashboard. What was
// changed or deleted since an earlier seeding stays as it is.
func (e *Emulator) SeedVariables(_ context.Context, name string, values map[string]string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.w.named(name)
	if s == nil {
		return fmt.Errorf("seed variables: railway has no service %q", name)
	}
	s.seed(values, e.w.Deployments)
	return e.save()
}

// Seal makes a variable's value unreadable through the API, as the dashboard does; there is no way back.
func (e *Emulator) Seal(service, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.w.named(service)
	if s == nil {
		return fmt.Errorf("seal a variable: railway has no service %q", service)
	}
	if !slices.Contains(s.Sealed, name) {
		s.Sealed = append(s.Sealed, name)
	}
	return e.save()
}

// provided are the variables that Railway itself gives to a service.
func (e *Emulator) provided(s *service) map[string]string {
	vars := map[string]string{
		"RAILWAY_PROJECT_ID": e.w.ProjectID, "RAILWAY_PROJECT_NAME": e.cfg.Project,
		"RAILWAY_ENVIRONMENT_ID": e.w.EnvironmentID, "RAILWAY_ENVIRONMENT_NAME": e.cfg.Environment, "RAILWAY_ENVIRONMENT": e.cfg.Environment,
		"RAILWAY_SERVICE_ID": s.ID, "RAILWAY_SERVICE_NAME": s.Name,
		"RAILWAY_PRIVATE_DOMAIN": strings.ToLower(s.Name) + ".railway.internal",
	}
	if s.Domain != nil && s.Domain.Host != "" {
		vars["RAILWAY_PUBLIC_DOMAIN"] = s.Domain.Host
	}
	return vars
}

// rendered are the service's variables with their references resolved. The lock is held.
func (e *Emulator) rendered(s *service) map[string]string {
	out := make(map[string]string, len(s.Variables))
	for name, value := range s.Variables {
		out[name] = e.render(s, value, 0)
	}
	return out
}

// render resolves ${{NAME}}, ${{shared.NAME}} and ${{Service.NAME}}; what does not exist becomes nothing.
func (e *Emulator) render(s *service, value string, depth int) string {
	if depth > deepestReference || !strings.Contains(value, "${{") {
		return value
	}
	reference := regexp.MustCompile(`\$\{\{\s*([^{}\s]+)\s*\}\}`)
	return reference.ReplaceAllStringFunc(value, func(match string) string {
		name := reference.FindStringSubmatch(match)[1]
		owner, key, qualified := strings.Cut(name, ".")
		switch {
		case !qualified:
			owner, key = s.Name, name
		case owner == "shared":
			return e.render(s, e.w.Shared[key], depth+1)
		}
		of := e.w.named(owner)
		if of == nil {
			return ""
		}
		if v, ok := of.Variables[key]; ok {
			return e.render(of, v, depth+1)
		}
		return e.provided(of)[key]
	})
}

// queryVariables is what the dashboard shows: the shared ones, or those of a service.
func (e *Emulator) queryVariables(args map[string]any) (any, error) {
	s := e.w.service(text(args, "serviceId"))
	if s == nil {
		return nullable(e.w.Shared, nil), nil
	}
	if flag(args, "unrendered") {
		vars := maps.Clone(s.Variables)
		maps.Copy(vars, e.provided(s))
		return nullable(vars, s.Sealed), nil
	}
	return e.queryAllVariables(args)
}

// queryAllVariables is what a deployment would get.
func (e *Emulator) queryAllVariables(args map[string]any) (any, error) {
	s := e.w.service(text(args, "serviceId"))
	vars := e.rendered(s)
	maps.Copy(vars, e.provided(s))
	return nullable(vars, s.Sealed), nil
}

// nullable gives null for a sealed value: the key is there, and nobody can read it.
func nullable(vars map[string]string, sealed []string) map[string]any {
	out := make(map[string]any, len(vars))
	for name, value := range vars {
		if out[name] = value; slices.Contains(sealed, name) {
			out[name] = nil
		}
	}
	return out
}
