package app

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// The vendors' own addresses. Each can be set by a variable, which is how a running box stands in for them.
const (
	railwayAPI = "https://backboard.railway.com"
	vercelAPI  = "https://api.vercel.com"
	pipecatAPI = "https://api.pipecat.daily.co"
)

// realAccess takes the tokens from the environment's values file and from the process. What is missing is an error, and
// the rest is in the access all the same; a mixture of real and emulated vendors opens nothing.
func (a *app) realAccess(ctx context.Context, p *project, e spec.Environment) (access, error) {
	values, incomplete := a.given(ctx, p, e)
	address := func(vendor, own string) string {
		variable, _ := addressOf(vendor)
		return base(vendor, cmp.Or(values[variable].Reveal(), own))
	}
	acc := access{
		railway: address("railway", railwayAPI), vercel: address("vercel", vercelAPI),
		pipecat: address("pipecat", pipecatAPI), supabase: address("supabase", ""),
		railwayToken: values["RAILWAY_TOKEN"], vercelToken: values["VERCEL_TOKEN"], pipecatKey: values["PIPECAT_PRIVATE_KEY"],
		supabaseKey: values["SUPABASE_SECRET_KEY"], bypass: values["VERCEL_AUTOMATION_BYPASS_SECRET"], database: values["DATABASE_URL"],
		railwayProject: e.Targets.Railway.Project, railwayEnvironment: e.Targets.Railway.Environment,
		vercelProject: e.Targets.Vercel.Project, vercelTeam: e.Targets.Vercel.Team, pipecatName: e.Targets.Pipecat.Agent,
		values: values,
	}
	var err error
	if acc.emulated, err = p.emulated(acc); err != nil {
		return access{}, err
	}
	if err := p.shared(e, values); err != nil {
		return access{}, err
	}
	return acc, incomplete
}

// withOwn is the project's matrix with what readme-ops itself reads, in case it stands nowhere in it: the keys of the
// vendors that the product uses, and the addresses of their APIs. They are read like any other variable.
func (p *project) withOwn() *spec.Matrix {
	with := *p.matrix
	with.Variables = slices.Clone(p.matrix.Variables)
	add := func(v spec.Variable) {
		v.Services = []string{"ops"}
		if !slices.ContainsFunc(with.Variables, func(o spec.Variable) bool { return o.Name == v.Name }) {
			with.Variables = append(with.Variables, v)
		}
	}
	if p.uses("railway") {
		add(spec.Variable{Name: "RAILWAY_TOKEN", About: "Railway project token", Secret: true})
	}
	if p.uses("vercel") {
		add(spec.Variable{Name: "VERCEL_TOKEN", About: "Vercel access token", Secret: true})
		add(spec.Variable{Name: "VERCEL_AUTOMATION_BYPASS_SECRET", About: "lets smoke checks through Vercel's deployment protection", Secret: true, Optional: true})
	}
	if p.uses("pipecat") {
		add(spec.Variable{Name: "PIPECAT_PRIVATE_KEY", About: "Pipecat Cloud private key (sk_...)", Secret: true})
	}
	if p.uses("supabase") {
		add(spec.Variable{Name: "SUPABASE_URL", About: "Supabase project URL", Type: "url"})
		add(spec.Variable{Name: "SUPABASE_SECRET_KEY", About: "server key for storage", Type: "supabase-secret-key", Secret: true})
	}
	if p.rel.Migrations.Dir != "" {
		add(spec.Variable{Name: "DATABASE_URL", About: "Postgres, the direct or session connection", Type: "postgres-url", Secret: true})
	}
	for _, name := range []string{"RAILWAY_API_URL", "VERCEL_API_URL", "PIPECAT_API_HOST"} {
		add(spec.Variable{Name: name, About: "where the vendor's API is", Type: "url", Optional: true})
	}
	return &with
}

// emulated reports whether none of the addresses is a vendor's own. A mixture is refused: half of a release would be
// real. The database and the queue count too: an emulated vendor never gets to see a real one, nor the other way round.
func (p *project) emulated(acc access) (bool, error) {
	var real, others []string
	for name, address := range map[string]release.Secret{"the database": acc.database, "the queue": acc.values["REDIS_URL"]} {
		switch u, err := url.Parse(address.Reveal()); {
		case err != nil || u.Host == "":
		case here(u.Hostname()):
			others = append(others, name)
		default:
			real = append(real, name)
		}
	}
	for name, at := range map[string]struct{ url, host string }{
		"railway": {acc.railway, ".railway.com"}, "vercel": {acc.vercel, ".vercel.com"},
		"pipecat": {acc.pipecat, ".daily.co"}, "supabase": {acc.supabase, ".supabase.co"},
	} {
		if !p.uses(name) || at.url == "" { // not given: told elsewhere
			continue
		}
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
			Evidence: []release.Evidence{{Label: "addresses", Lines: []string{"real: " + strings.Join(real, ", "), "emulated, or on this machine: " + strings.Join(others, ", ")}}},
			Try:      "unset RAILWAY_API_URL VERCEL_API_URL PIPECAT_API_HOST", Exit: release.ExitInvalid,
		}
	}
	return len(real) == 0, nil
}

// here reports whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// databaseName is a database's address without anything secret: host and name.
func databaseName(s release.Secret) string {
	u, err := url.Parse(s.Reveal())
	if err != nil || u.Host == "" {
		return "unknown"
	}
	return u.Host + u.Path
}
