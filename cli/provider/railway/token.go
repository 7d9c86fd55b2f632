package railway

import (
	"context"
	"fmt"
	"strings"

	"readme/cli/provider"
)

// examineToken tells which kind of token it is, and what it opens.
func (c *Client) examineToken(ctx context.Context, t Target) []provider.Finding {
	page := c.projectTokensPage(t)
	if t.login == byProjectToken {
		return []provider.Finding{{
			What: "token", Mood: provider.Good, Page: page,
			Text: fmt.Sprintf("a project token: it opens the environment %s of the project %s, and nothing else", t.Environment, t.Project),
		}}
	}
	in, err := c.workspaces(ctx)
	names := make([]string, len(in))
	for i, w := range in {
		names[i] = w.Name
	}
	opens := "workspace " + strings.Join(names, ", ")
	if len(in) != 1 {
		opens = fmt.Sprintf("%d workspaces (%s)", len(in), strings.Join(names, ", "))
	}
	if err != nil {
		opens = "what Railway does not tell"
	}
	me, err := c.me(ctx)
	if err != nil {
		return []provider.Finding{{What: "token", Mood: provider.Good, Page: page, Text: "a workspace token: it opens " + opens}}
	}
	return []provider.Finding{{
		What: "token", Mood: provider.Warn, Page: page,
		Text: fmt.Sprintf("an account token of %s: it opens %s, which is more than a release needs; a project token is enough", me.who(), opens),
	}}
}

type wireMe struct {
	Name      string     `json:"name"`
	Email     string     `json:"email"`
	RateLimit *wireLimit `json:"apiTokenRateLimit"`
}

type wireLimit struct {
	Remaining int    `json:"remainingPoints"`
	Resets    string `json:"resetsAt"`
}

func (m wireMe) who() string {
	if m.Name != "" {
		return m.Name
	}
	return m.Email
}

// me answers to account tokens alone.
func (c *Client) me(ctx context.Context) (wireMe, error) {
	var a struct {
		Me wireMe `json:"me"`
	}
	err := c.ask(ctx, request{op: "read whose token it is", document: meQuery, login: byBearer}, &a)
	return a.Me, err
}

// examineLimits tells what Railway says of its limits, if it does.
func (c *Client) examineLimits(ctx context.Context, t Target) provider.Finding {
	f := provider.Finding{What: "rate limit", Mood: provider.Good}
	if t.login == byBearer {
		if me, err := c.me(ctx); err == nil && me.RateLimit != nil {
			f.Text = fmt.Sprintf("%d calls are left until %s", me.RateLimit.Remaining, me.RateLimit.Resets)
			return f
		}
	}
	u := c.Usage()
	for _, name := range []string{"X-Ratelimit-Remaining", "X-Ratelimit-Limit", "Ratelimit-Policy"} {
		if v := u.Limits[name]; v != "" {
			f.Text = fmt.Sprintf("Railway says %s: %s", name, v)
			return f
		}
	}
	f.Mood, f.Text = provider.Unsure, fmt.Sprintf("Railway does not tell; this took %d calls", u.Requests)
	return f
}
