package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"readme/cli/box"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/source"
	"readme/cli/spec"
	"readme/cli/steps"
)

// world is an opened environment: its vendors' clients, its database, and the box behind it if it is one.
type world struct {
	app     *app
	project *project
	env     spec.Environment
	steps   *steps.World
	box     *box.Box // nil where the vendors are real, or where the box of another process was joined
	info    *box.Info
	targets []release.Target
	without map[string]string
	outputs map[string]map[string]string
	notes   []string
	recalls bool   // what was pushed is read from the record, too
	boxed   bool   // nothing of it is a vendor's own
	reason  string // why a person does what is run in it, where they have to say so
	closers []func()
	only    string                                                      // the commit that a plan has to be of; "" for any
	gates   func(context.Context, release.Plan) ([]release.Gate, error) // what the environment requires of a plan; nil: not asked, or nothing
}

// close lets go of everything, the box included, even when the command was cancelled.
func (w *world) close(ctx context.Context) {
	for _, c := range slices.Backward(w.closers) {
		c()
	}
	if w.box != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		w.box.Close(ctx)
	}
}

// open makes the environment ready to be read and acted on. For a box it joins the one that another process has up,
// or starts one that lives as long as the command.
func (a *app) open(ctx context.Context, p *project, e spec.Environment, command string) (*world, error) {
	w := &world{app: a, project: p, env: e, recalls: recalls(command), without: map[string]string{}, outputs: map[string]map[string]string{}}
	if strict(command) {
		if err := a.parity(ctx, p); err != nil {
			return nil, err
		}
	}
	var acc access
	var err error
	if e.Box {
		acc, err = w.openBox(ctx, command)
	} else {
		acc, err = a.realAccess(ctx, p, e)
	}
	if err == nil {
		err = w.connect(ctx, acc)
	}
	if err != nil {
		w.close(ctx)
		return nil, w.explain(acc, err)
	}
	return w, nil
}

// strict reports whether a command wants the matrix and the env.example files to agree. Whoever looks at what is live, or goes
// back to it, is not kept from it by a line that is missing in a document.
func strict(command string) bool {
	return command == "plan" || command == "release" || command == "smoke" || command == "env push"
}

func (w *world) openBox(ctx context.Context, command string) (access, error) {
	p, a := w.project, w.app
	info, joined := box.Running(p.home)
	if !joined || (acts(command) && info.Mode != box.Shared) {
		b, err := a.startBox(ctx, p, w.env, command)
		if err != nil {
			return access{}, err
		}
		w.box, info = b, b.Info()
	}
	w.info, w.notes = &info, info.Notes
	a.veil.learn(p.matrix, info.Values)
	a.veil.add(info.ControlKey, info.RailwayToken, info.VercelToken, info.PipecatKey, info.PipecatPublicKey, info.SupabaseKey, info.Database, info.Redis)
	if !info.Node {
		for _, d := range p.rel.Deploy {
			if d.To == "vercel" {
				w.without[d.Name] = "Node.js is not installed"
			}
		}
	}
	return access{
		railway: info.Railway, vercel: info.Vercel, pipecat: info.Pipecat, supabase: info.Supabase,
		railwayToken: info.RailwayToken, vercelToken: info.VercelToken, pipecatKey: info.PipecatKey,
		supabaseKey: info.SupabaseKey, database: info.Database,
		railwayProject: p.rel.Project, railwayEnvironment: w.env.Name, vercelProject: p.rel.Project, pipecatName: p.rel.Project,
		values: info.Values, emulated: true,
	}, nil
}

// acts reports whether a command changes what is in the box: it joins no box but one that is up for everybody.
func acts(command string) bool {
	return command == "release" || command == "resume" || command == "rollback" || command == "env push"
}

// plan reads the facts and makes the plan.
func (w *world) plan(ctx context.Context) (release.Plan, error) {
	facts, err := w.facts(ctx, false)
	if err != nil {
		return release.Plan{}, err
	}
	made, err := plan.Build(w.project.rel, w.env, facts)
	if err == nil && w.only != "" && made.Commit.String() != w.only {
		err = strayed(w.only, made)
	}
	if err == nil && w.gates != nil {
		made.Gates, err = w.gates(ctx, made)
	}
	return w.estimate(ctx, made), err
}

// facts reads the world: for a release, or only to look at what is live.
func (w *world) facts(ctx context.Context, looks bool) (plan.Facts, error) {
	src, err := w.app.source(ctx, w.project)
	if err != nil {
		return plan.Facts{}, err
	}
	defer w.app.slowly(w.vendors())()
	facts, err := steps.Read(ctx, w.steps, steps.Question{
		Release: w.project.rel, Matrix: w.project.matrix, Env: w.env, Box: w.boxed, Looks: looks,
		Subject: w.subject(ctx, src), Without: w.without, Outputs: w.outputs,
	})
	facts.Targets, facts.Notes = w.targets, w.notes
	return facts, err
}

// subject is what would be released. The box stands for the hosting too: it fetches from a repository without origin.
func (w *world) subject(ctx context.Context, src *source.Source) steps.Subject {
	s := subject(ctx, src, w.project)
	if s.Repo == "" && w.boxed {
		s.Repo = box.Repo(w.project.rel.Project)
	}
	return s
}

// smokePlan is the plan's checks alone, against what is live.
func (w *world) smokePlan(ctx context.Context) (release.Plan, error) {
	facts, err := w.facts(ctx, true)
	if err != nil {
		return release.Plan{}, err
	}
	made, err := plan.Smoke(w.project.rel, w.env, facts)
	return w.estimate(ctx, made), err
}

// smokeEnv is what all checks share.
func (w *world) smokeEnv(acc access) smoke.Env {
	secrets := []release.Secret{acc.railwayToken, acc.vercelToken, acc.pipecatKey, acc.supabaseKey, acc.bypass, acc.database}
	plain := plainOnes(w.project.matrix)
	for name, s := range acc.values {
		if !plain[name] {
			secrets = append(secrets, s)
		}
	}
	return smoke.Env{
		Environment: w.env.Name, Secrets: secrets, Began: time.Now(),
		Open: w.file,
	}
}

// file opens a file of the project that a check sends.
func (w *world) file(path string) (io.ReadCloser, int64, error) {
	root, err := os.OpenRoot(w.project.dir)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// repo is what the project's repository is called at its hosting; the box has a name for one that is at none.
func (a *app) repo(ctx context.Context, p *project) string {
	if src, err := a.source(ctx, p); err == nil && src.Repo() != "" {
		return src.Repo()
	}
	return box.Repo(p.rel.Project)
}

// startBox opens a box of this process's own.
func (a *app) startBox(ctx context.Context, p *project, e spec.Environment, command string) (*box.Box, error) {
	cache, data := boxFolders(a.sys, p.home)
	bot, err := p.bot(e)
	if err != nil {
		return nil, err
	}
	return box.Open(ctx, box.Config{
		Project: p.home, Cache: cache, Data: data, Downloads: downloads(a.sys), Command: command, Set: bot.SecretSet, Environ: a.sys.Environ,
		Release: p.rel, Matrix: p.matrix, Env: e.Name, Agent: p.rel.Project, Repo: a.repo(ctx, p),
		Offline: a.sys.Get("READMEOPS_OFFLINE") != "", Runner: a.runner,
		Say: func(line string) { _, _ = fmt.Fprintln(a.sys.Err, line) },
	})
}
