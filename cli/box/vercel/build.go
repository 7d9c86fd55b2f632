package vercel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"time"

	"readme/cli/box/host"
)

const (
	buildTimeout = 15 * time.Minute
	buildCommand = "npx next build"
)

// build runs the project's build. Its error is what the deployment's errorMessage says.
func (e *Emulator) build(ctx context.Context, d deployment, p project) error {
	log := e.log(d.ID)
	if d.Git != nil {
		log.say("stdout", "", fmt.Sprintf("Cloning github.com/%s/%s (Branch: %s, Commit: %.7s)", d.Git.Org, d.Git.Repo, d.Git.Ref, d.Git.SHA))
	}
	cached, err := e.make(ctx, d, p, func(line string) { log.say("stdout", "", line) })
	if err != nil {
		// The CLI waits for a line of this level that holds the deployment's message.
		log.say("stderr", "error", "Error: "+err.Error())
		return err
	}
	if cached {
		log.say("stdout", "", "Nothing has changed since an earlier build: its output is used again.")
	}
	return nil
}

func (e *Emulator) make(ctx context.Context, d deployment, p project, say func(string)) (cached bool, err error) {
	if _, hit := e.faults.Strike(BuildFails, p.Name); hit {
		say("$ " + buildCommand)
		return false, fmt.Errorf("Command %q exited with 1", buildCommand) //nolint:staticcheck // it is the vendor's sentence
	}
	switch {
	case d.Prebuilt:
		say("Using prebuilt build artifacts...")
		return false, checkPrebuilt(d)
	case d.Framework != nextjs:
		// Without the setting Vercel does not look for a Next.js app, and that is what it says then.
		return false, errors.New(`No Output Directory named "public" found after the Build completed. ` + //nolint:staticcheck // it is the vendor's sentence
			"Configure the Output Directory in your Project Settings. Alternatively, configure vercel.json#outputDirectory.")
	}
	out, err := e.output(ctx, d, p, say)
	return out.Cached, err
}

// output gives a deployment's build, which Host keeps: an equal one is not built twice.
func (e *Emulator) output(ctx context.Context, d deployment, p project, say func(string)) (host.Output, error) {
	ctx, cancel := context.WithTimeout(ctx, buildTimeout)
	defer cancel()
	archive, err := e.source(ctx, d)
	if err != nil {
		return host.Output{}, err
	}
	defer func() { _ = os.Remove(archive) }()
	env := maps.Clone(d.Env)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, systemEnv(d))
	out, err := e.cfg.Host.Build(ctx, host.Build{
		Service: p.Name, Archive: archive, Root: d.Root, Command: buildCommand, Env: env, Node: true, Say: say,
	})
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return out, errors.New(first)
	}
	return out, nil
}

// source gives a deployment's files as an archive, which the caller removes.
func (e *Emulator) source(ctx context.Context, d deployment) (string, error) {
	if d.Git != nil {
		return e.checkout(ctx, *d.Git)
	}
	return e.archive(d)
}

// systemEnv is what Vercel itself sets for a build, as far as it is the same for an equal one.
func systemEnv(d deployment) map[string]string {
	env := map[string]string{"VERCEL_ENV": environment(d)}
	if g := d.Git; g != nil {
		maps.Copy(env, map[string]string{
			"VERCEL_GIT_PROVIDER": "github", "VERCEL_GIT_COMMIT_SHA": g.SHA, "VERCEL_GIT_COMMIT_REF": g.Ref,
			"VERCEL_GIT_REPO_OWNER": g.Org, "VERCEL_GIT_REPO_SLUG": g.Repo,
		})
	}
	return env
}

func environment(d deployment) string {
	if d.Target == production {
		return production
	}
	return "preview"
}
