// Package vercel is a client of Vercel's REST API for one project: deployments of commits and of files, promotion and
// the way back, variables, build logs, and what is to be known of the account.
package vercel

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

const (
	vendor        = "vercel"
	framework     = "nextjs" // what the service client is built with
	uploadTimeout = 10 * time.Minute
)

// Options make a Client.
type Options struct {
	Base    string         // "https://api.vercel.com", or an emulator's address
	Token   release.Secret // an access token
	Project string         // name or id, as release.yaml pins it
	Team    string         // id (team_…) or slug; "" for a personal account
	Root    string         // the app's folder in the repository, with slashes; "" for the repository itself
	// VercelJSON reads vercel.json of that folder, as it is pushed: it can turn Vercel's own Git deploys off. Nil, or
	// fs.ErrNotExist, is a folder without one.
	VercelJSON func() ([]byte, error)
	// Bypass lets smoke checks through deployment protection. The API never needs it: it is held here so that no
	// error shows it, should Vercel repeat it (a project's answer has it as a key).
	Bypass    release.Secret
	Transport http.RoundTripper
}

// Client talks to one project. It is safe for several goroutines.
type Client struct {
	api, files *provider.Door
	project    string
	team       string
	root       string
	config     func() ([]byte, error)
	scheme     string // of deployed addresses: the emulator's are http, as its API is
	bypass     release.Secret
	secrets    []release.Secret

	writing chan struct{} // one write of variables at a time: Vercel refuses a second one
}

// New makes a client; it sends nothing.
func New(o Options) (*Client, error) {
	if o.Token.Empty() {
		return nil, errors.New("vercel: the token is empty")
	}
	if o.Project == "" {
		return nil, errors.New("vercel: no project is pinned")
	}
	door := provider.Options{Vendor: vendor, Base: o.Base, Transport: o.Transport, Header: func(h http.Header) {
		h.Set("Authorization", "Bearer "+o.Token.Reveal())
	}}
	api, err := provider.NewDoor(door)
	if err != nil {
		return nil, err
	}
	door.Timeout = uploadTimeout
	files, err := provider.NewDoor(door)
	if err != nil {
		return nil, err
	}
	scheme, _, _ := strings.Cut(o.Base, "://")
	return &Client{
		api: api, files: files, project: o.Project, team: o.Team, root: strings.Trim(path.Clean("/"+o.Root), "/"), config: o.VercelJSON,
		scheme: scheme, bypass: o.Bypass, secrets: []release.Secret{o.Token, o.Bypass}, writing: make(chan struct{}, 1),
	}, nil
}

// Close lets go of the idle connections.
func (c *Client) Close() {
	c.api.Close()
	c.files.Close()
}

// send sends a call within our team's scope and decodes the answer into v, unless v is nil.
func (c *Client) send(ctx context.Context, call provider.Call, v any) error {
	return c.sendBy(ctx, c.api, call, v)
}

func (c *Client) sendBy(ctx context.Context, door *provider.Door, call provider.Call, v any) error {
	call.Query = c.scoped(call.Query)
	return c.sendAs(ctx, door, call, v)
}

// sendAs sends a call as it is: that of the person behind the token has no team.
func (c *Client) sendAs(ctx context.Context, door *provider.Door, call provider.Call, v any) error {
	a, err := door.Do(ctx, call)
	if err != nil {
		return c.clean(err)
	}
	if v == nil {
		return nil
	}
	if err := a.Into(v); err != nil {
		// A write that answered with something else may well have been carried out.
		wrote := call.Method == http.MethodPost && !call.Repeat
		return &provider.Error{Vendor: vendor, Op: call.Op, Status: a.Status, Message: err.Error(), Body: a.Body, Ambiguous: wrote}
	}
	return nil
}

// scoped adds the team: without it a team's project is answered with 404.
func (c *Client) scoped(q url.Values) url.Values {
	if c.team == "" {
		return q
	}
	if q == nil {
		q = url.Values{}
	}
	if strings.HasPrefix(c.team, "team_") {
		q.Set("teamId", c.team)
	} else {
		q.Set("slug", c.team)
	}
	return q
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
