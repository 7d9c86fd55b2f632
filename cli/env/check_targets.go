package env

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"readme/cli/spec"
)

// target is what a value leads to, as far as its address tells: an agent of Pipecat Cloud or a project of Supabase.
type target struct{ what, id string }

func (t target) String() string { return t.what + " " + t.id }

// targets are what each environment is pinned to.
type targets []pinned

type pinned struct {
	env  string
	them []target
}

func targetsOf(r *spec.Release) targets {
	var out targets
	if r == nil {
		return nil
	}
	for _, e := range r.Environments {
		p := pinned{env: e.Name}
		for _, t := range []target{{"the agent", e.Targets.Pipecat.Agent}, {"the Supabase project", e.Targets.Supabase}} {
			if t.id != "" {
				p.them = append(p.them, t)
			}
		}
		if len(p.them) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// of is what an environment is pinned to, of one kind; "" for nothing.
func (p pinned) of(what string) string {
	if i := slices.IndexFunc(p.them, func(t target) bool { return t.what == what }); i >= 0 {
		return p.them[i].id
	}
	return ""
}

// leads finds the target that an address names by itself. What is at an address of its own says nothing.
func leads(value string) (t target, ok bool) {
	if !strings.Contains(value, "://") {
		return target{}, false
	}
	u, err := url.Parse(strings.TrimSpace(value))
	if err != nil {
		return target{}, false
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case host == "api.pipecat.daily.co":
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		if len(parts) == 4 && parts[1] == "public" && parts[3] == "start" {
			return target{"the agent", parts[2]}, true
		}
	case strings.HasSuffix(host, ".pooler.supabase.com"):
		_, ref, found := strings.Cut(u.User.Username(), ".")
		return target{"the Supabase project", strings.ToLower(ref)}, found && ref != ""
	case strings.HasSuffix(host, ".supabase.co"):
		ref := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(host, ".supabase.co"), "db."), ".storage")
		return target{"the Supabase project", ref}, !strings.Contains(ref, ".")
	}
	return target{}, false
}

// stray finds an example that leads to a target that no environment has.
func (ts targets) stray(v spec.Variable, e Entry) []Finding {
	t, ok := leads(e.Value.Reveal())
	if !ok {
		return nil
	}
	pins := 0
	for _, p := range ts {
		switch id := p.of(t.what); {
		case strings.EqualFold(id, t.id):
			return nil
		case id != "":
			pins++
		}
	}
	if pins == 0 {
		return nil
	}
	return []Finding{{RuleTarget, e.At, fmt.Sprintf("%s leads to %s, which no environment is pinned to", v.Name, t), "leave it empty here, or correct it", ""}}
}

// given finds a value of an environment that leads to another target than the pinned one.
func (ts targets) given(env string, v spec.Variable, e Entry) []Finding {
	t, ok := leads(e.Value.Reveal())
	i := slices.IndexFunc(ts, func(p pinned) bool { return p.env == env })
	if !ok || i < 0 {
		return nil
	}
	want := ts[i].of(t.what)
	if want == "" || strings.EqualFold(want, t.id) {
		return nil
	}
	return []Finding{{
		RuleTarget, e.At, fmt.Sprintf("%s leads to %s, and %s is pinned to %s", v.Name, t, env, want),
		"put the value of " + env + " here, or correct the target in release.yaml", "",
	}}
}

// fixed finds a value that is the same in all environments and leads to the target of only some of them.
func (ts targets) fixed(m *spec.Matrix, v spec.Variable, text string) []Finding {
	t, ok := leads(text)
	if !ok {
		return nil
	}
	for _, p := range ts {
		if id := p.of(t.what); id != "" && !strings.EqualFold(id, t.id) && (v.Required == nil || slices.Contains(v.Required, p.env)) {
			return []Finding{{
				RuleTarget, v.At, fmt.Sprintf("%s leads to %s in every environment, and %s is pinned to %s", v.Name, t, p.env, id),
				"write a template in " + m.File + ", such as ${bot.start_url}, or let each environment give its own value", "",
			}}
		}
	}
	return nil
}
