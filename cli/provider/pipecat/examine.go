package pipecat

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"readme/cli/provider"
)

// dashboard is where a person sees to keys, images and bills.
const dashboard = "https://pipecat.daily.co"

// kindOfKey says in a word what a key seems to be, by how it begins.
func kindOfKey(key string) string {
	switch {
	case strings.HasPrefix(key, "sk_"):
		return "private"
	case strings.HasPrefix(key, "pcc_pat_"):
		return "personal"
	}
	return "unknown"
}

// Examine looks at the key, the agent, its secret set ("" for none) and its region ("" where pcc-deploy.toml leaves it
// open), and changes nothing.
func (c *Client) Examine(ctx context.Context, set, region string) []provider.Finding {
	token, ok := c.examineKey(ctx)
	findings := []provider.Finding{token}
	if !ok {
		return findings
	}
	a, found, err := c.get(ctx)
	findings = append(findings, c.examineAgent(a, found, err))
	home := cmp.Or(a.Region, region, c.region)
	findings = append(findings, c.examineRegion(ctx, a, home, cmp.Or(region, c.region)))
	if set != "" {
		findings = append(findings, c.examineSet(ctx, set, home))
	}
	return append(findings, provider.Finding{
		What: "billing", Mood: provider.Unsure, Page: dashboard,
		Text: "the API does not tell whether there is a payment method or a spend limit: without one, no session starts (PCC-1004)",
	})
}

func (c *Client) examineKey(ctx context.Context) (f provider.Finding, ok bool) {
	f = provider.Finding{What: "token", Page: dashboard}
	_, err := c.do(ctx, provider.Call{Op: "list the agents", Method: http.MethodGet, Path: "/v1/agents"})
	switch status := provider.StatusOf(err); {
	case err == nil && c.kind == "private":
		f.Mood, f.Text, f.Page = provider.Good, "PIPECAT_PRIVATE_KEY is a private key, and it is taken", ""
		return f, true
	case err == nil:
		f.Mood, f.Text = provider.Warn, "PIPECAT_PRIVATE_KEY is taken, though it does not begin with sk_ as private keys do"
		return f, true
	case c.kind == "personal" && status != 0:
		f.Mood, f.Text = provider.Bad, "PIPECAT_PRIVATE_KEY is a personal access token, which is for the vendor's own tool: make a private key"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.Mood, f.Text = provider.Bad, "PIPECAT_PRIVATE_KEY is not taken: it was revoked, or belongs to another organization, or is a public key"
	default:
		f.Mood, f.Text, f.Page = provider.Unsure, "PIPECAT_PRIVATE_KEY could not be tried: "+err.Error(), ""
	}
	return f, false
}

func (c *Client) examineAgent(a agent, found bool, err error) provider.Finding {
	f := provider.Finding{What: "agent " + c.agent, Mood: provider.Good}
	switch {
	case err != nil:
		f.Mood, f.Text = provider.Unsure, "it cannot be read: "+err.Error()
	case !found:
		f.Text = "does not exist yet: the first release makes it"
	default:
		d := c.deployment(a, a.desired())
		f.Text = fmt.Sprintf("%s in %s, %d sessions now", d.Raw, cmp.Or(a.Region, "an unknown region"), a.Sessions)
		if d.State == provider.Failed {
			f.Mood, f.Text, f.Page = provider.Warn, f.Text+": "+d.Why, dashboard
		}
	}
	return f
}

func (c *Client) examineRegion(ctx context.Context, a agent, home, asked string) provider.Finding {
	f := provider.Finding{What: "region", Mood: provider.Good}
	if a.Region != "" && asked != "" && a.Region != asked {
		f.Mood = provider.Bad
		f.Text = fmt.Sprintf("pcc-deploy.toml says %s, and the agent is in %s: an agent cannot move, so write %s there", asked, a.Region, a.Region)
		return f
	}
	if home == "" {
		f.Text = "the organization's default: pcc-deploy.toml names none"
		return f
	}
	answer, err := c.do(ctx, provider.Call{Op: "list the regions", Method: http.MethodGet, Path: "/v1/regions"})
	var w struct {
		Regions []struct {
			Code string `json:"code"`
		} `json:"regions"`
	}
	if err == nil {
		err = answer.Into(&w)
	}
	var codes []string
	for _, r := range w.Regions {
		codes = append(codes, r.Code)
	}
	switch {
	case err != nil || len(codes) == 0:
		f.Mood, f.Text = provider.Unsure, home+"; the vendor does not tell its regions"
	case !slices.Contains(codes, home):
		f.Mood, f.Text = provider.Bad, fmt.Sprintf("%s is none of the vendor's: %s", home, strings.Join(codes, ", "))
	default:
		f.Text = home
	}
	return f
}

func (c *Client) examineSet(ctx context.Context, set, home string) provider.Finding {
	f := provider.Finding{What: "secret set " + set, Mood: provider.Good}
	s, found, err := c.Secrets(ctx, set)
	switch {
	case err != nil:
		f.Mood, f.Text = provider.Unsure, "it cannot be read: "+err.Error()
	case !found:
		f.Mood, f.Text = provider.Warn, "does not exist yet: the first release makes it with the values that it is given"
	case s.Status == SetFailed:
		f.Mood, f.Text, f.Page = provider.Bad, "its last change failed: "+s.Why, dashboard
	case home != "" && s.Region != "" && s.Region != home:
		f.Mood, f.Text = provider.Bad, fmt.Sprintf("is in region %s, and the agent in %s: name another set in pcc-deploy.toml, since a set cannot move", s.Region, home)
	case s.Status == SetPending:
		f.Mood, f.Text = provider.Warn, "is still being provisioned"
	default:
		f.Text = fmt.Sprintf("holds %d keys: %s", len(s.Keys), strings.Join(s.Keys, ", "))
	}
	return f
}
