package app

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"readme/cli/provider/pipecat"
	"readme/cli/provider/railway"
	"readme/cli/provider/supabase"
	"readme/cli/provider/vercel"
	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/spec"
	"readme/cli/steps"
)

// access is what opens the vendors of an environment: the box's own keys, or those that readme-ops was given.
type access struct {
	railway, vercel, pipecat, supabase     string // base URLs
	railwayToken, vercelToken, pipecatKey  release.Secret
	supabaseKey, bypass, database          release.Secret
	railwayProject, railwayEnvironment     string
	vercelProject, vercelTeam, pipecatName string
	values                                 map[string]release.Secret
	emulated                               bool // no address is a vendor's own
	partly                                 bool // a vendor without its key is left out, instead of an error
}

// clients are the ways out to the vendors; nil where nothing of the product is there.
type clients struct {
	railway  *railway.Client
	vercel   *vercel.Client
	pipecat  *pipecat.Client
	supabase *supabase.Client
}

// dial makes the clients of the vendors that the product uses. It calls nobody.
func (w *world) dial(acc access) (c clients, err error) {
	with := func(vendor string, key release.Secret) bool {
		return w.project.uses(vendor) && (!acc.partly || !key.Empty())
	}
	if with("railway", acc.railwayToken) {
		c.railway, err = railway.New(railway.Options{
			Base: acc.railway, Token: acc.railwayToken, Project: acc.railwayProject, Environment: acc.railwayEnvironment,
		})
		if err != nil {
			return c, err
		}
		w.closers = append(w.closers, c.railway.Close)
	}
	if with("vercel", acc.vercelToken) {
		d, _ := w.project.first("vercel")
		c.vercel, err = vercel.New(vercel.Options{
			Base: acc.vercel, Token: acc.vercelToken, Project: acc.vercelProject, Team: acc.vercelTeam, Bypass: acc.bypass,
			Root: d.Root, VercelJSON: func() ([]byte, error) { return os.ReadFile(filepath.Join(w.project.dir, d.Root, "vercel.json")) },
		})
		if err != nil {
			return c, err
		}
		w.closers = append(w.closers, c.vercel.Close)
	}
	if with("pipecat", acc.pipecatKey) {
		bot, err := w.project.bot(w.env)
		if err != nil {
			return c, err
		}
		c.pipecat, err = pipecat.New(pipecat.Options{Base: acc.pipecat, PrivateKey: acc.pipecatKey, Agent: acc.pipecatName, Region: bot.Region})
		if err != nil {
			return c, err
		}
		w.closers = append(w.closers, c.pipecat.Close)
	}
	if with("supabase", acc.supabaseKey) && acc.supabase != "" {
		if c.supabase, err = supabase.New(supabase.Options{Base: acc.supabase, Key: acc.supabaseKey, Ref: w.env.Targets.Supabase}); err != nil {
			return c, err
		}
		w.closers = append(w.closers, c.supabase.Close)
	}
	return c, nil
}

// uses reports whether anything of the product is at a vendor.
func (p *project) uses(vendor string) bool {
	if vendor == "supabase" {
		return p.rel.Bucket != nil
	}
	_, ok := p.first(vendor)
	return ok
}

// first is the first service of the product that is at a vendor.
func (p *project) first(vendor string) (spec.Deploy, bool) {
	i := slices.IndexFunc(p.rel.Deploy, func(d spec.Deploy) bool { return d.To == vendor })
	if i < 0 {
		return spec.Deploy{}, false
	}
	return p.rel.Deploy[i], true
}

