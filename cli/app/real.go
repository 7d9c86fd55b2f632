package app

import (
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/spec"
)

// The vendors' own addresses. Each can be set by a variable, which is how a running box stands in for them.
const (
	railwayAPI = "https://backboard.railway.com"
	vercelAPI  = "https://api.vercel.com"
	pipecatAPI = "https://api.pipecat.daily.co"
)

// realAccess takes the tokens from the environment's values file and from the process.
func (a *app) realAccess(ctx context.Context, p *project, e spec.Environment) (access, error) {
	values, err := a.given(ctx, p, e)
	if err != nil {
		return access{}, err
	}
	for _, d := range p.rel.Deploy {
		if d.To == "railway" && d.Source == "commit" {
			return access{}, &release.Fault{
				Title: "deploying a commit through Railway's own Git connection is not part of this version", Where: &d.At,
				Detail: "only the box and `source: upload` are", Try: "set source: upload for " + d.Name, Exit: release.ExitInvalid,
			}
		}
	}
	acc := access{
		railway: a.base("RAILWAY_API_URL", railwayAPI), vercel: a.base("VERCEL_API_URL", vercelAPI),
		pipecat: a.base("PIPECAT_API_HOST", pipecatAPI), supabase: values["SUPABASE_URL"].Reveal(),
		railwayToken: values["RAILWAY_TOKEN"], vercelToken: values["VERCEL_TOKEN"], pipecatKey: values["PIPECAT_PRIVATE_KEY"],
		supabaseKey: values["SUPABASE_SECRET_KEY"], bypass: values["VERCEL_AUTOMATION_BYPASS_SECRET"], database: values["DATABASE_URL"],
		railwayProject: e.Targets.Railway.Project, railwayEnvironment: e.Targets.Railway.Environment,
		vercelProject: e.Targets.Vercel.Project, vercelTeam: e.Targets.Vercel.Team, pipecatName: e.Targets.Pipecat.Agent,
		values: values,
	}
	acc.emulated, err = emulated(acc)
	return acc, err
}

func (a *app) base(variable, vendors string) string {
	if v, ok := a.sys.Lookup(variable); ok {
		return v
	}
	return vendors
}

// emulated reports whether none of the addresses is a vendor's own. A mixture is refused: half of a release would be
// real.
func emulated(acc access) (bool, error) {
	var real, others []string
	for name, at := range map[string]struct{ url, host string }{
		"railway": {acc.railway, ".railway.com"}, "vercel": {acc.vercel, ".vercel.com"},
		"pipecat": {acc.pipecat, ".daily.co"}, "supabase": {acc.supabase, ".supabase.co"},
	} {
		u, err := url.Parse(at.url)
		if err == nil && strings.HasSuffix(u.Hostname(), at.host) {
			real = append(real, name)
		} else {
			others = append(others, name)
		}
	}
	if len(real) > 0 && len(others) > 0 {
		slices.Sort(real)
		slices.Sort(others)
		return false, &release.Fault{
			Title:    "real and emulated vendors in one environment",
			Detail:   "a release would be real in one half and pretended in the other",
			Evidence: []release.Evidence{{Label: "addresses", Lines: []string{"the vendors' own: " + strings.Join(real, ", "), "others: " + strings.Join(others, ", ")}}},
			Try:      "unset RAILWAY_API_URL VERCEL_API_URL PIPECAT_API_HOST", Exit: release.ExitInvalid,
		}
	}
	return len(real) == 0, nil
}

// given reads the values that this process was given. Those that only a vendor has are asked for there, by the facts.
func (a *app) given(ctx context.Context, p *project, e spec.Environment) (map[string]release.Secret, error) {
	path := ""
	if e.Values != "" {
		path = filepath.Join(p.near, e.Values)
	}
	values, faults := env.Given(ctx, e, path, a.sys.Lookup, p.matrix)
	vendorsHave := func(string, string) bool { return true }
	for _, f := range env.Missing(e, path, p.matrix, values, vendorsHave) {
		faults = append(faults, f.Fault())
	}
	if len(faults) > 0 {
		return values, faults
	}
	return values, nil
}

// databaseName is a database's address without anything secret: host and name.
func databaseName(s release.Secret) string {
	u, err := url.Parse(s.Reveal())
	if err != nil || u.Host == "" {
		return "unknown"
	}
	return u.Host + u.Path
}
