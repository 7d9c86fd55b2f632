package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/supabase"
	"readme/cli/provider/upstash"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
	"readme/cli/view"
)

// environmentFindings look at the vendors of one environment, all at once, and change nothing: each token, what it may
// do, each target, and what only a person can do.
func (a *app) environmentFindings(ctx context.Context, p *project, e spec.Environment) []view.Finding {
	const deadline = time.Minute
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var out []view.Finding
	acc, err := a.realAccess(ctx, p, e)
	if err != nil {
		out = asFindings(e, err)
	}
	if ref := e.Targets.Supabase; ref != "" && acc.supabase != "" {
		if err := supabase.CheckRef(ref, acc.supabase, acc.database); err != nil {
			out = append(out, asFindings(e, err)...)
		}
	}
	w := &world{app: a, project: p, env: e}
	defer w.close(ctx)
	acc.partly = true
	c, err := w.dial(acc)
	if err != nil {
		return append(out, asFindings(e, err)...)
	}
	own := ok(e.Name, "the vendors' own addresses")
	if acc.emulated {
		own = ok(e.Name+" (box)", "emulators stand in for the vendors: nothing of this is real")
	}
	return append(append(out, own), gather(w.looks(ctx, c, acc), func(vendor string) (string, string) { return w.whereabouts(acc, vendor) })...)
}

// looks are all that can be examined with what readme-ops was given.
func (w *world) looks(ctx context.Context, c clients, acc access) []look {
	p := w.project
	var looks []look
	if c.railway != nil {
		looks = append(looks, look{"railway", func() []provider.Finding { return c.railway.Examine(ctx, p.railwayServices()) }})
	}
	if c.vercel != nil {
		looks = append(looks, look{"vercel", func() []provider.Finding { return c.vercel.Examine(ctx) }})
	}
	if c.pipecat != nil {
		looks = append(looks, look{"pipecat", func() []provider.Finding {
			cfg, err := p.bot(w.env)
			if err != nil {
				return []provider.Finding{{What: "pcc-deploy.toml", Text: firstLine(err), Mood: provider.Bad}}
			}
			return c.pipecat.Examine(ctx, cfg.SecretSet, cfg.Region)
		}})
	}
	if c.supabase != nil {
		looks = append(looks, look{"supabase", func() []provider.Finding { return c.supabase.Examine(ctx, p.rel.Bucket.Name) }})
	}
	if !acc.database.Empty() {
		looks = append(looks, look{"postgres", func() []provider.Finding { return steps.ExamineDatabase(ctx, acc.database) }})
	}
	if queue := acc.values["REDIS_URL"]; !queue.Empty() {
		looks = append(looks, look{"upstash", func() []provider.Finding { return upstash.Examine(ctx, queue, upstash.ProductWorker()) }})
	}
	return looks
}

// look is one vendor's own examination.
type look struct {
	vendor string
	at     func() []provider.Finding
}

// gather looks everywhere at once, and keeps the order. A vendor of which nothing at all could be found out is one that
// no release could read either; lost says where it was looked for, and what may help.
func gather(looks []look, lost func(vendor string) (where, try string)) []view.Finding {
	found := make([][]provider.Finding, len(looks))
	var wg sync.WaitGroup
	for i, l := range looks {
		wg.Go(func() { found[i] = l.at() })
	}
	wg.Wait()
	var out []view.Finding
	for i, l := range looks {
		silent := !slices.ContainsFunc(found[i], func(f provider.Finding) bool { return f.Mood != provider.Unsure })
		for j, f := range found[i] {
			if silent && j == 0 {
				where, try := lost(l.vendor)
				f.Mood, f.Try, f.Text = provider.Bad, cmp.Or(f.Try, try), strings.TrimSuffix(f.Text+"; "+where, "; ")
			}
			out = append(out, shown(l.vendor, f))
		}
	}
	return out
}

func shown(vendor string, f provider.Finding) view.Finding {
	mood := map[provider.Mood]view.Mood{
		provider.Good: view.Good, provider.Warn: view.Warn, provider.Bad: view.Bad, provider.Unsure: view.Dim,
	}[f.Mood]
	name := vendor + " " + f.What
	if f.What == vendor {
		name = vendor
	}
	return view.Finding{Name: name, Text: f.Text, Try: f.Try, Page: f.Page, Mood: mood}
}

// asFindings shows what keeps us from looking, and where a key is to be had.
func asFindings(e spec.Environment, err error) []view.Finding {
	var many release.Faults
	if !errors.As(err, &many) {
		many = release.Faults{provider.AsFault(err)}
	}
	var out []view.Finding
	for _, f := range many {
		if each, ok := errors.AsType[release.Faults](f.Cause); ok { // one step for all of them
			out = append(out, view.Finding{Name: e.Name, Text: f.Title + ". " + f.Detail, Try: f.Try, Mood: view.Bad})
			for _, one := range asFindings(e, each) {
				one.Try = ""
				out = append(out, one)
			}
			continue
		}
		found := view.Finding{Name: e.Name, Text: strings.TrimSuffix(f.Title+": "+f.Detail, ": "), Try: f.Try, Mood: view.Bad}
		for variable, page := range keyPages(e) {
			if strings.HasPrefix(f.Title, variable+" has no value") {
				found.Page = page
			}
		}
		out = append(out, found)
	}
	return out
}

// keyPages are where a person gets each key.
func keyPages(e spec.Environment) map[string]string {
	supabase := "https://supabase.com/dashboard/project/" + cmp.Or(e.Targets.Supabase, "_")
	return map[string]string{
		"RAILWAY_TOKEN":       "https://railway.com/dashboard (the project, Settings, Tokens: one for the environment " + e.Targets.Railway.Environment + ")",
		"VERCEL_TOKEN":        "https://vercel.com/account/settings/tokens",
		"PIPECAT_PRIVATE_KEY": "https://pipecat.daily.co (API Keys, Private)",
		"SUPABASE_SECRET_KEY": supabase + "/settings/api-keys",
		"DATABASE_URL":        supabase + "?showConnect=true (session pooler, port 5432)",
		"REDIS_URL":           "https://console.upstash.com/redis",
	}
}

// railwayServices are the names that the product's services have there.
func (p *project) railwayServices() []string {
	var names []string
	for _, d := range p.rel.Deploy {
		if d.To == "railway" {
			names = append(names, d.Service)
		}
	}
	return names
}
