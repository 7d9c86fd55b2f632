package box

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"

	"readme/cli/box/forge"
	"readme/cli/box/host"
	"readme/cli/box/pipecat"
	"readme/cli/box/railway"
	"readme/cli/box/vercel"
)

// uuid tells an id from a name, for targets that are pinned by either.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// named takes what release.yaml pins apart: an id, or a name. What is pinned by its id has some name too.
func named(pin, otherwise string) (id, name string) {
	if uuid.MatchString(pin) {
		return pin, otherwise
	}
	return "", pin
}

func (b *Box) openRailway(ctx context.Context, h *host.Host, f *forge.Forge, all []*account) error {
	var projects []railway.Project
	for _, a := range all {
		id, name := named(a.env.Targets.Railway.Project, b.cfg.Release.Project)
		i := 0
		for i < len(projects) && (projects[i].ID != id || projects[i].Name != name) {
			i++
		}
		if i == len(projects) {
			projects = append(projects, railway.Project{ID: id, Name: name})
		}
		id, name = named(a.env.Targets.Railway.Environment, a.env.Name)
		projects[i].Environments = append(projects[i].Environments, railway.Environment{ID: id, Name: name, Token: a.values["RAILWAY_TOKEN"]})
	}
	account, err := b.state.secret("accounts/railway", "railway_account_")
	if err != nil {
		return err
	}
	e, err := railway.Open(ctx, railway.Config{
		Dir: filepath.Join(b.dir, "accounts", "railway"), AccountToken: account, Projects: projects, Forge: f, Host: h, Pace: pace,
		Edge: func(project, environment, service string) (net.Listener, error) {
			return b.state.listen("accounts/railway/" + project + "/" + environment + "/" + service)
		},
	})
	if err != nil {
		return err
	}
	b.board("railway", e)
	return b.plays(all, "RAILWAY_API_URL", "accounts/railway", e.Handler(), func(ctx context.Context) { _ = e.Close(ctx) })
}

// openVercel starts an account for each team that release.yaml pins, and one for who pins none: the token opens all.
func (b *Box) openVercel(ctx context.Context, h *host.Host, f *forge.Forge, all []*account, keys shared) error {
	teams := map[string][]*account{}
	for _, a := range all {
		teams[a.env.Targets.Vercel.Team] = append(teams[a.env.Targets.Vercel.Team], a)
	}
	for _, team := range slices.Sorted(maps.Keys(teams)) {
		name := "accounts/vercel"
		cfg := vercel.Config{Token: keys.vercel, Forge: f, Host: h, Pace: pace}
		if team != "" {
			name += "-" + url.PathEscape(team)
			cfg.Team = &vercel.Team{ID: team, Slug: team}
		}
		cfg.Dir, cfg.Edge = filepath.Join(b.dir, name), b.edge(name)
		e, err := vercel.Open(ctx, cfg)
		if err != nil {
			return err
		}
		b.board("vercel", e)
		if err := b.plays(teams[team], "VERCEL_API_URL", name, e.Handler(), e.Close); err != nil {
			return err
		}
	}
	return nil
}

func (b *Box) openPipecat(ctx context.Context, all []*account, keys shared) error {
	e, err := pipecat.Open(ctx, pipecat.Config{
		Dir: filepath.Join(b.dir, "accounts", "pipecat"), Pace: pace, PrivateKey: keys.pipecat, PublicKey: keys.pipecatPublic, Runner: b.cfg.Runner,
	})
	if err != nil {
		return err
	}
	b.board("pipecat", e)
	return b.plays(all, "PIPECAT_API_HOST", "accounts/pipecat", e.Handler(), func(ctx context.Context) { _ = e.Close(ctx) })
}

// plays serves an emulator, and writes its address into every account.
func (b *Box) plays(all []*account, variable, name string, h http.Handler, end func(context.Context)) error {
	at, err := b.listenFor(name, h, end)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range all {
		a.values[variable] = at
	}
	return nil
}

// listenFor serves an emulator that is no part of the box's own environment, and gives its address.
func (b *Box) listenFor(name string, h http.Handler, end func(context.Context)) (string, error) {
	l, err := b.state.listen(name)
	if err != nil {
		return "", err
	}
	b.mu.Lock()
	b.listeners[name] = l
	b.mu.Unlock()
	b.onClose(func(context.Context) { _ = l.Close() })
	b.serve(name, h, end)
	return "http://" + l.Addr().String(), nil
}
