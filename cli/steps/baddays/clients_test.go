package baddays_test

import (
	"path/filepath"
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

// clients are the ways out of one process: each release has its own, and remembers nothing of the one before.
type clients struct {
	railway  *railway.Client
	vercel   *vercel.Client
	pipecat  *pipecat.Client
	supabase *supabase.Client
}

// dial makes them; they are closed with the world, or before.
func (w *world) dial() (c clients, closeAll func()) {
	w.Helper()
	tr := w.transport()
	var errs [4]error
	c.railway, errs[0] = railway.New(railway.Options{
		Base: "http://" + railwayAt, Token: release.NewSecret(railwayToken), Project: product, Environment: "dev", Transport: tr,
	})
	c.vercel, errs[1] = vercel.New(vercel.Options{Base: "http://" + vercelAt, Token: release.NewSecret(vercelToken), Project: product, Transport: tr})
	c.pipecat, errs[2] = pipecat.New(pipecat.Options{
		Base: "http://" + pipecatAt, PrivateKey: release.NewSecret(pipecatKey), Agent: product, Transport: tr,
	})
	c.supabase, errs[3] = supabase.New(supabase.Options{Base: "http://" + supabaseAt, Key: release.NewSecret(supabaseKey), Transport: tr})
	for _, err := range errs {
		if err != nil {
			w.Fatal(err)
		}
	}
	return c, func() {
		c.railway.Close()
		c.vercel.Close()
		c.pipecat.Close()
		c.supabase.Close()
	}
}

// connect makes what the steps act on, as app does.
func (w *world) connect(c clients, rel *spec.Release) *steps.World {
	w.Helper()
	s := &steps.World{
		Dir: filepath.Join(w.dir, "project"), Archives: filepath.Join(w.dir, "archives"), Poll: 5 * time.Second, Settle: 8 * time.Second,
		Hosts: map[string]steps.Host{}, Buckets: steps.OnSupabase(c.supabase),
		Values: hidden(map[string]string{
			"ADMIN_TOKEN": adminKey, "OPENAI_API_KEY": botKey, "BOT_START_URL": startURL, "BOT_START_PUBLIC_API_KEY": pipecatPublic,
		}),
		Plain: map[string]bool{"BOT_START_URL": true},
		Smoke: smoke.Env{Environment: "dev", HTTP: w.visitor, Began: time.Now()},
	}
	for _, v := range secrets() {
		s.Smoke.Secrets = append(s.Smoke.Secrets, release.NewSecret(v))
	}
	for _, d := range rel.Deploy {
		switch d.To {
		case "railway":
			s.Hosts[d.Name] = steps.OnRailway(c.railway, d)
		case "vercel":
			s.Hosts[d.Name] = steps.OnVercel(c.vercel)
		case "pipecat":
			cfg, err := pipecat.ReadConfig(filepath.Join(s.Dir, d.Config))
			if err != nil {
				w.Fatal(err)
			}
			s.Hosts[d.Name] = steps.OnPipecat(c.pipecat, steps.Bot{Config: cfg, Settle: s.Settle, Within: 90 * time.Second})
		}
	}
	return s
}
