package spec

import (
	"path"
	"slices"

	"readme/cli/smoke"
)

// check checks the names in envmatrix.yaml. A nil release could not be read, and then nothing is known about what it
// names.
func (m *Matrix) check(d *document, r *Release) {
	var services []string
	example, deploys := map[string]string{}, map[string]string{}
	for _, s := range m.Services {
		services = append(services, s.Name)
		at := "services." + s.Name
		d.once(at+".example", s.Example, s.Name, example, "env.example")
		d.once(at+".deploy", s.Deploy, s.Name, deploys, "deploy")
	}
	for _, v := range m.Variables {
		d.known("variables."+v.Name+".services", v.Services, services, "the services are")
	}
	if r == nil {
		return
	}
	var names, environments []string
	for _, s := range r.Deploy {
		names = append(names, s.Name)
	}
	for _, e := range r.Environments {
		environments = append(environments, e.Name)
	}
	for _, s := range m.Services {
		at, ok := d.values["services."+s.Name+".deploy"]
		if ok && s.Deploy != "" && len(names) > 0 && // without any, the fault is in release.yaml
			!slices.Contains(names, s.Deploy) {
			at.wrong(quote(s.Deploy)+" is not deployed", suggest(s.Deploy, names, r.File+" deploys"))
		}
	}
	for _, v := range m.Variables {
		d.known("variables."+v.Name+".required", v.Required, environments, "the environments are")
	}
	m.templates(d, r)
}

// once checks that no two services have the same text under a key.
func (d *document) once(at, text, service string, seen map[string]string, what string) {
	if text == "" {
		return
	}
	if other, taken := seen[text]; taken {
		d.values[at].wrong(other+" and "+service+" have the same "+what, "each service has its own")
	}
	seen[text] = service
}

// templates checks the references in values. They may name services and the release, not what a check captures.
func (m *Matrix) templates(d *document, r *Release) {
	s := newScope(&Release{Deploy: r.Deploy, Household: r.Household}, &Matrix{})
	for _, variable := range m.Variables {
		v, ok := d.values["variables."+variable.Name+".value"]
		if !ok {
			continue
		}
		v.references(func(at value, ref smoke.Ref) {
			if wrong, why := s.unknown(ref, true); wrong != "" {
				at.wrongAt(ref, wrong, why)
			}
		})
	}
}

// watch fills in what is watched where the file does not say: the service's own folder, which is where its
// env.example is, or its root.
func (r *Release) watch(m *Matrix) {
	for i := range r.Deploy {
		d := &r.Deploy[i]
		if len(d.Watch) > 0 || d.Source == "image" {
			continue
		}
		folder := "."
		switch d.To {
		case "vercel":
			folder = path.Clean(d.Root)
		case "pipecat":
			folder = path.Dir(d.Config)
		default:
			for _, s := range m.Services {
				if s.Deploy == d.Name {
					folder = path.Dir(s.Example)
				}
			}
		}
		d.Watch = []string{"**"}
		if folder != "." {
			d.Watch = []string{folder + "/**"}
		}
	}
}
