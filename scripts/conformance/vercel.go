package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"readme/cli/box/host"
	"readme/cli/box/vercel"
)

// vercelToken is one that the CLI takes: letters, digits and underscores.
const vercelToken = "box_token"

// vercelBench is an emulator with one project, and the CLI linked to it.
type vercelBench struct {
	*bench

	emu  *vercel.Emulator
	api  string
	team string // its id, "" for a personal account
	site string // the folder with a built site, linked to the project

	first, staged string // deployments of earlier flows
}

// vercelCLI lets Vercel's own CLI judge the emulator.
func vercelCLI(ctx context.Context, b *bench) error {
	own, err := newVercel(ctx, b, "own", nil)
	if err != nil {
		return err
	}
	own.deploys(ctx)
	own.moves(ctx)
	own.variables(ctx)
	own.failures(ctx)
	team, err := newVercel(ctx, b, "team", &vercel.Team{ID: "team_1", Slug: "founders"})
	if err != nil {
		return err
	}
	team.scopes(ctx)
	return nil
}

func newVercel(ctx context.Context, b *bench, name string, team *vercel.Team) (*vercelBench, error) {
	dir := filepath.Join(b.dir, name)
	h, err := host.New(host.Config{
		Dir: filepath.Join(dir, "host"), Home: filepath.Join(dir, "host-home"), Env: host.Allowed(os.Environ()),
	})
	if err != nil {
		return nil, err
	}
	e, err := vercel.Open(ctx, vercel.Config{
		Dir: filepath.Join(dir, "vercel"), Token: vercelToken, Team: team, Projects: []vercel.Project{{Name: "readme"}}, Host: h,
		Pace: 20 * time.Millisecond,
		Edge: func(string) (net.Listener, error) { return (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0") },
	})
	if err != nil {
		return nil, err
	}
	b.onClose(func() { e.Close(context.WithoutCancel(ctx)) })
	v := &vercelBench{bench: b, emu: e, site: filepath.Join(dir, "site")}
	if v.api, err = b.serve(ctx, e.Handler()); err != nil {
		return nil, err
	}
	if team != nil {
		v.team = team.ID
	}
	p, err := v.get(ctx, "/v9/projects/readme")
	if err != nil {
		return nil, err
	}
	return v, v.link(v.site, p)
}

// link writes what `vercel link` would, and a site as `vercel build` would leave it.
func (v *vercelBench) link(dir string, project map[string]any) error {
	file, err := json.Marshal(map[string]any{"orgId": project["accountId"], "projectId": project["id"]})
	if err != nil {
		return err
	}
	return write(dir, map[string]string{
		".vercel/project.json":       string(file),
		".vercel/output/config.json": `{"version":3}`,
		// Not text: small sites of nothing but pages are sent inside of the request, and no file would be uploaded.
		".vercel/output/static/pixel.bin": pixel,
	})
}

// pixel is the content of a file that is no text.
const pixel = "\x89PNG\x00\x01\xff\xfe"

func write(dir string, files map[string]string) error {
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// cli runs the CLI in the site's folder.
func (v *vercelBench) cli(ctx context.Context, args ...string) (output, error) {
	return v.exec(ctx, v.command(args...))
}

func (v *vercelBench) command(args ...string) command {
	return command{
		argv: append([]string{"node", filepath.Join(v.tool, "node_modules/vercel/dist/vc.js"), "--api", v.api, "--token", vercelToken}, args...),
		env:  []string{"VERCEL_TELEMETRY_DISABLED=1"},
		dir:  v.site,
	}
}

// done runs the CLI, which has to end with 0.
func (v *vercelBench) done(ctx context.Context, args ...string) (output, error) {
	out, err := v.cli(ctx, args...)
	if err == nil && out.exit != 0 {
		err = out.wrong("it failed")
	}
	return out, err
}

// deploy deploys the site with this page, and gives the deployment as the API shows it.
func (v *vercelBench) deploy(ctx context.Context, page string, args ...string) (map[string]any, error) {
	if err := write(v.site, map[string]string{".vercel/output/static/index.html": page}); err != nil {
		return nil, err
	}
	out, err := v.done(ctx, append([]string{"deploy", "--prebuilt", "--yes"}, args...)...)
	if err != nil {
		return nil, err
	}
	url := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(out.stdout), "https://"), "http://")
	d, err := v.get(ctx, "/v13/deployments/"+url)
	if err != nil {
		return nil, out.wrong(err.Error())
	}
	if d["readyState"] != "READY" || d["aliasAssigned"] != true {
		return nil, out.wrong(fmt.Sprintf("the API says %v, aliasAssigned %v", d["readyState"], d["aliasAssigned"]))
	}
	return d, nil
}

// get reads the API.
func (v *vercelBench) get(ctx context.Context, path string) (map[string]any, error) {
	if v.team != "" {
		path += "?teamId=" + v.team
	}
	status, body, err := fetch(ctx, v.api+path, "Bearer "+vercelToken)
	if err != nil {
		return nil, err
	}
	var a map[string]any
	if err := json.Unmarshal(body, &a); err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %d %s", path, status, body)
	}
	return a, nil
}

// shows checks what an address serves.
func (v *vercelBench) shows(ctx context.Context, host any, path, want string) error {
	_, body, err := fetch(ctx, fmt.Sprintf("http://%v%s", host, path), "")
	if err == nil && string(body) != want {
		err = fmt.Errorf("%v%s serves %q, want %q", host, path, body, want)
	}
	return err
}

// domainShows checks what the project's domain serves.
func (v *vercelBench) domainShows(ctx context.Context, want string) error {
	a, err := v.get(ctx, "/v9/projects/readme/domains")
	if err != nil {
		return err
	}
	domains, _ := a["domains"].([]any)
	first, _ := domains[0].(map[string]any)
	return v.shows(ctx, first["name"], "/", want)
}

func fetch(ctx context.Context, url, authorization string) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, body, err
}
