package vercel

import (
	"context"
	"fmt"

	"readme/cli/provider"
)

// examineDomain looks at what people type. A record at somebody's DNS takes a person.
func (c *Client) examineDomain(ctx context.Context, p wireProject) []provider.Finding {
	all, err := c.domains(ctx, p)
	if err != nil {
		return []provider.Finding{unsure("domain", err)}
	}
	page := c.page(p, "settings/domains")
	var out []provider.Finding
	for _, d := range all {
		if !d.Verified {
			f := provider.Finding{What: "domain", Text: d.Name + " waits for a record in its DNS", Mood: provider.Warn, Page: page}
			if len(d.Verification) > 0 {
				v := d.Verification[0]
				f.Text += fmt.Sprintf(": %s %s %s", v.Type, v.Domain, v.Value)
			}
			out = append(out, f)
		}
	}
	if name := best(all); name != "" {
		return append(out, provider.Finding{What: "domain", Text: name + " is the address of production", Mood: provider.Good})
	}
	return append(out, provider.Finding{What: "domain", Text: "production has no address yet", Mood: provider.Warn, Page: page})
}

func (c *Client) examineGit(p wireProject) []provider.Finding {
	page := c.page(p, "settings/git")
	if why := p.unfit("", c.root); why != "" {
		return []provider.Finding{{What: "git", Text: why + ": it is deployed from files (`source: upload`)", Mood: provider.Warn, Page: page}}
	}
	out := []provider.Finding{{What: "git", Text: "it is connected to " + p.Link.name(), Mood: provider.Good}}
	branch := either(p.Link.Branch, "main")
	on, err := c.deploysItself(branch)
	switch {
	case err != nil:
		out = append(out, unsure("git", err))
	case on:
		out = append(out, provider.Finding{
			What: "git", Mood: provider.Warn, Page: page,
			Text: "Vercel deploys each push to " + branch + " by itself, beside readme-ops. " + c.turnOff(p),
		})
	}
	return out
}

// examineProtection asks whether smoke checks get in where the project asks for a login.
func (c *Client) examineProtection(ctx context.Context, p wireProject) provider.Finding {
	f := provider.Finding{What: "protection", Mood: provider.Good, Page: ""}
	name, _ := c.domain(ctx, p)
	staged, domain := p.locked(name)
	where := "the addresses of deployments ask"
	if domain {
		where = "the addresses of deployments and the domain ask"
	}
	_, known := p.Bypass[c.bypass.Reveal()]
	switch {
	case !staged && !domain:
		f.Text = "production addresses are open"
	case c.bypass.Empty():
		f.Mood = provider.Bad
		f.Text = where + " for a login, and smoke checks were given no VERCEL_AUTOMATION_BYPASS_SECRET"
	case len(p.Bypass) > 0 && !known:
		f.Mood = provider.Bad
		f.Text = where + " for a login, and VERCEL_AUTOMATION_BYPASS_SECRET is none of the project's secrets (any more)"
	default:
		f.Text = where + " for a login; smoke checks have the secret"
	}
	if f.Mood == provider.Bad {
		f.Page = c.page(p, "settings/deployment-protection")
		f.Try = "export VERCEL_AUTOMATION_BYPASS_SECRET=..."
	}
	return f
}
