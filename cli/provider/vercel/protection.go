package vercel

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"readme/cli/provider"
	"readme/cli/release"
)

// bypassPattern is what Vercel takes as a secret that somebody else has made up.
const bypassPattern = `^[a-zA-Z0-9]{32}$`

// locked says which addresses of production ask for a login: those of deployments, and the domain.
func (p wireProject) locked(domain string) (deployments, atDomain bool) {
	custom := !vercels(domain)
	return p.SSO.generated() || p.Password.generated(), p.SSO.domain(custom) || p.Password.domain(custom)
}

// letIn gives the project the secret with which smoke checks come in, as they were given it: a new project asks for a
// login, and knows no secret. A secret that Vercel would not take is left to doctor.
func (c *Client) letIn(ctx context.Context, p wireProject) error {
	if !regexp.MustCompile(bypassPattern).MatchString(c.bypass.Reveal()) {
		return nil
	}
	if _, known := p.Bypass[c.bypass.Reveal()]; known {
		return nil
	}
	var body struct {
		Generate struct {
			Secret string `json:"secret"`
		} `json:"generate"`
	}
	body.Generate.Secret = c.bypass.Reveal()
	err := c.send(ctx, provider.Call{
		Op: "give the project the secret of smoke checks", Method: http.MethodPatch, Repeat: true, Hide: []release.Secret{c.bypass},
		Path: "/v1/projects/" + url.PathEscape(p.ID) + "/protection-bypass", JSON: body,
	}, nil)
	if provider.StatusOf(err) == http.StatusConflict { // the first try of a call that was repeated
		return nil
	}
	return err
}

// lockWarning says that smoke checks would meet a login; "" if they would not.
func (c *Client) lockWarning(p wireProject, found bool) string {
	const give = "export VERCEL_AUTOMATION_BYPASS_SECRET="
	staged, _ := p.locked("")
	switch {
	case !c.bypass.Empty():
	case !found:
		return "A new Vercel project asks for a login at the addresses of its deployments. To let smoke checks in, " + give + "32 letters and digits of your own"
	case staged:
		return "Vercel asks for a login at the addresses of deployments. To let smoke checks in, " + give + "a secret of " + c.page(p, "settings/deployment-protection")
	}
	return ""
}