// connect makes the clients and what the steps act on, and refuses a token that belongs to another target than the
// pinned one.
func (w *world) connect(ctx context.Context, acc access) error {
	p := w.project
	w.boxed = acc.emulated
	if ref := w.env.Targets.Supabase; ref != "" {
		if err := supabase.CheckRef(ref, acc.supabase, acc.database); err != nil {
			return err
		}
	}
	c, err := w.dial(acc)
	if err != nil {
		return err
	}
	w.steps = &steps.World{
		Dir: p.dir, Archives: p.archives(), Poll: 5 * time.Second, Settle: 8 * time.Second,
		Database: acc.database, SecretSet: w.env.Targets.Pipecat.SecretSet, Hosts: map[string]steps.Host{}, Values: acc.values, Plain: plainOnes(p.matrix), Bypass: acc.bypass,
	}
	if c.supabase != nil {
		w.steps.Buckets = steps.OnSupabase(c.supabase)
	}
	if w.boxed {
		w.steps.Poll, w.steps.Settle, w.steps.Patience = 200*time.Millisecond, time.Second, 2*time.Second
	}
	for _, d := range p.rel.Deploy {
		d.Source = steps.SourceOf(d, w.env)
		switch d.To {
		case "railway":
			w.steps.Hosts[d.Name] = steps.OnRailway(c.railway, d)
		case "vercel":
			w.steps.Hosts[d.Name] = steps.OnVercel(c.vercel)
		case "pipecat":
			cfg, err := p.bot(w.env)
			if err != nil {
				return err
			}
			w.steps.Hosts[d.Name] = steps.OnPipecat(c.pipecat, steps.Bot{Config: cfg, Settle: w.steps.Settle, Within: shortest(p.rel, d.Name)})
			w.outputs[d.Name] = map[string]string{"start_url": c.pipecat.StartURL()}
		}
	}
	w.steps.Smoke = w.smokeEnv(acc)
	w.expand()
	var wg sync.WaitGroup
	if w.recalls {
		wg.Go(func() { w.recall(ctx) })
	}
	err = w.pin(ctx, c, acc)
	wg.Wait()
	return err
}

// plainOnes are the variables that are no secret: a vendor may show their values again.
func plainOnes(m *spec.Matrix) map[string]bool {
	plain := map[string]bool{}
	for _, v := range m.Variables {
		plain[v.Name] = !v.Secret
	}
	return plain
}

// expand gives the variables that refer to a service their values, where those are known before any deploy.
func (w *world) expand() {
	values := maps.Clone(w.steps.Values)
	for _, v := range w.project.matrix.Variables {
		if len(smoke.References(v.Value)) == 0 {
			continue
		}
		value, err := smoke.Expand(v.Value, func(name string) (string, bool) {
			service, field, _ := strings.Cut(name, ".")
			s, ok := w.outputs[service][field]
			return s, ok
		})
		if err == nil {
			values[v.Name] = release.NewSecret(value)
		}
	}
	w.steps.Values = values
}

// pin reads the targets' names from the vendors themselves, for the first lines of the plan.
func (w *world) pin(ctx context.Context, c clients, acc access) error {
	if w.project.rel.Migrations.Dir != "" || !acc.database.Empty() {
		w.targets = append(w.targets, release.Target{Name: "postgres", Value: databaseName(acc.database)})
	}
	if c.supabase != nil {
		w.targets = append(w.targets, release.Target{Name: "supabase", Value: w.supabaseName(), URL: acc.supabase})
	}
	if c.railway != nil {
		t, err := c.railway.Target(ctx)
		if err != nil {
			return steps.Unreachable("railway", err)
		}
		w.targets = append(w.targets, release.Target{Name: "railway", Value: t.String(), URL: acc.railway})
	}
	if c.pipecat != nil {
		if err := c.pipecat.Reach(ctx); err != nil {
			return err
		}
		w.targets = append(w.targets, release.Target{Name: "pipecat", Value: "agent " + acc.pipecatName, URL: acc.pipecat})
	}
	if c.vercel != nil {
		t, err := c.vercel.Target(ctx)
		if err != nil {
			return steps.Unreachable("vercel", err)
		}
		w.targets = append(w.targets, release.Target{Name: "vercel", Value: t.String(), URL: acc.vercel})
	}
	return nil
}

func (w *world) supabaseName() string {
	if w.env.Box {
		return "storage of the box"
	}
	return "project " + w.env.Targets.Supabase
}
