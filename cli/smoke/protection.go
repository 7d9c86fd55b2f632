package smoke

import (
	"net/http"
	"net/url"
	"strings"

	"readme/cli/release"
)

const bypassHeader = "X-Vercel-Protection-Bypass"

// protected reports whether Vercel's deployment protection answered instead of the product: a 401 that sets
// _vercel_sso_nonce, or a redirect to vercel.com/sso-api.
func (a *answer) protected() bool {
	if a.status == http.StatusUnauthorized {
		return strings.Contains(strings.Join(a.header.Values("Set-Cookie"), "\n"), "_vercel_sso_nonce=")
	}
	to, err := url.Parse(a.header.Get("Location"))
	return a.status/100 == 3 && err == nil && to.Hostname() == "vercel.com" && strings.HasPrefix(to.Path, "/sso-api")
}

// bypassed reports whether the request was sent with a secret that opens a protected deployment.
func (r request) bypassed(env Env) bool {
	for name, value := range r.headers {
		if http.CanonicalHeaderKey(name) == bypassHeader && value != "" {
			return true
		}
	}
	u, err := url.Parse(r.url)
	return err == nil && env.Headers != nil && env.Headers(u).Get(bypassHeader) != ""
}

// protection says that the product was not reached, which is no word about the product.
func protection(bypassed bool) *release.Fault {
	f := &release.Fault{
		Title: "Vercel's deployment protection answered, not the client",
		Detail: "the deployment may be well, but it lets nobody in without the project's bypass secret " +
			"(Vercel: Settings, Deployment Protection, Protection Bypass for Automation)",
		Try: "export VERCEL_AUTOMATION_BYPASS_SECRET=…",
	}
	if bypassed {
		f.Detail = "the deployment may be well, but the bypass secret that the check was sent with is none of the project's, or not any more " +
			"(Vercel: Settings, Deployment Protection, Protection Bypass for Automation)"
	}
	return f
}
