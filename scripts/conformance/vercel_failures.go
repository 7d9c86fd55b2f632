package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/vercel"
)

// failures are the flows that end badly, and have to say so.
func (v *vercelBench) failures(ctx context.Context) {
	v.flow("vercel deploy of what does not build: exit 1, with the reason", func() error { return v.deployBroken(ctx) })
	for _, c := range []struct{ fault, state string }{
		{vercel.BuildFails, "ERROR"}, {vercel.CanceledUnderUs, "CANCELED"}, {vercel.AliasError, "READY"},
	} {
		v.flow("vercel deploy with "+c.fault+": exit 1", func() error { return v.deployWith(ctx, c.fault, c.state) })
	}
	v.flow("vercel promote with a job that fails: exit 1, and the domain stays", func() error { return v.promoteFails(ctx) })
	v.flow("vercel deploy with alias-late: waits for the aliases", func() error { return v.deployLate(ctx) })
}

func (v *vercelBench) deployBroken(ctx context.Context) error {
	p, err := v.get(ctx, "/v9/projects/readme")
	if err != nil {
		return err
	}
	broken := filepath.Join(v.dir, "broken")
	if err := errors.Join(v.link(broken, p), write(broken, map[string]string{"package.json": `{"dependencies": {"next": "0.0.0-none"}}`})); err != nil {
		return err
	}
	c := v.command("deploy", "--prod", "--yes")
	c.dir = broken
	out, err := v.exec(ctx, c)
	if err != nil {
		return err
	}
	d, err := v.newest(ctx)
	if err != nil {
		return err
	}
	why, _ := d["errorMessage"].(string)
	if out.exit != 1 || d["readyState"] != "ERROR" || why == "" || !strings.Contains(out.stdout+out.stderr, why) {
		return out.wrong(fmt.Sprintf("want exit 1 with %q; the API says %v", why, d["readyState"]))
	}
	return v.domainShows(ctx, "five")
}

func (v *vercelBench) promoteFails(ctx context.Context) error {
	d, err := v.deploy(ctx, "six", "--prod", "--skip-domain")
	if err != nil {
		return err
	}
	if err := v.emu.Faults().Set(fault.Fault{Name: vercel.PromoteFails, Times: 1}); err != nil {
		return err
	}
	return errors.Join(v.refused(ctx, "Failed to remap", "promote", d["id"].(string), "--yes"), v.domainShows(ctx, "five"))
}

func (v *vercelBench) deployLate(ctx context.Context) error {
	if err := v.emu.Faults().Set(fault.Fault{Name: vercel.AliasLate, Times: 1, For: 2 * time.Second}); err != nil {
		return err
	}
	_, err := v.deploy(ctx, "seven", "--prod")
	return errors.Join(err, v.domainShows(ctx, "seven"))
}

func (v *vercelBench) deployWith(ctx context.Context, name, state string) error {
	if err := v.emu.Faults().Set(fault.Fault{Name: name, Times: 1}); err != nil {
		return err
	}
	out, err := v.cli(ctx, "deploy", "--prebuilt", "--prod", "--yes")
	if err != nil {
		return err
	}
	d, err := v.newest(ctx)
	if err != nil {
		return err
	}
	if out.exit != 1 || d["readyState"] != state {
		return out.wrong(fmt.Sprintf("want exit 1; the API says %v", d["readyState"]))
	}
	return v.domainShows(ctx, "five")
}

// scopes are the flows of a team's project.
func (v *vercelBench) scopes(ctx context.Context) {
	v.flow("in a team: whoami, deploy --prod, ls, inspect", func() error { return v.teamDeploys(ctx) })
	v.flow("in a team: deploy --skip-domain, promote, rollback", func() error { return v.teamMoves(ctx) })
	v.flow("in a team that we are not in: exit 1", func() error { return v.strangers(ctx) })
}

func (v *vercelBench) teamDeploys(ctx context.Context) error {
	d, err := v.deploy(ctx, "the team's", "--prod")
	if err != nil {
		return err
	}
	if team, _ := d["team"].(map[string]any); team["id"] != v.team {
		return fmt.Errorf("its team is %v", d["team"])
	}
	for _, args := range [][]string{{"whoami", "--scope", "founders"}, {"ls", "readme", "--scope", "founders"}, {"inspect", d["url"].(string), "--scope", "founders"}} {
		if _, err := v.done(ctx, args...); err != nil {
			return err
		}
	}
	return v.domainShows(ctx, "the team's")
}

func (v *vercelBench) teamMoves(ctx context.Context) error {
	first, err := v.live(ctx)
	if err != nil {
		return err
	}
	d, err := v.deploy(ctx, "next", "--prod", "--skip-domain")
	if err != nil {
		return err
	}
	if _, err := v.done(ctx, "promote", d["id"].(string), "--yes", "--scope", "founders"); err != nil {
		return err
	}
	if err := v.domainShows(ctx, "next"); err != nil {
		return err
	}
	if _, err := v.done(ctx, "rollback", first, "--yes", "--scope", "founders"); err != nil {
		return err
	}
	return v.domainShows(ctx, "the team's")
}

func (v *vercelBench) strangers(ctx context.Context) error {
	return v.refused(ctx, "The specified scope does not exist", "ls", "readme", "--scope", "strangers")
}

// rest waits a moment before something is looked at again.
func rest(ctx context.Context) error {
	t := time.NewTimer(200 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
