package railway

import (
	"maps"
	"slices"
)

// queryVariables is what the dashboard shows: the shared ones, or those of a service.
func (e *Emulator) queryVariables(c *call) (any, error) {
	if c.service == nil && c.env != nil {
		return e.nullable(c.env.Shared, nil), nil
	}
	if c.at == nil {
		return nil, errNoInstance
	}
	if !flag(c.args, "unrendered") {
		return e.queryAllVariables(c, c.at)
	}
	vars := maps.Clone(e.shown(c.at).Variables)
	maps.Copy(vars, c.at.provided())
	return e.nullable(vars, c.at.Sealed), nil
}

// queryAllVariables is what a deployment would get.
func (e *Emulator) queryAllVariables(_ *call, in *instance) (any, error) {
	vars := e.rendered(e.shown(in))
	maps.Copy(vars, in.provided())
	return e.nullable(vars, in.Sealed), nil
}

// nullable gives null for a sealed value: the key is there, and nobody can read it.
func (e *Emulator) nullable(vars map[string]string, sealed []string) map[string]any {
	out := make(map[string]any, len(vars))
	for name, value := range vars {
		_, struck := e.board.Is(FaultSealed, name)
		if out[name] = value; struck || slices.Contains(sealed, name) {
			out[name] = nil
		}
	}
	return out
}

// queryNames lists the variables of an environment without their values.
func (env *environment) queryNames(e *Emulator, args map[string]any) (any, error) {
	var list []object
	for _, name := range slices.Sorted(maps.Keys(env.Shared)) {
		list = append(list, env.variableView(nil, name))
	}
	for _, in := range env.live() {
		for _, name := range slices.Sorted(maps.Keys(in.Variables)) {
			o := env.variableView(in, name)
			if _, struck := e.board.Is(FaultSealed, name); struck {
				o["isSealed"] = true
			}
			list = append(list, o)
		}
	}
	return connection(list, args), nil
}

// variableView is one variable without its value. In is nil for a shared one.
func (env *environment) variableView(in *instance, name string) object {
	o := object{
		"id": env.ID + ":" + name, "name": name, "environmentId": env.ID, "serviceId": nil, "isSealed": false,
		"references": []string{}, "createdAt": stamp(env.Created), "updatedAt": stamp(env.Created),
	}
	if in == nil {
		return o
	}
	o["id"], o["serviceId"], o["isSealed"] = in.ID+":"+name, in.ServiceID, slices.Contains(in.Sealed, name)
	o["createdAt"], o["updatedAt"] = stamp(in.Created), stamp(in.Created)
	if at, ok := in.Written[name]; ok {
		o["updatedAt"] = stamp(at)
	}
	references := []string{}
	for _, match := range reference().FindAllStringSubmatch(in.Variables[name], -1) {
		references = append(references, match[1])
	}
	o["references"] = references
	return o
}
