package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"readme/cli/box/host"
	"readme/cli/box/vercel"
)

// vercelCLI lets Vercel's own CLI judge the emulator.
func vercelCLI(ctx context.Context, b *bench) error {
	h, err := host.New(host.Config{
		Dir: filepath.Join(b.dir, "host"), Home: filepath.Join(b.dir, "host-home"), Env: host.Allowed(os.Environ()),
	})
	if err != nil {
		return err
	}
	e, err := vercel.Open(ctx, vercel.Config{
		Dir: filepath.Join(b.dir, "vercel"), Token: "box_token", Projects: []vercel.Project{{Name: "readme"}}, Host: h, Pace: 20 * time.Millisecond,
		Edge: func(string) (net.Listener, error) { return (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0") },
	})
	if err != nil {
		return err
	}
	b.onClose(func() { e.Close(context.WithoutCancel(ctx)) })
	api, err := b.serve(ctx, e.Handler())
	if err != nil {
		return err
	}
	cli := func(args ...string) (output, error) {
		return b.exec(ctx, command{
			argv: append([]string{"node", filepath.Join(b.tool, "node_modules/vercel/dist/vc.js"), "--api", api, "--token", "box_token"}, args...),
			env:  []string{"VERCEL_TELEMETRY_DISABLED=1"},
		})
	}
	b.flow("whoami", func() error {
		out, err := cli("whoami")
		if err == nil && strings.TrimSpace(out.stdout) != "box" {
			err = out.wrong("it does not say who we are")
		}
		return err
	})
	return nil
}
