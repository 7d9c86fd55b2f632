package railway

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"readme/cli/provider"
	"readme/cli/release"
)

// Examine looks at Railway for doctor, and changes nothing: the token and what it opens, the pinned project and
// environment, each of the services, what would race a release, and whether Railway's API still knows our calls. It
// always says something of each, be it that it could not look.
func (c *Client) Examine(ctx context.Context, services []string) []provider.Finding {
	t, err := c.Target(ctx)
	if err != nil {
		return []provider.Finding{c.noTarget(err), c.examineSchema(ctx)}
	}
	out := c.examineToken(ctx, t)
	out = append(out,
		provider.Finding{What: "project", Mood: provider.Good, Text: t.Project + " (" + t.ProjectID + ")", Page: c.projectPage(t)},
		c.examineEnvironment(ctx, t))
	for _, s := range services {
		out = append(out, c.examineService(ctx, t, s)...)
	}
	return append(out, c.examineSchema(ctx), c.examineLimits(ctx, t))
}

// noTarget is the finding of a token that opens nothing that is pinned.
func (c *Client) noTarget(err error) provider.Finding {
	f := provider.Finding{What: "token", Mood: provider.Bad, Text: err.Error(), Page: c.outside(tokensPage)}
	fault, ok := errors.AsType[*release.Fault](err)
	if !ok { // no answer, or one that says nothing: not the token's fault
		f.What, f.Mood, f.Page = "railway", provider.Unsure, ""
		return f
	}
	for _, e := range fault.Evidence {
		f.Text += "; " + strings.Join(e.Lines, "; ")
	}
	return f
}

func (c *Client) examineEnvironment(ctx context.Context, t Target) provider.Finding {
	f := provider.Finding{What: "environment", Mood: provider.Good, Text: t.Environment + " (" + t.EnvironmentID + ")", Page: c.projectPage(t)}
	switch n, known, err := c.staged(ctx); {
	case err != nil || !known:
		f.Mood, f.Text = provider.Unsure, f.Text+", whose staged changes Railway does not tell"
	case n > 0:
		f.Mood, f.Text = provider.Warn, fmt.Sprintf("%s, with %d staged changes that a release does not apply: deploy or discard them", f.Text, n)
	}
	return f
}

func (c *Client) examineService(ctx context.Context, t Target, service string) []provider.Finding {
	f := provider.Finding{What: "service " + service, Page: c.projectPage(t)}
	unsure := func(err error) []provider.Finding {
		f.Mood, f.Text = provider.Unsure, "it cannot be read: "+err.Error()
		if _, ok := errors.AsType[*release.Fault](err); ok {
			f.Mood, f.Text = provider.Bad, err.Error()
		}
		return []provider.Finding{f}
	}
	id, _, err := c.lookup(ctx, service)
	if err == nil && id == "" {
		err = c.elsewhere(ctx, service)
	}
	if err != nil {
		return unsure(err)
	}
	if id == "" {
		f.Mood, f.Text = provider.Good, "there is none yet; the first release makes it"
		return []provider.Finding{f}
	}
	f.Page = c.settingsPage(t, id)
	in, err := c.instance(ctx, service)
	if err != nil {
		return unsure(err)
	}
	live, err := c.Live(ctx, service)
	if err != nil {
		return unsure(err)
	}
	f.Mood, f.Text = provider.Good, c.describe(in, live)
	if live.ID != "" && live.State != provider.Live {
		f.Mood = provider.Warn
	}
	out := []provider.Finding{f}
	if in.repo() == "" && in.image() == "" {
		out = append(out, provider.Finding{
			What: "repository of " + service, Mood: provider.Unsure, Page: c.outside(githubAppPage),
			Text: "none is connected, which uploads do not need; for source: commit the release connects it, and Railway's GitHub app must be allowed to read it, which a person says to GitHub",
		})
	}
	return append(out, c.examineRaces(ctx, t, service, id)...)
}

func (c *Client) describe(in wireInstance, live provider.Deployment) string {
	from := "uploads"
	switch {
	case in.repo() != "":
		from = "the repository " + in.repo()
	case in.image() != "":
		from = "the image " + in.image()
	}
	serves := "nothing was deployed yet"
	if live.ID != "" {
		serves = "deployment " + live.ID + " is " + live.Raw
		if live.URL != "" {
			serves += " at " + live.URL
		}
	}
	return "deployed from " + from + "; " + serves
}

// examineRaces are the warnings about the service alone, as findings.
func (c *Client) examineRaces(ctx context.Context, t Target, service, id string) []provider.Finding {
	on, known, err := c.autoDeploys(ctx, id)
	switch {
	case err != nil || !known:
		return []provider.Finding{{
			What: "deploys on a push", Mood: provider.Unsure, Page: c.settingsPage(t, id),
			Text: "whether Railway deploys " + service + " by itself cannot be read with this token",
		}}
	case on:
		return []provider.Finding{{
			What: "deploys on a push", Mood: provider.Warn, Page: c.settingsPage(t, id),
			Text: "Railway deploys " + service + " by itself on every push, beside a release: turn automatic deploys off, under Source",
		}}
	}
	return nil
}

func (c *Client) examineSchema(ctx context.Context) provider.Finding {
	f := provider.Finding{What: "API", Mood: provider.Good}
	s, err := c.readSchema(ctx)
	if err != nil {
		f.Mood, f.Text = provider.Unsure, "Railway does not show its schema: "+err.Error()
		return f
	}
	needed, optional := documents()
	broken, old := s.drift(needed)
	missed, aging := s.drift(optional)
	switch {
	case len(broken) > 0:
		f.Mood, f.Text = provider.Bad, "Railway's API has changed, and a release would fail: "+strings.Join(broken, "; ")
	case len(missed) > 0:
		f.Mood, f.Text = provider.Warn, "Railway's API has changed; a release goes through without: "+strings.Join(missed, "; ")
	case len(old)+len(aging) > 0:
		f.Mood, f.Text = provider.Warn, "Railway will drop what we use: "+strings.Join(append(old, aging...), "; ")
	default:
		f.Text = fmt.Sprintf("Railway's schema of today knows all %d of our calls", len(needed)+len(optional))
	}
	return f
}
