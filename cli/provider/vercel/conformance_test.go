package vercel_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/fault"
	box "readme/cli/box/vercel"
	"readme/cli/box/vercel/boxtest"
	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

// host is the client in the shape of the suite.
type host struct {
	*vercel.Client

	staged bool
	repo   string
	emu    *box.Emulator // nil on a real account
}

func (h host) Deploy(ctx context.Context, r provider.Request) (string, error) {
	if h.staged {
		return h.DeployStaged(ctx, r)
	}
	return h.Client.Deploy(ctx, r)
}

func (h host) Promote(ctx context.Context, id string) error {
	_, err := h.Client.Promote(ctx, id)
	return err
}

func (h host) Remove(ctx context.Context, id string) error {
	d, err := h.Deployment(ctx, id)
	if err == nil && !d.State.Over() {
		return h.Cancel(ctx, id)
	}
	return errors.Join(err, h.Delete(ctx, id))
}

func (h host) Make(ctx context.Context, _ provider.Request, variables map[string]release.Secret) error {
	n := vercel.NewProject{Repo: h.repo}
	for name, v := range variables {
		n.Variables = append(n.Variables, vercel.Variable{Name: name, Value: v, Sensitive: true})
	}
	return h.Client.Make(ctx, n)
}

func (h host) Variables(ctx context.Context) ([]provider.Variable, error) {
	return h.ListVariables(ctx)
}

func (h host) SetVariables(ctx context.Context, vars []provider.NewVariable) error {
	return h.WriteVariables(ctx, vars)
}

// Logs gives nothing: Vercel keeps no log of what ran.
func (h host) Logs(context.Context, string, time.Time, string) ([]provider.LogLine, error) {
	return nil, nil
}

// way is one of the ways in which the product's client goes to Vercel.
type way struct {
	staged  bool
	root    string
	forge   *boxtest.Forge // nil sends files
	commits []string       // of the forge, the broken one first
}

func (w way) repo() string {
	if w.forge == nil {
		return ""
	}
	return w.forge.Name
}

// at is a client at an emulator of its own, in a bubble, whose token is good_token.
func (w way) at(t *testing.T, token, project string) host {
	t.Helper()
	net := boxtest.NewNet()
	cfg := box.Config{
		Dir: t.TempDir(), Token: "good_token", Team: &box.Team{Slug: "founders"},
		Projects: []box.Project{{Name: "readme", Env: map[string]string{"GREETING": "hello"}, Repo: w.repo(), Root: w.root}},
		Host:     &boxtest.Host{Net: net, BuildTime: 40 * time.Second}, Edge: net.Edge, Dial: net.DialContext, Pace: 2 * time.Second,
	}
	if w.forge != nil {
		cfg.Forge = w.forge
	}
	emu, err := box.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	stop, err := net.Serve("api.box:80", emu.Handler())
	if err != nil {
		t.Fatal(err)
	}
	wire := newWiretap(t, net.Transport())
	c, err := vercel.New(vercel.Options{
		Base: "http://api.box", Token: release.NewSecret(token), Project: project, Team: "founders", Root: w.root, Transport: wire,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		wire.CloseIdleConnections()
		stop()
		emu.Close(context.Background())
	})
	return host{Client: c, staged: w.staged, repo: w.repo(), emu: emu}
}

