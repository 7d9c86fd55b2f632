// Package railway is a client of Railway's public API: GraphQL for everything but the upload of an archive.
package railway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

const (
	vendor = "railway"
	// The bare GraphQL path is throttled by the proxy in front of Railway, for up to a day; with a query it is not.
	source = "readme-ops"

	uploadTimeout = 10 * time.Minute
	// Reads lag behind writes by seconds, so a deployment counts as not made only after this long without a trace.
	settleTime = 30 * time.Second
	settlePoll = 2 * time.Second
)

// Options make a Client.
type Options struct {
	Base        string         // "https://backboard.railway.com", or an emulator's address
	Token       release.Secret // a project token, or an account's or workspace's
	Project     string         // name or id, as release.yaml pins it
	Environment string         // name or id, as release.yaml pins it
	Transport   http.RoundTripper
}

// Client talks to one environment of one project. It is safe for several goroutines.
type Client struct {
	api, files  *provider.Door
	meter       *meter
	token       release.Secret
	project     string
	environment string
	web         string // where people look at Railway, "" where the API is not Railway's own

	mu       sync.Mutex
	target   *Target              // nil until it was resolved
	services map[string]string    // id by the name or id that it was asked for
	fresh    map[string]time.Time // what we have just made, which Railway may not show yet, by id
	looked   map[string]string    // what Live has last found, by service
}

// New makes a client; it sends nothing.
func New(o Options) (*Client, error) {
	if o.Token.Empty() {
		return nil, errors.New("railway: the token is empty")
	}
	m := newMeter(o.Transport)
	door := provider.Options{Vendor: vendor, Base: o.Base, Transport: m}
	api, err := provider.NewDoor(door)
	if err != nil {
		return nil, err
	}
	door.Timeout = uploadTimeout
	files, err := provider.NewDoor(door)
	if err != nil {
		return nil, err
	}
	return &Client{
		api: api, files: files, meter: m, token: o.Token, project: o.Project, environment: o.Environment, web: webOf(o.Base),
		services: map[string]string{}, fresh: map[string]time.Time{}, looked: map[string]string{},
	}, nil
}

// Close lets go of the idle connections.
func (c *Client) Close() {
	c.api.Close()
	c.files.Close()
}

// login says in which header a token goes. Railway takes a token in the wrong one for no token at all.
type login int

const (
	byProjectToken login = iota
	byBearer
	byNothing
)

func (c *Client) credentials(l login) http.Header {
	switch l {
	case byBearer:
		return http.Header{"Authorization": {"Bearer " + c.token.Reveal()}}
	case byNothing:
		return http.Header{}
	case byProjectToken:
	}
	return http.Header{"Project-Access-Token": {c.token.Reveal()}}
}

// request is one GraphQL operation. Document is one of the constants of wire.go.
type request struct {
	op       string // in our words, for errors
	document string
	vars     map[string]any
	login    login
	hide     []release.Secret // values in vars that an answer might quote
}

// ask sends r and decodes its data into v. Queries repeat; a mutation is sent once, unless it was refused before it was
// carried out: with 429, or because too many of its kind came at once.
func (c *Client) ask(ctx context.Context, r request, v any) error {
	return patiently(ctx, func() error { return c.once(ctx, r, v) })
}

func (c *Client) once(ctx context.Context, r request, v any) error {
	mutation := strings.HasPrefix(r.document, "mutation")
	a, err := c.api.Do(ctx, provider.Call{
		Op: r.op, Method: http.MethodPost, Path: "/graphql/v2", Query: url.Values{"source": {source}},
		Header: c.credentials(r.login), Repeat: !mutation, Hide: r.hide,
		JSON: map[string]any{"query": r.document, "variables": r.vars, "operationName": operationName(r.document)},
	})
	if refused, ok := errors.AsType[*provider.Error](err); ok {
		var w wireAnswer
		if json.Unmarshal(refused.Body, &w) == nil && len(w.Errors) > 0 {
			refused.Message, refused.RequestID = c.clean(r, w.Errors[0].words()), w.Errors[0].trace()
		}
	}
	if err != nil {
		return err
	}
	refuse := func(message, trace string, unclear bool) error {
		return &provider.Error{
			Vendor: vendor, Op: r.op, Status: a.Status, RequestID: trace, Message: c.clean(r, message), Body: a.Body, Ambiguous: mutation && unclear,
			Absent: strings.Contains(strings.ToLower(message), " not found"),
		}
	}
	if strings.HasPrefix(strings.TrimSpace(string(a.Body[:min(64, len(a.Body))])), "<") {
		return refuse("an HTML page instead of JSON (a proxy in front of Railway answered)", "", true)
	}
	var w wireAnswer
	if err := a.Into(&w); err != nil {
		return refuse(err.Error(), "", true)
	}
	if len(w.Errors) > 0 {
		e := w.Errors[0]
		return refuse(e.words(), e.trace(), e.unclear())
	}
	if err := json.Unmarshal(w.Data, v); err != nil {
		return refuse("the answer has another shape than the schema says", "", true)
	}
	return nil
}

// in is ask for the resolved target, whose ids it adds to the variables that the document declares.
func (c *Client) in(ctx context.Context, r request, v any) error {
	t, err := c.Target(ctx)
	if err != nil {
		return err
	}
	if r.vars == nil {
		r.vars = map[string]any{}
	}
	if strings.Contains(r.document, "$projectId:") {
		r.vars["projectId"] = t.ProjectID
	}
	if strings.Contains(r.document, "$environmentId:") {
		r.vars["environmentId"] = t.EnvironmentID
	}
	r.login = t.login
	return c.ask(ctx, r, v)
}

// operationName is the word after query or mutation.
func operationName(document string) string {
	_, rest, _ := strings.Cut(document, " ")
	if i := strings.IndexAny(rest, "( {"); i >= 0 {
		return rest[:i]
	}
	return rest
}

// pause waits, or returns the context's cause.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
