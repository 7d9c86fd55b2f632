package box

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"readme/cli/box/host"
	"readme/cli/box/pipecat"
	"readme/cli/box/postgres"
	"readme/cli/box/railway"
	"readme/cli/box/redis"
	"readme/cli/box/supabase"
	"readme/cli/box/vercel"
	"readme/cli/child"
	"readme/cli/release"
)

// pace is the least time of each phase of a deployment: long enough to be seen, short enough not to be waited for.
const pace = 150 * time.Millisecond

// portTries is how often another port is drawn for a program that opens it itself.
const portTries = 5

func (b *Box) startPostgres(ctx context.Context) error {
	if own := b.get(OwnDatabase); own != "" {
		b.info.Database = release.NewSecret(own)
		return loopback(OwnDatabase, own)
	}
	password, err := b.state.secret("postgres", "")
	if err != nil {
		return unwritable(b.dir, err)
	}
	dir := b.cfg.Data
	if dir == "" {
		dir = filepath.Join(b.dir, "postgres")
	}
	o := postgres.Options{
		Dir: dir, Password: release.NewSecret(password), Say: b.cfg.Say,
		Binaries: postgres.Binaries{
			Bin: b.get("READMEOPS_PG_BIN"), Path: b.get("PATH"), Cache: b.cfg.Downloads,
			Env: ToolEnv(b.cfg.Environ), Offline: b.cfg.Offline,
		},
	}
	for tries := 0; ; tries++ {
		if o.Port, err = b.state.port("postgres"); err != nil {
			return err
		}
		s, err := postgres.Start(ctx, o)
		if errors.Is(err, postgres.ErrPortTaken) && tries < portTries { // taken between our look and its start
			continue
		}
		if err != nil {
			return err
		}
		b.info.Database, b.makeDatabase = s.URL(postgres.Database), s.CreateDatabase
		b.keepPostgres(ctx, s, o)
		return nil
	}
}

// keepPostgres starts the server again when it ends without having been asked to: somebody killed it, or the machine
// ran out of memory. A box that is up for days should outlive that as a managed database does.
func (b *Box) keepPostgres(ctx context.Context, s *postgres.Server, o postgres.Options) {
	const most = 5
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range most {
			select {
			case <-ctx.Done():
				return
			case <-s.Done():
			}
			b.cfg.Say("the box's Postgres has ended by itself and is started again")
			_ = s.Stop(ctx) // lets go of its folder
			next, err := postgres.Start(ctx, o)
			if err != nil {
				b.cfg.Say("the box's Postgres could not be started again: " + err.Error())
				return
			}
			s = next
		}
	}()
	b.onClose(func(end context.Context) {
		cancel()
		<-over
		_ = s.Stop(end)
	})
}

func (b *Box) startRedis() error {
	if own := b.get(OwnRedis); own != "" {
		b.info.Redis = release.NewSecret(own)
		return loopback(OwnRedis, own)
	}
	password, err := b.state.secret("redis", "")
	if err != nil {
		return unwritable(b.dir, err)
	}
	for tries := 0; ; tries++ {
		port, err := b.state.port("redis")
		if err != nil {
			return err
		}
		r, err := redis.Start(port, release.NewSecret(password))
		if errors.Is(err, redis.ErrPortTaken) && tries < portTries { // taken between our look and its start
			continue
		}
		if err != nil {
			return err
		}
		b.info.Redis = r.URL()
		b.onClose(func(context.Context) { r.Close() })
		return nil
	}
}

func (b *Box) startSupabase(ctx context.Context) error {
	e, err := supabase.Open(ctx, supabase.Config{Dir: filepath.Join(b.dir, "supabase"), SecretKey: b.info.SupabaseKey.Reveal()})
	if err != nil {
		return err
	}
	b.board("supabase", e)
	b.serve("supabase", e.Handler(), func(ctx context.Context) { _ = e.Close(ctx) })
	return nil
}

func (b *Box) startPipecat(ctx context.Context) error {
	e, err := pipecat.Open(ctx, pipecat.Config{
		Dir: filepath.Join(b.dir, "pipecat"), Pace: pace,
		PrivateKey: b.info.PipecatKey.Reveal(), PublicKey: b.info.PipecatPublicKey.Reveal(),
		Secrets: b.botSecrets(), Runner: b.cfg.Runner,
	})
	if err != nil {
		return err
	}
	b.board("pipecat", e)
	b.serve("pipecat", e.Handler(), func(ctx context.Context) { _ = e.Close(ctx) })
	return nil
}

