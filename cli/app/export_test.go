package app

import (
	"context"
	"io"
	"os"
	"strings"
	"time"

	"readme/cli/env"
	"readme/cli/gate"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/view"
)

// QuoteValue writes a value for a .env file.
func QuoteValue(v string) string { return quoteValue(v) }

// Emulated reports whether none of the addresses, by the vendors' names, database and queue among them, is a vendor's
// own. The product uses them all.
func Emulated(at map[string]string) (bool, error) {
	p := &project{rel: &spec.Release{Bucket: &spec.Bucket{Name: "books"}}}
	for _, vendor := range []string{"railway", "vercel", "pipecat"} {
		p.rel.Deploy = append(p.rel.Deploy, spec.Deploy{Name: vendor, To: vendor})
	}
	return p.emulated(access{
		railway: at["railway"], vercel: at["vercel"], pipecat: at["pipecat"], supabase: at["supabase"],
		database: release.NewSecret(at["database"]), values: map[string]release.Secret{"REDIS_URL": release.NewSecret(at["queue"])},
	})
}

// Prune deletes the archives that nobody will send again.
func Prune(dir string) { (&packer{dir: dir}).prune() }

// Needs gives what CI needs for an environment of the project in a folder, by GitHub's words for the kinds: what it cannot
// do without, and the rest.
func Needs(dir, name string) (required, rest map[string]string, err error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, nil, err
	}
	a := &app{dir: dir, env: name, sys: System{Dir: here}}
	p, err := a.project()
	if err != nil {
		return nil, nil, err
	}
	e, err := a.environment(p)
	n := p.needs(e)
	kinds := func(lists ...[]view.Need) map[string]string {
		out := map[string]string{}
		for _, list := range lists {
			for _, need := range list {
				out[need.Name] = map[bool]string{true: "secrets", false: "vars"}[need.Secret]
			}
		}
		return out
	}
	return kinds(n.Required), kinds(n.Optional, n.First), err
}

// Past gives what is on record of an environment of the project in a folder, as a release to another one sees it.
func Past(ctx context.Context, dir, name string, environ []string) (gate.Record, error) {
	a := &app{dir: ".", sys: System{Dir: dir, Environ: environ}}
	rel, matrix, err := spec.Load(dir)
	if err != nil {
		return gate.Record{}, err
	}
	p := &project{dir: dir, near: ".", home: dir, values: dir, rel: rel, matrix: matrix}
	e, _ := rel.Environment(name)
	return a.pastOf(ctx, p, e)
}

// OpenReference runs the program of a reference in a folder, with this environment, as a command does that knows these secrets.
func OpenReference(ctx context.Context, dir string, environ []string, r env.Reference, patience time.Duration, known ...release.Secret) (release.Secret, error) {
	a := &app{sys: System{Dir: dir, Environ: environ, Err: io.Discard}}
	a.veil.add(known...)
	return a.openReference(ctx, dir, r, patience)
}

// Slowly runs what takes long as a command does, and gives what it says meanwhile.
func Slowly(what string, work func()) string {
	var said strings.Builder
	a := &app{sys: System{Err: &said}}
	stop := a.slowly(what)
	work()
	stop()
	return said.String()
}
