package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// variables are the flows of `vercel env`.
func (v *vercelBench) variables(ctx context.Context) {
	v.flow("vercel env add: sensitive by default, and unreadable", func() error { return v.addVariable(ctx) })
	v.flow("vercel env add of what is there: refused", func() error { return v.addTwice(ctx) })
	v.flow("vercel env add --no-sensitive, env ls", func() error { return v.addPlain(ctx) })
	v.flow("vercel env update", func() error { return v.updateVariable(ctx) })
	v.flow("vercel env pull: sensitive values stay where they are", func() error { return v.pullVariables(ctx) })
	v.flow("vercel env rm: from one environment, and from the last", func() error { return v.removeVariables(ctx) })
}

func (v *vercelBench) addVariable(ctx context.Context) error {
	if err := v.typed(ctx, "first-value", "env", "add", "BOT_KEY", "production"); err != nil {
		return err
	}
	return v.variable(ctx, "BOT_KEY", "sensitive", "")
}

func (v *vercelBench) addTwice(ctx context.Context) error {
	c := v.command("env", "add", "BOT_KEY", "production")
	c.stdin = "other"
	out, err := v.exec(ctx, c)
	if err == nil && out.exit != 1 {
		err = out.wrong("want exit 1")
	}
	return errors.Join(err, v.variable(ctx, "BOT_KEY", "sensitive", ""))
}

func (v *vercelBench) addPlain(ctx context.Context) error {
	if err := v.typed(ctx, "http://bot", "env", "add", "BOT_URL", "preview,production", "--no-sensitive"); err != nil {
		return err
	}
	out, err := v.done(ctx, "env", "ls", "production")
	if err == nil && (!strings.Contains(out.stdout+out.stderr, "BOT_KEY") || !strings.Contains(out.stdout+out.stderr, "BOT_URL")) {
		err = out.wrong("it does not list both")
	}
	return errors.Join(err, v.variable(ctx, "BOT_URL", "encrypted", "http://bot"))
}

func (v *vercelBench) updateVariable(ctx context.Context) error {
	if err := v.typed(ctx, "http://bot2", "env", "update", "BOT_URL", "production", "--yes"); err != nil {
		return err
	}
	return v.variable(ctx, "BOT_URL", "", "http://bot2")
}

func (v *vercelBench) pullVariables(ctx context.Context) error {
	if _, err := v.done(ctx, "env", "pull", ".env.pulled", "--environment", "production", "--yes"); err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(v.site, ".env.pulled"))
	if err != nil {
		return err
	}
	if text := string(raw); !strings.Contains(text, `BOT_URL="http://bot2"`) || strings.Contains(text, "first-value") {
		return fmt.Errorf("it wrote %s", text)
	}
	return nil
}

func (v *vercelBench) removeVariables(ctx context.Context) error {
	for _, c := range []struct {
		name, target string
		left         int
	}{{"BOT_URL", "production", 2}, {"BOT_URL", "preview", 1}, {"BOT_KEY", "production", 0}} {
		if _, err := v.done(ctx, "env", "rm", c.name, c.target, "--yes"); err != nil {
			return err
		}
		a, err := v.get(ctx, "/v10/projects/readme/env")
		if err != nil {
			return err
		}
		if left, _ := a["envs"].([]any); len(left) != c.left {
			return fmt.Errorf("after %s is removed from %s, left are %v", c.name, c.target, left)
		}
	}
	return nil
}

// typed runs a command that reads a value.
func (v *vercelBench) typed(ctx context.Context, value string, args ...string) error {
	c := v.command(args...)
	c.stdin = value
	out, err := v.exec(ctx, c)
	if err == nil && out.exit != 0 {
		err = out.wrong("it failed")
	}
	return err
}

// variable checks one as the API shows it; a kind of "" is any, and a value of "" is one that cannot be read.
func (v *vercelBench) variable(ctx context.Context, name, kind, value string) error {
	a, err := v.get(ctx, "/v10/projects/readme/env")
	if err != nil {
		return err
	}
	all, _ := a["envs"].([]any)
	for _, e := range all {
		e, _ := e.(map[string]any)
		if e["key"] != name {
			continue
		}
		one, err := v.get(ctx, fmt.Sprint("/v1/projects/readme/env/", e["id"]))
		if err != nil {
			return err
		}
		if kind != "" && one["type"] != kind || one["value"] != value {
			return fmt.Errorf("%s is %v with the value %q; want %s with %q", name, one["type"], one["value"], kind, value)
		}
		return nil
	}
	return fmt.Errorf("the project has no %s: %v", name, all)
}
