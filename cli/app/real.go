package app

import (
	"cmp"
	"context"
	"net"
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
	address := func(variable, vendors string) string { return cmp.Or(values[variable].Reveal(), vendors) }
	acc := access{
		railway: address("RAILWAY_API_URL", railwayAPI), vercel: address("VERCEL_API_URL", vercelAPI),
		pipecat: address("PIPECAT_API_HOST", pipecatAPI), supabase: values["SUPABASE_URL"].Reveal(),
		railwayToken: values["RAILWAY_TOKEN"], vercelToken: values["VERCEL_TOKEN"], pipecatKey: values["PIPECAT_PRIVATE_KEY"],
		supabaseKey: values["SUPABASE_SECRET_KEY"], bypass: values["VERCEL_AUTOMATION_BYPASS_SECRET"], database: values["DATABASE_URL"],
		railwayProject: e.Targets.Railway.Project, railwayEnvironment: e.Targets.Railway.Environment,
		vercelProject: e.Targets.Vercel.Project, vercelTeam: e.Targets.Vercel.Team, pipecatName: e.Targets.Pipecat.Agent,
		values: values,
	}
	acc.emulated, err = emulated(acc)
	return acc, err
}

// addressed is the matrix with the variables that hold a vendor's address: they are read like any other, and belong to
// no service.
func addressed(m *spec.Matrix) *spec.Matrix {
	with := *m
	with.Variables = slices.Clone(m.Variables)
	for _, name := range []string{"RAILWAY_API_URL", "VERCEL_API_URL", "PIPECAT_API_HOST"} {
		if !slices.ContainsFunc(m.Variables, func(v spec.Variable) bool { return v.Name == name }) {
			with.Variables = append(with.Variables, spec.Variable{Name: name, About: "where the vendor's API is", Type: "url", Optional: true})
		}
	}
	return &with
}

// emulated reports whether none of the addresses is a vendor's own. A mixture is refused: half of a release would be
// real. The database and the queue count too: an emulated vendor never gets to see a real one, nor the other way round.
func emulated(acc access) (bool, error) {
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

// given reads the values that this process was given. Those that only a vendor has are asked for there, by the facts.
func (a *app) given(ctx context.Context, p *project, e spec.Environment) (map[string]release.Secret, error) {
	path := ""
	if e.Values != "" {
		path = filepath.Join(p.near, e.Values)
	}
	values, faults := env.Given(ctx, e, path, a.sys.Lookup, addressed(p.matrix))
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
