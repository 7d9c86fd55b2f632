package railway

import (
	"context"
	"strings"
)

// service gives a service's id by its name, whose case does not count, or by its id.
func (c *Client) service(ctx context.Context, name string) (string, error) {
	id, there, err := c.lookup(ctx, name)
	if err != nil || id != "" {
		return id, err
	}
	return "", missing("service", name, there)
}

// lookup finds a service in the environment; "" if it is not there, and then what is.
func (c *Client) lookup(ctx context.Context, name string) (id string, there []named, err error) {
	c.mu.Lock()
	id, ok := c.services[name]
	c.mu.Unlock()
	if ok {
		return id, nil, nil
	}
	all, err := c.readServices(ctx)
	if err != nil {
		return "", nil, err
	}
	found, err := pickService(name, all)
	if err != nil || found.ID == "" {
		return "", all, err
	}
	c.know(name, found.ID)
	return found.ID, all, nil
}

// know keeps a service's id, which never changes.
func (c *Client) know(name, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.services[name] = id
}

// pickService prefers the exact name; two that differ in case alone are ambiguous otherwise. None is no error.
func pickService(name string, all []named) (named, error) {
	var fold []named
	for _, s := range all {
		if s.ID == name || s.Name == name {
			return s, nil
		}
		if strings.EqualFold(s.Name, name) {
			fold = append(fold, s)
		}
	}
	switch len(fold) {
	case 0:
		return named{}, nil
	case 1:
		return fold[0], nil
	}
	return named{}, ambiguous("service", name, fold)
}

func (c *Client) readServices(ctx context.Context) ([]named, error) {
	type instance struct {
		ServiceID   string `json:"serviceId"`
		ServiceName string `json:"serviceName"`
	}
	found, err := pages(func(after string) (edges[instance], error) {
		var a struct {
			Environment struct {
				ServiceInstances edges[instance] `json:"serviceInstances"`
			} `json:"environment"`
		}
		vars := map[string]any{"first": pageSize}
		set(vars, "after", after)
		err := c.in(ctx, request{op: "list the services", document: servicesQuery, vars: vars}, &a)
		return a.Environment.ServiceInstances, err
	})
	out := make([]named, len(found))
	for i, s := range found {
		out[i] = named{ID: s.ServiceID, Name: s.ServiceName}
	}
	return out, err
}
