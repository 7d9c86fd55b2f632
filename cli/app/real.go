package app

import (
	"context"
	"net/url"
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
	values, err := env.Values(ctx, e, p.dir, a.sys.Lookup, p.matrix)
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
	base := func(name, otherwise string) string {
		if v, ok := a.sys.Lookup(name); ok {
			return v
		}
		return otherwise
	}
	return access{
		railway: base("RAILWAY_API_URL", railwayAPI), vercel: base("VERCEL_API_URL", vercelAPI),
		pipecat: base("PIPECAT_API_HOST", pipecatAPI), supabase: values["SUPABASE_URL"].Reveal(),
		railwayToken: values["RAILWAY_TOKEN"], vercelToken: values["VERCEL_TOKEN"], pipecatKey: values["PIPECAT_PRIVATE_KEY"],
		supabaseKey: values["SUPABASE_SECRET_KEY"], bypass: values["VERCEL_AUTOMATION_BYPASS_SECRET"], database: values["DATABASE_URL"],
		railwayProject: e.Targets.Railway.Project, railwayEnvironment: e.Targets.Railway.Environment,
		vercelProject: e.Targets.Vercel.Project, vercelTeam: e.Targets.Vercel.Team, pipecatName: e.Targets.Pipecat.Agent,
		values: values,
	}, nil
}

// missingTokens names what readme-ops itself would need to look into an environment and was not given.
func (a *app) missingTokens(ctx context.Context, p *project, e spec.Environment) []string {
	values, err := env.Values(ctx, e, p.dir, a.sys.Lookup, p.matrix)
	if err != nil {
		return []string{"value that can be used (" + strings.SplitN(err.Error(), "\n", 2)[0] + ")"}
	}
	var out []string
	for _, v := range p.matrix.Of("ops") {
		if s, ok := values[v.Name]; v.RequiredIn(e.Name) && (!ok || s.Empty()) {
			out = append(out, v.Name)
		}
	}
	return out
}

// databaseName is a database's address without anything secret: host and name.
func databaseName(s release.Secret) string {
	u, err := url.Parse(s.Reveal())
	if err != nil || u.Host == "" {
		return "unknown"
	}
	return u.Host + u.Path
}
