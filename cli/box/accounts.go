package box

import (
	"context"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"readme/cli/box/forge"
	"readme/cli/box/host"
	"readme/cli/box/supabase"
	"readme/cli/release"
	"readme/cli/spec"
)

// account is one environment that release.yaml pins, as the box plays it: a founder has made the Railway project with
// its environments and the Supabase project, holds the keys, and has made nothing else.
type account struct {
	env    spec.Environment
	values map[string]string // what the founder would have typed into its values file
}

// shared are the keys that a founder has once, for all environments.
type shared struct{ vercel, pipecat, pipecatPublic string }

// openAccounts starts what stands in for the vendors of all pinned environments: one account at each vendor, and for
// each environment a database, a queue and a Supabase project of its own.
func (b *Box) openAccounts(ctx context.Context, h *host.Host) error {
	var all []*account
	for _, e := range b.cfg.Release.Environments {
		if !e.Box {
			all = append(all, &account{env: e, values: map[string]string{}})
		}
	}
	if len(all) == 0 {
		return nil
	}
	var keys shared
	for name, k := range map[string]struct {
		to     *string
		prefix string
	}{"vercel": {&keys.vercel, "vercel_"}, "pipecat": {&keys.pipecat, "sk_"}, "pipecat/public": {&keys.pipecatPublic, "pk_"}} {
		drawn, err := b.state.secret("accounts/"+name, k.prefix)
		if err != nil {
			return err
		}
		*k.to = drawn
	}
	for _, a := range all {
		if err := b.stores(ctx, a); err != nil {
			return err
		}
		if err := b.typeIn(a, keys); err != nil {
			return err
		}
	}
	f := &forge.Forge{Name: b.cfg.Repo, Dir: b.cfg.Project, Env: ToolEnv(b.cfg.Environ)}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.openRailway(ctx, h, f, all) })
	g.Go(func() error { return b.openVercel(ctx, h, f, all, keys) })
	g.Go(func() error { return b.openPipecat(ctx, all, keys) })
	if err := g.Wait(); err != nil {
		return err
	}
	for _, a := range all {
		b.accounts[a.env.Name] = a.values
	}
	return nil
}

// stores gives an environment its own database, queue and Supabase project.
func (b *Box) stores(ctx context.Context, a *account) error {
	database, err := b.database(ctx, a.env.Name)
	if err != nil {
		return err
	}
	queue, err := url.Parse(b.info.Redis.Reveal())
	if err != nil {
		return err
	}
	n, err := b.state.number(a.env.Name)
	if err != nil {
		return err
	}
	own, _ := strconv.Atoi(strings.TrimPrefix(queue.Path, "/")) // none is the number 0
	queue.Path = "/" + strconv.Itoa(own+n)
	key, err := b.state.secret("accounts/supabase/"+a.env.Name, "sb_secret_")
	if err != nil {
		return err
	}
	e, err := supabase.Open(ctx, supabase.Config{Dir: filepath.Join(b.dir, "accounts", "supabase", a.env.Name), SecretKey: key})
	if err != nil {
		return err
	}
	b.board("supabase", e)
	at, err := b.listenFor("accounts/supabase/"+a.env.Name, e.Handler(), func(ctx context.Context) { _ = e.Close(ctx) })
	if err != nil {
		return err
	}
	a.values["DATABASE_URL"], a.values["REDIS_URL"] = database, queue.String()
	a.values["SUPABASE_URL"], a.values["SUPABASE_SECRET_KEY"] = at, key
	return nil
}

// database makes the environment's database beside the box's own, on the same server.
func (b *Box) database(ctx context.Context, env string) (string, error) {
	u, err := url.Parse(b.info.Database.Reveal())
	if err != nil {
		return "", err
	}
	const most = 63 // bytes: Postgres cuts off the rest, and does not find by it again what it has made
	name := strings.TrimPrefix(u.Path, "/") + "_" + env
	name = name[:min(most, len(name))]
	if b.makeDatabase != nil {
		err = b.makeDatabase(ctx, name)
	} else {
		err = makeDatabase(ctx, b.info.Database, name)
	}
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// makeDatabase makes one on a server of the founder's own.
func makeDatabase(ctx context.Context, server release.Secret, name string) error {
	const deadline = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	conn, err := pgx.Connect(ctx, server.Reveal())
	if err != nil { // pgx repeats parts of the address
		return &release.Fault{Title: OwnDatabase + " cannot be reached", Exit: release.ExitStepFailed, Try: "unset " + OwnDatabase}
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var exists bool
	err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&exists)
	if err == nil && !exists {
		_, err = conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize())
	}
	if err != nil {
		return &release.Fault{
			Title:  "the server of " + OwnDatabase + " did not make the database " + name,
			Detail: "every environment of release.yaml gets one of its own there: " + err.Error(),
			Exit:   release.ExitStepFailed, Try: "unset " + OwnDatabase, Cause: err,
		}
	}
	return nil
}

// typeIn draws the values that a founder would have made up, or copied from the vendors' pages.
func (b *Box) typeIn(a *account, keys shared) error {
	token, err := b.state.secret("accounts/railway/"+a.env.Name, "railway_")
	if err != nil {
		return err
	}
	a.values["RAILWAY_TOKEN"], a.values["VERCEL_TOKEN"], a.values["PIPECAT_PRIVATE_KEY"] = token, keys.vercel, keys.pipecat
	a.values["BOT_START_PUBLIC_API_KEY"] = keys.pipecatPublic
	const bypass = "VERCEL_AUTOMATION_BYPASS_SECRET" // 32 letters and digits, neither more nor less
	drawn, err := b.state.secret("variable/"+a.env.Name+"/"+bypass, "")
	if err != nil {
		return err
	}
	a.values[bypass] = drawn[:32]
	for _, v := range b.cfg.Matrix.Variables {
		if a.values[v.Name] != "" || !v.Secret || v.Value != "" || v.Default != "" || !v.RequiredIn(a.env.Name) {
			continue
		}
		if a.values[v.Name], err = b.state.secret("variable/"+a.env.Name+"/"+v.Name, ""); err != nil {
			return err
		}
	}
	return nil
}
