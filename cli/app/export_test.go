package app

import (
	"readme/cli/release"
	"readme/cli/spec"
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
