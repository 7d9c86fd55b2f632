package railway

import (
	"regexp"
	"strings"
	"time"
)

// deepestReference is how many references may lead to one another; beyond it a loop is taken for granted.
const deepestReference = 10

// seed adds what is missing. A variable that was seeded once belongs to the founder: changed or deleted, it stays so.
// One that nobody has touched follows the seed, and so do the deployments that went out with it: the box's own
// addresses move when another program has taken a port, as a vendor's never do.
func (in *instance) seed(values map[string]string, deployments []*deployment) {
	if in.Seeded == nil {
		in.Seeded = map[string]string{}
	}
	for name, value := range values {
		old, was := in.Seeded[name]
		have, exists := in.Variables[name]
		switch {
		case !was && !exists, was && exists && have == old:
			in.Variables[name] = value
			if !was {
				in.touch(name)
			}
		}
		for _, d := range deployments {
			if now, ok := d.Variables[name]; was && ok && d.Of == in.ID && now == old {
				d.Variables[name] = value
			}
		}
		in.Seeded[name] = value
	}
}

// touch notes that variables were written just now.
func (in *instance) touch(names ...string) {
	if in.Written == nil {
		in.Written = map[string]time.Time{}
	}
	for _, name := range names {
		in.Written[name] = now()
	}
}

// provided are the variables that Railway itself gives to an instance.
func (in *instance) provided() map[string]string {
	p, env, s := in.env.project, in.env, in.service
	vars := map[string]string{
		"RAILWAY_PROJECT_ID": p.ID, "RAILWAY_PROJECT_NAME": p.Name,
		"RAILWAY_ENVIRONMENT_ID": env.ID, "RAILWAY_ENVIRONMENT_NAME": env.Name, "RAILWAY_ENVIRONMENT": env.Name,
		"RAILWAY_SERVICE_ID": s.ID, "RAILWAY_SERVICE_NAME": s.Name,
		"RAILWAY_PRIVATE_DOMAIN": strings.ToLower(s.Name) + ".railway.internal",
	}
	if host := in.host(); host != "" {
		vars["RAILWAY_PUBLIC_DOMAIN"] = host
	}
	return vars
}

// rendered are the instance's variables with their references resolved. The lock is held.
func (e *Emulator) rendered(in *instance) map[string]string {
	out := make(map[string]string, len(in.Variables))
	for name, value := range in.Variables {
		out[name] = in.render(value, 0)
	}
	return out
}

// render resolves ${{NAME}}, ${{shared.NAME}} and ${{Service.NAME}}; what does not exist becomes nothing.
func (in *instance) render(value string, depth int) string {
	if depth > deepestReference || !strings.Contains(value, "${{") {
		return value
	}
	return reference().ReplaceAllStringFunc(value, func(match string) string {
		name := reference().FindStringSubmatch(match)[1]
		owner, key, qualified := strings.Cut(name, ".")
		switch {
		case !qualified:
			owner, key = in.service.Name, name
		case owner == "shared":
			return in.render(in.env.Shared[key], depth+1)
		}
		s := in.env.project.named(owner)
		if s == nil {
			return ""
		}
		of := in.env.instance(s)
		if v, ok := of.Variables[key]; ok {
			return of.render(v, depth+1)
		}
		return of.provided()[key]
	})
}

// reference is how a variable refers to another one.
func reference() *regexp.Regexp { return regexp.MustCompile(`\$\{\{\s*([^{}\s]+)\s*\}\}`) }
