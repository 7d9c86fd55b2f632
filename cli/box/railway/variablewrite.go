package railway

import (
	"slices"
	"strings"
)

// The most that one service's variables may be.
const (
	mostVariables   = 1000
	longestVariable = 64 << 10
)

func (e *Emulator) upsertVariable(c *call) (any, error) {
	return e.writeVariables(c, map[string]any{text(c.in, "name"): c.in["value"]})
}

func (e *Emulator) upsertVariables(c *call) (any, error) {
	values, ok := c.in["variables"].(map[string]any)
	if !ok {
		return nil, errProcessing
	}
	return e.writeVariables(c, values)
}

// writeVariables sets the shared variables or those of a service. Without skipDeploys the service is deployed again,
// with the source that it last had.
func (e *Emulator) writeVariables(c *call, values map[string]any) (any, error) {
	target, err := c.variables()
	if err != nil {
		return nil, err
	}
	for name, v := range values {
		if text, ok := v.(string); !ok || name == "" || len(text) > longestVariable {
			return nil, errProcessing
		}
	}
	if flag(c.in, "replace") {
		clear(target)
	}
	if len(target)+len(values) > mostVariables {
		return nil, errProcessing
	}
	e.keepVariables(c, target, values)
	return true, e.written(c, flag(c.in, "skipDeploys"))
}

// variables are the ones that the call is about: a service's, or the environment's shared ones.
func (c *call) variables() (map[string]string, error) {
	switch {
	case c.at != nil:
		return c.at.Variables, nil
	case c.service != nil || c.env == nil:
		return nil, errNoInstance
	}
	return c.env.Shared, nil
}

// deleteVariable has no skipDeploys: it deploys again.
func (e *Emulator) deleteVariable(c *call) (any, error) {
	target, err := c.variables()
	if err != nil {
		return nil, err
	}
	name := text(c.in, "name")
	if c.at != nil {
		if _, ok := e.strikes(FaultDeleteStages, c.at); ok {
			c.stage(map[string]any{"services": map[string]any{c.at.ServiceID: map[string]any{"variables": map[string]any{name: nil}}}})
			return true, e.accept()
		}
	}
	delete(target, name)
	if c.at != nil {
		c.at.Sealed = slices.DeleteFunc(c.at.Sealed, func(n string) bool { return n == name })
	}
	return true, e.written(c, false)
}

// written saves, and deploys the old source with the new variables where that was not declined.
func (e *Emulator) written(c *call, skipDeploys bool) error {
	if err := e.accept(); err != nil || c.at == nil {
		return err
	}
	if skipDeploys {
		_, anyway := e.strikes(FaultVariables, c.at)
		skipDeploys = !anyway
	}
	if skipDeploys || c.at.Active == "" {
		return nil
	}
	last := e.w.deployment(c.at.Active)
	o := e.fresh(c.at, last.origin, reasonRedeploy).saying(last.Message)
	o.by = "a change of variables"
	_, err := e.make(c.at, o)
	return err
}

// shareVariable attaches a shared variable to services, or detaches it: a service's own variable refers to it.
func (e *Emulator) shareVariable(c *call) (any, error) {
	name := text(c.in, "name")
	if c.env == nil {
		return nil, errNotAuthorized
	}
	for _, in := range c.env.live() {
		switch {
		case slices.Contains(texts(c.in["enabledServiceIds"]), in.ServiceID):
			in.Variables[name] = "${{shared." + name + "}}"
			in.touch(name)
		case slices.Contains(texts(c.in["disabledServiceIds"]), in.ServiceID) && strings.Contains(in.Variables[name], "shared."):
			delete(in.Variables, name)
		}
	}
	return c.env.variableView(nil, name), e.accept()
}