// request is the release n of a page; 0 is one that does not build.
func (w way) request(t *testing.T, n int) provider.Request {
	t.Helper()
	run := fmt.Sprint("run-", n)
	r := provider.Request{Service: "client", Marker: provider.Marker{Release: run, Commit: "c-" + run, Tree: "t-" + run}}
	if w.forge != nil {
		r.Commit = provider.Commit{Repo: w.forge.Name, SHA: w.commits[n], Branch: "main"}
		r.Marker.Commit = w.commits[n]
		return r
	}
	r.Dir = t.TempDir()
	for name, content := range pageOf(n) {
		if err := os.WriteFile(filepath.Join(r.Dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r.Files = append(r.Files, provider.File{Path: name, Mode: 0o644, Size: int64(len(content))})
	}
	return r
}

func pageOf(n int) map[string]string {
	if n == 0 {
		return map[string]string{"package.json": "{}", "broken": "type error in line 3"}
	}
	return map[string]string{"package.json": "{}", "page.txt": fmt.Sprint("page ", n)}
}

// ofCommits fills a repository whose app lies in a folder.
func ofCommits(staged bool) way {
	w := way{staged: staged, root: "services/client", forge: &boxtest.Forge{Name: "ada/readme"}}
	for n := range 4 {
		files := map[string]string{}
		for name, content := range pageOf(n) {
			files[w.root+"/"+name] = content
		}
		w.commits = append(w.commits, w.forge.Push("main", fmt.Sprint("Release ", n), files))
	}
	return w
}

func strike(t *testing.T, h providertest.Host, name string) {
	t.Helper()
	if err := h.(host).emu.Faults().Set(fault.Fault{Name: name, Times: 1}); err != nil {
		t.Fatal(err)
	}
}

// subject fills in what the emulator and a real account have in common.
func (w way) subject() providertest.Subject {
	s := providertest.Subject{
		Vendor:  "vercel",
		Request: w.request,
		Broken: func(t *testing.T) provider.Request {
			t.Helper()
			return w.request(t, 0)
		},
		Unknown: "dpl_89qyp1cskzkLrVicDaZoDbjyHuDJ", Token: "another_token", Mend: "VERCEL_TOKEN",
		Made: func(t *testing.T, h providertest.Host) int {
			t.Helper()
			found, err := h.(host).Find(t.Context(), w.request(t, 1).Marker)
			if err != nil {
				t.Fatal(err)
			}
			return len(found)
		},
	}
	if w.forge != nil {
		s.Words = func(n int) string { return fmt.Sprintf("Commit: %.7s", w.commits[n]) }
	}
	return s
}

func TestVercel_keepsWhatAllClientsPromise(t *testing.T) {
	for name, w := range map[string]way{
		"files at once": {}, "files staged": {staged: true}, "files for a folder": {staged: true, root: "services/client"},
		"commits at once": ofCommits(false), "commits staged": ofCommits(true),
	} {
		t.Run(name, func(t *testing.T) {
			s := w.subject()
			s.In, s.Poll, s.Within, s.Lag = synctest.Test, time.Second, 10*time.Minute, 30*time.Second
			s.Says, s.Variable = "type error in line 3", "GREETING"
			s.New = func(t *testing.T) providertest.Host {
				t.Helper()
				return w.at(t, "good_token", "readme")
			}
			s.Nothing = func(t *testing.T) providertest.Host {
				t.Helper()
				return w.at(t, "good_token", "readme-new")
			}
			s.WrongToken = func(t *testing.T) providertest.Host {
				t.Helper()
				return w.at(t, s.Token, "readme")
			}
			s.Cut = func(t *testing.T, h providertest.Host) {
				t.Helper()
				strike(t, h, box.DeployUnanswered)
			}
			s.Lose = func(t *testing.T, h providertest.Host) {
				t.Helper()
				strike(t, h, box.EnvLost)
			}
			s.Late = func(t *testing.T, h providertest.Host) {
				t.Helper()
				strike(t, h, box.EnvLate)
			}
			s.Owned = func(t *testing.T, h providertest.Host) string {
				t.Helper()
				if err := h.(host).emu.Faults().Set(fault.Fault{Name: box.EnvOwned, Only: "GREETING"}); err != nil {
					t.Fatal(err)
				}
				return "GREETING"
			}
			s.Hang = func(t *testing.T, h providertest.Host) {
				t.Helper()
				strike(t, h, fault.Hangs)
			}
			providertest.Run(t, s)
		})
	}
}
