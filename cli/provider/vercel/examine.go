package vercel

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"readme/cli/provider"
)

// Examine looks at the token, the team and the project for doctor, and changes nothing.
func (c *Client) Examine(ctx context.Context) []provider.Finding {
	out := []provider.Finding{c.examineToken(ctx)}
	if out[0].Mood == provider.Bad {
		return out
	}
	if c.team != "" {
		out = append(out, c.examineTeam(ctx))
	}
	p, found, err := c.lookup(ctx)
	switch {
	case err != nil:
		return append(out, unsure("project", err))
	case !found:
		return append(out, provider.Finding{
			What: "project", Mood: provider.Warn, Text: c.project + " does not exist in " + c.scope() + ": the first release makes it",
		})
	}
	out = append(out, c.examineProject(p)...)
	out = append(out, c.examineDomain(ctx, p)...)
	out = append(out, c.examineGit(p)...)
	return append(out, c.examineProtection(ctx, p), c.examineLimit(ctx, p))
}

func unsure(what string, err error) provider.Finding {
	return provider.Finding{What: what, Text: "it could not be looked at: " + err.Error(), Mood: provider.Unsure}
}

const tokensPage = "https://vercel.com/account/settings/tokens"

func (c *Client) examineToken(ctx context.Context) provider.Finding {
	var who struct {
		User struct {
			Username string `json:"username"`
			Email    string `json:"email"`
		} `json:"user"`
	}
	err := c.sendAs(ctx, c.api, provider.Call{Op: "read the token's user", Method: http.MethodGet, Path: "/v2/user"}, &who)
	f := provider.Finding{What: "token", Mood: provider.Good}
	switch s := provider.StatusOf(err); {
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		f.Text, f.Mood, f.Page = "Vercel does not accept VERCEL_TOKEN: it is wrong or has expired", provider.Bad, tokensPage
		return f
	case err != nil:
		return unsure("token", err)
	}
	f.Text = "VERCEL_TOKEN is of " + either(who.User.Username, who.User.Email)
	ends, known := c.tokenEnds(ctx)
	const soon = 14 * 24 * time.Hour
	switch {
	case !known:
		f.Text += "; Vercel does not say until when"
	case ends.IsZero():
		f.Text += ", without an end"
	default:
		f.Text += ", until " + ends.UTC().Format(time.DateOnly)
		if time.Until(ends) < soon {
			f.Mood, f.Page = provider.Warn, tokensPage
		}
	}
	return f
}

// tokenEnds reads until when the token is good; zero is for ever. That it answers to the word "current" is likely, not
// documented.
func (c *Client) tokenEnds(ctx context.Context) (ends time.Time, known bool) {
	var a struct {
		Token struct {
			ID        string `json:"id"`
			ExpiresAt int64  `json:"expiresAt"`
		} `json:"token"`
	}
	err := c.sendAs(ctx, c.api, provider.Call{Op: "read the token", Method: http.MethodGet, Path: "/v5/user/tokens/current"}, &a)
	if err != nil || a.Token.ID == "" {
		return time.Time{}, false
	}
	if a.Token.ExpiresAt == 0 {
		return time.Time{}, true
	}
	return time.UnixMilli(a.Token.ExpiresAt), true
}

func (c *Client) examineTeam(ctx context.Context) provider.Finding {
	var team struct {
		ID   string `json:"id"`
		Slug string `json:"slug"`
		Name string `json:"name"`
	}
	err := c.sendAs(ctx, c.api, provider.Call{Op: "read the team", Method: http.MethodGet, Path: "/v2/teams/" + url.PathEscape(c.team)}, &team)
	switch s := provider.StatusOf(err); {
	case s == http.StatusUnauthorized || s == http.StatusForbidden || s == http.StatusNotFound:
		return provider.Finding{What: "team", Text: "the token may not enter team " + c.team + ", or there is none", Mood: provider.Bad, Page: tokensPage}
	case err != nil:
		return unsure("team", err)
	}
	return provider.Finding{What: "team", Text: fmt.Sprintf("%s (%s, %s)", either(team.Name, team.Slug), team.Slug, team.ID), Mood: provider.Good}
}

func (c *Client) examineProject(p wireProject) []provider.Finding {
	out := []provider.Finding{{What: "project", Text: c.project + " is " + p.ID, Mood: provider.Good}}
	add := func(mood provider.Mood, text, page string) {
		out = append(out, provider.Finding{What: "project", Text: text, Mood: mood, Page: c.page(p, page)})
	}
	if p.Paused {
		add(provider.Bad, "it is paused: nothing that is deployed is served", "settings")
	}
	if present(p.RollingRelease) {
		add(provider.Bad, "it uses rolling releases, which readme-ops does not steer", "settings/build-and-deployment")
	}
	if p.Framework != "" && p.Framework != framework {
		add(provider.Warn, "it builds for "+p.Framework+", and readme-ops deploys it as "+framework, "settings/build-and-deployment")
	}
	if p.LastAliasRequest.undone() {
		add(provider.Warn, "since the last rollback, "+frozen, "deployments")
	}
	return out
}

// examineLimit counts the deployments of a day: on the free plan, the account may make a hundred.
func (c *Client) examineLimit(ctx context.Context, p wireProject) provider.Finding {
	const free, near = 100, 80
	since := time.Now().Add(-24 * time.Hour).UnixMilli()
	all, err := c.list(ctx, p, url.Values{"since": {strconv.FormatInt(since, 10)}})
	if err != nil {
		return unsure("limits", err)
	}
	n := len(slices.DeleteFunc(all, func(w wireDeployment) bool { return w.created().UnixMilli() < since }))
	f := provider.Finding{What: "limits", Mood: provider.Good, Text: fmt.Sprintf("%d deployments of this project in 24 hours (the free plan allows %d in all)", n, free)}
	if n >= near {
		f.Mood = provider.Warn
	}
	return f
}

// vercels reports whether a domain is one that Vercel has given.
func vercels(domain string) bool { return strings.HasSuffix(domain, ".vercel.app") }
