package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// deploys are the flows that bring a build and look at it.
func (v *vercelBench) deploys(ctx context.Context) {
	v.flow("vercel whoami", func() error { return v.whoami(ctx) })
	v.flow("vercel deploy --prod: uploads files, and the domain serves them", func() error { return v.deployLive(ctx) })
	v.flow("vercel deploy: a preview of its own", func() error { return v.deployPreview(ctx) })
	v.flow("vercel deploy --prod --skip-domain --meta: staged", func() error { return v.deployStaged(ctx) })
	v.flow("vercel inspect, --wait, --logs", func() error { return v.inspect(ctx) })
	v.flow("vercel ls --meta: finds the one", func() error { return v.list(ctx) })
}

func (v *vercelBench) whoami(ctx context.Context) error {
	out, err := v.done(ctx, "whoami")
	if err == nil && strings.TrimSpace(out.stdout) != "box" {
		err = out.wrong("it does not say who we are")
	}
	return err
}

func (v *vercelBench) deployLive(ctx context.Context) error {
	d, err := v.deploy(ctx, "one", "--prod")
	if err != nil {
		return err
	}
	if d["target"] != "production" || d["readySubstate"] != "PROMOTED" {
		return fmt.Errorf("it is %v/%v", d["target"], d["readySubstate"])
	}
	return errors.Join(v.domainShows(ctx, "one"), v.shows(ctx, d["url"], "/pixel.bin", pixel))
}

func (v *vercelBench) deployPreview(ctx context.Context) error {
	d, err := v.deploy(ctx, "preview")
	if err != nil {
		return err
	}
	if d["target"] != nil {
		return fmt.Errorf("its target is %v", d["target"])
	}
	return errors.Join(v.shows(ctx, d["url"], "/", "preview"), v.domainShows(ctx, "one"))
}

func (v *vercelBench) deployStaged(ctx context.Context) error {
	d, err := v.deploy(ctx, "two", "--prod", "--skip-domain", "--meta", "run=two")
	if err != nil {
		return err
	}
	if meta, _ := d["meta"].(map[string]any); d["readySubstate"] != "STAGED" || meta["run"] != "two" {
		return fmt.Errorf("it is %v, meta %v", d["readySubstate"], d["meta"])
	}
	return errors.Join(v.shows(ctx, d["url"], "/", "two"), v.domainShows(ctx, "one"))
}

func (v *vercelBench) inspect(ctx context.Context) error {
	d, err := v.newest(ctx)
	if err != nil {
		return err
	}
	for _, c := range []struct{ flag, says string }{{"--wait", d["uid"].(string)}, {"--logs", "Using prebuilt build artifacts"}} {
		out, err := v.done(ctx, "inspect", d["url"].(string), c.flag)
		if err != nil {
			return err
		}
		if !strings.Contains(out.stdout+out.stderr, c.says) {
			return out.wrong("it does not say " + c.says)
		}
	}
	return nil
}

func (v *vercelBench) list(ctx context.Context) error {
	d, err := v.newest(ctx)
	if err != nil {
		return err
	}
	all, err := v.done(ctx, "ls", "readme")
	if err != nil {
		return err
	}
	one, err := v.done(ctx, "ls", "readme", "--meta", "run=two")
	if err != nil {
		return err
	}
	if n := strings.Count(all.stdout, "127.0.0.1"); n != 3 {
		return all.wrong(fmt.Sprintf("it lists %d deployments, want 3", n))
	}
	if n := strings.Count(one.stdout, "127.0.0.1"); n != 1 || !strings.Contains(one.stdout, d["url"].(string)) {
		return one.wrong(fmt.Sprintf("it lists %d deployments, want the staged one", n))
	}
	return nil
}

// newest is the newest deployment, as lists show it.
func (v *vercelBench) newest(ctx context.Context) (map[string]any, error) {
	a, err := v.get(ctx, "/v7/deployments")
	if err != nil {
		return nil, err
	}
	all, _ := a["deployments"].([]any)
	if len(all) == 0 {
		return nil, errors.New("there are no deployments")
	}
	d, _ := all[0].(map[string]any)
	return d, nil
}

// live is the id of what the domain serves.
func (v *vercelBench) live(ctx context.Context) (string, error) {
	p, err := v.get(ctx, "/v9/projects/readme")
	if err != nil {
		return "", err
	}
	targets, _ := p["targets"].(map[string]any)
	now, _ := targets["production"].(map[string]any)
	id, _ := now["id"].(string)
	return id, nil
}
