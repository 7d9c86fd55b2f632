package spec

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// NotifyKinds lists what people can be told about, in the order of a run.
func NotifyKinds() []string {
	return []string{"break_glass", "released", "failed", "rolled_back", "paused", "drift"}
}

// notify reads `{slack: VARIABLE, ntfy: VARIABLE, on: [failed, drift]}`. Without on it is about everything.
func notify(v value, e *Environment) {
	n := Notify{}
	v.object(
		may("slack", variableName(&n.Slack)),
		may("ntfy", variableName(&n.Ntfy)),
		may("on", func(v value) {
			v.list(func(item value) {
				var kind string
				oneOf(&kind, NotifyKinds()...)(item)
				if slices.Contains(n.On, kind) && kind != "" {
					item.wrong(quote(kind)+" stands here twice"+in(v.path), "remove one")
				}
				n.On = append(n.On, kind)
			})
		}),
	)
	_, slack := v.has("slack")
	_, ntfy := v.has("ntfy")
	on, given := v.has("on")
	switch {
	case e.Box:
		v.wrong(e.Name+" is a box and has notify", "nothing leaves the machine from a box: remove notify, or box")
	case !slack && !ntfy && v.node.Kind == yaml.MappingNode:
		v.wrong(v.path+" tells nobody", "name the variable with the address: slack: SLACK_WEBHOOK_URL, or ntfy: NTFY_TOPIC_URL")
	case given && len(n.On) == 0:
		on.wrong(v.path+".on is empty", "list what people are told about, or remove the key: it is then everything")
	case !given:
		n.On = NotifyKinds()
	}
	e.Notify = n
}

// variableName reads the name of a variable. Who pastes the address itself gets it hidden from the message.
func variableName(to *string) func(value) {
	return func(v value) {
		var s string
		text(&s)(v)
		if s != "" && !variableShape.MatchString(s) {
			v.wrong(v.path+" is no name of a variable",
				"an address is a secret: write the name of the variable that holds it, such as SLACK_WEBHOOK_URL")
			return
		}
		*to = s
	}
}

// notifies checks that the named variables are secrets of readme-ops itself. A nil matrix could not be read.
func (r *Release) notifies(d *document, m *Matrix) {
	if m == nil {
		return
	}
	for _, e := range r.Environments {
		for _, c := range [][2]string{{"slack", e.Notify.Slack}, {"ntfy", e.Notify.Ntfy}} {
			key, name := c[0], c[1]
			at, ok := d.values["environments."+e.Name+".notify."+key]
			if !ok || name == "" {
				continue
			}
			i := slices.IndexFunc(m.Variables, func(v Variable) bool { return v.Name == name })
			switch {
			case i < 0:
				at.wrong(name+" is not in "+m.File, fmt.Sprintf("add it: %s: {about: where people are told, type: url, secret: true, required: false, services: [ops]}", name))
			case !m.Variables[i].Secret:
				at.wrong(name+" is no secret in "+m.File, "whoever has the address can write there: mark it with secret: true")
			case !slices.Contains(m.Variables[i].Services, "ops"):
				at.wrong(name+" is not a variable of ops", "readme-ops can only use its own: add ops to the variable's services in "+m.File)
			}
		}
	}
}
