package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// moves are the flows that change what the domain serves. The newest deployment is staged when they begin.
func (v *vercelBench) moves(ctx context.Context) {
	v.flow("vercel promote, promote status: the staged one is live, and nothing was built", func() error { return v.promoteStaged(ctx) })
	v.flow("vercel promote of what is live: refused", func() error { return v.promoteLive(ctx) })
	v.flow("vercel rollback, rollback status: the first one is back, and new ones stay off the domain", func() error { return v.rollBack(ctx) })
	v.flow("vercel rollback to what never served: refused", func() error { return v.rollBackTooFar(ctx) })
	v.flow("vercel promote after a rollback: new ones go live by themselves again", func() error { return v.promoteAfter(ctx) })
	v.flow("vercel redeploy: the same files once more", func() error { return v.redeploy(ctx) })
	v.flow("vercel promote of a preview: built for production, and live", func() error { return v.promotePreview(ctx) })
}

func (v *vercelBench) promoteStaged(ctx context.Context) error {
	d, err := v.newest(ctx)
	if err != nil {
		return err
	}
	if v.first, err = v.live(ctx); err != nil {
		return err
	}
	v.staged, _ = d["uid"].(string)
	if _, err := v.done(ctx, "promote", v.staged, "--yes"); err != nil {
		return err
	}
	out, err := v.done(ctx, "promote", "status", "readme")
	if err == nil && !strings.Contains(out.stdout+out.stderr, v.staged) {
		err = out.wrong("the status does not name it")
	}
	return errors.Join(err, v.domainShows(ctx, "two"), v.isNewest(ctx, v.staged))
}

func (v *vercelBench) promoteLive(ctx context.Context) error {
	return v.refused(ctx, "already the current production deployment", "promote", v.staged, "--yes")
}

func (v *vercelBench) rollBack(ctx context.Context) error {
	if _, err := v.done(ctx, "rollback", v.first, "--yes"); err != nil {
		return err
	}
	if _, err := v.done(ctx, "rollback", "status", "readme"); err != nil {
		return err
	}
	if err := v.domainShows(ctx, "one"); err != nil {
		return err
	}
	d, err := v.deploy(ctx, "three", "--prod")
	if err != nil {
		return err
	}
	if d["readySubstate"] != "STAGED" {
		return fmt.Errorf("after a rollback a deployment is %v", d["readySubstate"])
	}
	return v.domainShows(ctx, "one")
}

func (v *vercelBench) rollBackTooFar(ctx context.Context) error {
	d, err := v.newest(ctx)
	if err != nil {
		return err
	}
	return v.refused(ctx, "never served production", "rollback", d["uid"].(string), "--yes")
}

func (v *vercelBench) promoteAfter(ctx context.Context) error {
	d, err := v.newest(ctx)
	if err != nil {
		return err
	}
	if _, err := v.done(ctx, "promote", d["uid"].(string), "--yes"); err != nil {
		return err
	}
	if err := v.domainShows(ctx, "three"); err != nil {
		return err
	}
	if _, err := v.deploy(ctx, "four", "--prod"); err != nil {
		return err
	}
	return v.domainShows(ctx, "four")
}

func (v *vercelBench) redeploy(ctx context.Context) error {
	return v.rebuilt(ctx, "two", "redeploy", v.staged)
}

func (v *vercelBench) promotePreview(ctx context.Context) error {
	d, err := v.deploy(ctx, "five")
	if err != nil {
		return err
	}
	if err := v.rebuilt(ctx, "five", "promote", d["id"].(string), "--yes"); err != nil {
		return err
	}
	return v.domainShows(ctx, "five")
}

// rebuilt runs a command that makes another deployment of the same files.
func (v *vercelBench) rebuilt(ctx context.Context, page string, args ...string) error {
	before, err := v.newest(ctx)
	if err != nil {
		return err
	}
	out, err := v.done(ctx, args...)
	if err != nil {
		return err
	}
	// A promote does not wait for the build that it asks for.
	for end := 50; end > 0; end-- {
		d, err := v.newest(ctx)
		if err != nil {
			return err
		}
		if d["uid"] != before["uid"] && d["aliasAssigned"] != nil {
			if d["target"] != "production" {
				return out.wrong(fmt.Sprintf("its target is %v", d["target"]))
			}
			return v.shows(ctx, d["url"], "/", page)
		}
		if err := rest(ctx); err != nil {
			return err
		}
	}
	return out.wrong("it has made no deployment that ends well")
}

// refused runs a command that has to fail with these words.
func (v *vercelBench) refused(ctx context.Context, words string, args ...string) error {
	out, err := v.cli(ctx, args...)
	if err != nil {
		return err
	}
	if out.exit != 1 || !strings.Contains(out.stdout+out.stderr, words) {
		return out.wrong("want exit 1 with " + words)
	}
	return nil
}

func (v *vercelBench) isNewest(ctx context.Context, id string) error {
	d, err := v.newest(ctx)
	if err == nil && d["uid"] != id {
		err = fmt.Errorf("a deployment was made: %v", d["uid"])
	}
	return err
}
