package steps

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// Subject is what would be released, as the work tree holds it now.
type Subject struct {
	Commit  release.Commit
	Changed []string // files that differ from the commit
	Repo    string   // what its repository is called at its hosting, "owner/name"; "" for none
	Branch  string   // that is checked out, "" for none
	// Tree is the hash of the files that match the patterns (path, mode, content).
	Tree func(patterns []string) (string, error)
	// TreeAt is the same for an earlier commit; "" where this clone does not know it.
	TreeAt func(commit string, patterns []string) (string, error)
	// Archive packs a folder of the project, "" for all of it, below World.Archives, and gives its sha256.
	Archive func(root string) (sha256 string, files int, err error)
	// Context is the same without the files that match a pattern, as in .gitignore, relative to the project.
	Context func(root string, exclude []string) (sha256 string, files int, err error)
}

// Question is all that Read needs to know.
type Question struct {
	Release *spec.Release
	Matrix  *spec.Matrix
	Env     spec.Environment
	Box     bool // none of the vendors is a real one
	Looks   bool // nothing will be brought, so what would stand in a deploy's way, or is missing for one, does not matter
	Subject Subject
	Without map[string]string            // services that cannot be released here, and why
	Outputs map[string]map[string]string // what is known of a service before any deploy
}

// Read asks the database, the vendors and the work tree at once, and changes nothing. Everything that could not be
// read, and every variable that a service needs and does not have, is reported, not only the first.
func Read(ctx context.Context, w *World, q Question) (plan.Facts, error) {
	f := plan.Facts{Box: q.Box, Commit: q.Subject.Commit, Services: map[string]plan.Service{}}
	var mu sync.Mutex
	var wrong release.Faults
	report := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		var many release.Faults
		switch {
		case err == nil:
		case errors.As(err, &many):
			wrong = append(wrong, many...)
		default:
			wrong = append(wrong, provider.AsFault(err))
		}
	}
	var wg sync.WaitGroup
	if !q.Looks {
		report(committed(q))
		wg.Go(func() {
			m, err := w.readMigrations(ctx, q)
			f.Migrations = m
			report(err)
		})
		wg.Go(func() {
			b, err := w.readBucket(ctx, q)
			f.Bucket = b
			report(err)
		})
	}
	for _, d := range q.Release.Deploy {
		wg.Go(func() {
			s, err := w.readService(ctx, q, d)
			report(err)
			mu.Lock()
			f.Services[d.Name] = s
			mu.Unlock()
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return f, context.Cause(ctx)
	}
	if len(wrong) > 0 {
		for _, f := range wrong { // a vendor that refuses or is away is no bug of ours
			f.Exit = cmp.Or(f.Exit, release.ExitStepFailed)
		}
		slices.SortStableFunc(wrong, func(a, b *release.Fault) int { return strings.Compare(a.Title, b.Title) })
		return f, wrong
	}
	return f, nil
}

func (w *World) readMigrations(ctx context.Context, q Question) (plan.Migrations, error) {
	var out plan.Migrations
	if q.Release.Migrations.Dir == "" {
		return out, nil
	}
	files, err := migrate.Load(os.DirFS(filepath.Join(w.Dir, q.Release.Migrations.Dir)), q.Release.Migrations.Dir)
	if err != nil {
		return out, err
	}
	st, err := migrate.ReadStatus(ctx, w.Database, files)
	if err != nil {
		return out, err
	}
	if err := st.Check(); err != nil {
		return out, err
	}
	out.Applied = len(st.Applied)
	for _, m := range st.Pending {
		out.Pending = append(out.Pending, plan.Migration{Name: m.Name, SHA256: m.SHA256})
	}
	if out.Lint, err = linted(files, st, q.Release.OnSupabase() && !q.Box); err != nil {
		return out, err
	}
	out.Warn, err = w.openTables(ctx)
	return out, err
}

func (w *World) readBucket(ctx context.Context, q Question) (plan.Bucket, error) {
	if q.Release.Bucket == nil {
		return plan.Bucket{}, nil
	}
	b, err := w.Buckets.Bucket(ctx, q.Release.Bucket.Name)
	if err != nil {
		return b, bucketFault(plan.BucketInputs{Name: q.Release.Bucket.Name}, "cannot be read", err)
	}
	return b, nil
}