// vendors starts the two that build and run services, with the matrix's variables set, and what was live comes back.
func (b *Box) vendors(ctx context.Context) error {
	addresses, err := b.addresses()
	if err != nil {
		return err
	}
	values, err := b.values(b.cfg.Matrix, addresses)
	if err != nil {
		return err
	}
	b.info.Values = values
	h, err := host.New(host.Config{
		Dir: filepath.Join(b.cfg.Cache, "work"), Home: filepath.Join(b.cfg.Cache, "work", "home"), Env: host.Allowed(b.cfg.Environ),
	})
	if err != nil {
		return err
	}
	_, err = child.LookPath(b.get("PATH"), "node", b.cfg.Project)
	b.info.Node = err == nil
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.startPipecat(ctx) })
	g.Go(func() error { return b.startRailway(ctx, h) })
	g.Go(func() error { return b.startVercel(ctx, h) })
	if b.cfg.Command == Shared { // who only passes through for one release has no use for other environments
		g.Go(func() error { return b.openAccounts(ctx, h) })
	}
	return g.Wait()
}

// addresses are what variables may refer to before anything was deployed: their ports are drawn once, so they are
// known, and stay.
func (b *Box) addresses() (map[string]string, error) {
	out := map[string]string{}
	for _, d := range b.cfg.Release.Deploy {
		var edge string
		switch {
		case d.To == "pipecat":
			out[d.Name+".start_url"] = b.info.Pipecat + "/v1/public/" + b.cfg.Agent + "/start"
			continue
		case d.To == "vercel":
			edge = "vercel/production"
		case d.Health != "":
			edge = "railway/" + d.Service
		default:
			continue
		}
		port, err := b.state.port(edge)
		if err != nil {
			return nil, err
		}
		out[d.Name+".url"] = fmt.Sprintf("http://127.0.0.1:%d", port)
	}
	return out, nil
}

// botSecrets is the bot's secret set, filled as a founder would have.
func (b *Box) botSecrets() map[string]map[string]string {
	if b.cfg.Set == "" {
		return nil
	}
	for _, d := range b.cfg.Release.Deploy {
		if d.To == "pipecat" {
			return map[string]map[string]string{b.cfg.Set: forService(b.cfg.Matrix, d.Name, b.info.Values)}
		}
	}
	return nil
}

func (b *Box) startRailway(ctx context.Context, h *host.Host) error {
	var services []railway.Service
	for _, d := range b.cfg.Release.Deploy {
		if d.To == "railway" {
			services = append(services, railway.Service{
				Name: d.Service, Public: d.Health != "", Variables: forService(b.cfg.Matrix, d.Name, b.info.Values),
			})
		}
	}
	e, err := railway.Open(ctx, railway.Config{
		Dir: filepath.Join(b.dir, "railway"),
		Projects: []railway.Project{{
			Name:         b.cfg.Release.Project,
			Environments: []railway.Environment{{Name: b.cfg.Env, Token: b.info.RailwayToken.Reveal(), Services: services}},
		}},
		Host: h, Pace: pace,
		Edge: func(_, _, service string) (net.Listener, error) { return b.state.listen("railway/" + service) },
	})
	if err != nil {
		return err
	}
	b.board("railway", e)
	b.serve("railway", e.Handler(), func(ctx context.Context) { _ = e.Close(ctx) })
	return nil
}

func (b *Box) startVercel(ctx context.Context, h *host.Host) error {
	e, err := vercel.Open(ctx, vercel.Config{
		Dir: filepath.Join(b.dir, "vercel"), Token: b.info.VercelToken.Reveal(),
		Projects: []vercel.Project{{Name: b.cfg.Release.Project, Env: b.clientVariables()}}, Host: h, Edge: b.edge("vercel"), Pace: pace,
	})
	if err != nil {
		return err
	}
	b.board("vercel", e)
	b.serve("vercel", e.Handler(), e.Close)
	return nil
}

func (b *Box) clientVariables() map[string]string {
	for _, d := range b.cfg.Release.Deploy {
		if d.To == "vercel" {
			return forService(b.cfg.Matrix, d.Name, b.info.Values)
		}
	}
	return nil
}
