package railway

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
)

// caller is who the credentials say that it is.
type caller struct {
	kind callerKind
	env  *environment // that a project token is bound to
}

type callerKind int

const (
	nobody callerKind = iota
	projectCaller
	workspaceCaller
	accountCaller
)

func (e *Emulator) caller(h http.Header) caller {
	for token, env := range e.tokens {
		if same(h.Get("Project-Access-Token"), token) {
			return caller{projectCaller, env}
		}
	}
	bearer, ok := strings.CutPrefix(h.Get("Authorization"), "Bearer ")
	switch {
	case ok && same(bearer, e.cfg.AccountToken):
		return caller{kind: accountCaller}
	case ok && same(bearer, e.cfg.WorkspaceToken):
		return caller{kind: workspaceCaller}
	}
	return caller{}
}

func same(given, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1
}

// sees reports whether the caller may touch an environment.
func (c caller) sees(env *environment) bool {
	return c.kind > projectCaller || (c.kind == projectCaller && c.env == env)
}

// call is one root field that somebody asks for.
type call struct {
	ctx   context.Context //nolint:containedctx // a call lives as long as its request
	e     *Emulator
	who   caller
	write bool
	field string
	args  map[string]any
	in    map[string]any // args["input"], or empty

	// What the arguments name, which is in one another; nil if they do not.
	project *project
	env     *environment // for a project token its own, if the arguments name none
	service *service
	at      *instance
}

// root answers a root field. The emulator's lock is held.
type root func(c *call) (any, error)

// outside runs f without the emulator's lock: it takes its time, and the world turns meanwhile.
func (c *call) outside(f func()) {
	c.e.mu.Unlock()
	defer c.e.mu.Lock()
	f()
}

// text reads a string argument, of the field or of its input.
func (c *call) text(name string) string {
	if s := text(c.args, name); s != "" {
		return s
	}
	return text(c.in, name)
}

// authorize checks the caller against the field and the ids in its arguments, and finds what these name.
func (c *call) authorize() error {
	switch {
	case strings.HasPrefix(c.field, "__"):
		return nil // introspection needs no token
	case c.field == "projectToken" && c.who.kind != projectCaller:
		return errNoToken
	case c.who.kind == nobody:
		return errNotAuthorized
	}
	if err := c.forbidden(); err != nil {
		return err
	}
	if !c.resolve() {
		return errNotAuthorized
	}
	if _, ok := c.e.board.Is(FaultRestricted, c.envName()); ok && c.write {
		return errNotAuthorized
	}
	if c.env != nil && c.service != nil {
		c.at = c.env.instance(c.service)
	}
	return nil
}

// forbidden is what this kind of token may not ask for, whatever its arguments.
func (c *call) forbidden() error {
	switch c.field {
	case "me":
		if c.who.kind != accountCaller {
			return errNotAuthorized
		}
	case "apiToken", "projects", "workspace":
		if c.who.kind == projectCaller {
			return errNotAuthorized
		}
	}
	if c.write {
		if _, ok := c.e.board.Strike(FaultReadOnly, c.field); ok {
			return errNotAuthorized
		}
	}
	return nil
}

// resolve finds what the arguments name, and reports false if it is not there, not theirs, or not in one another.
func (c *call) resolve() bool {
	if id := c.text("projectId"); id != "" {
		if c.project = c.e.w.project(id); c.project == nil {
			return false
		}
	}
	if id := c.text("environmentId"); id != "" {
		if c.env = c.e.w.environment(id); c.env == nil || !c.who.sees(c.env) || (c.project != nil && c.env.project != c.project) {
			return false
		}
		c.project = c.env.project
	}
	if id := c.text("serviceId"); id != "" {
		if c.service = c.e.w.service(id); c.service == nil || (c.project != nil && c.service.project != c.project) {
			return false
		}
		c.project = c.service.project
	}
	if c.who.kind == projectCaller {
		if c.project != nil && c.project != c.who.env.project {
			return false
		}
		if c.env == nil {
			c.env, c.project = c.who.env, c.who.env.project
		}
	}
	return true
}

func (c *call) envName() string {
	if c.env == nil {
		return ""
	}
	return c.env.Name
}

// withInstance makes a root field of one that needs a service in an environment.
func withInstance(f func(c *call, in *instance) (any, error)) root {
	return func(c *call) (any, error) {
		if c.at == nil {
			return nil, errNoInstance
		}
		return f(c, c.at)
	}
}

// withDeployment makes a root field of one that needs the deployment which the arguments name.
func withDeployment(f func(c *call, d *deployment) (any, error)) root {
	return func(c *call) (any, error) {
		id := c.text("id")
		if id == "" {
			id = c.text("deploymentId")
		}
		d := c.e.w.deployment(id)
		if d == nil || c.e.isHidden(d) {
			return nil, errNoDeployment
		}
		if !c.who.sees(c.e.w.instance(d).env) {
			return nil, errNotAuthorized
		}
		return f(c, d)
	}
}
