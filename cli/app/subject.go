package app

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"readme/cli/source"
	"readme/cli/steps"
)

// subject offers the work tree to the facts. Each folder is packed once, however many services are made from it.
func subject(ctx context.Context, src *source.Source, p *project) steps.Subject {
	packs := &packer{src: src, dir: p.archives(), done: map[string]func() (source.Archive, error){}}
	return steps.Subject{
		Commit: src.Commit,
		Tree:   func(patterns []string) (string, error) { return src.Tree(ctx, patterns) },
		Archive: func(root string) (string, int, error) {
			a, err := packs.of(ctx, root)
			return a.SHA256, a.Files, err
		},
	}
}

type packer struct {
	src *source.Source
	dir string

	mu   sync.Mutex
	done map[string]func() (source.Archive, error)
}

func (k *packer) of(ctx context.Context, root string) (source.Archive, error) {
	k.mu.Lock()
	f := k.done[root]
	if f == nil {
		f = sync.OnceValues(func() (source.Archive, error) { return k.pack(ctx, root) })
		k.done[root] = f
	}
	k.mu.Unlock()
	return f()
}

// pack writes the archive under the name of its hash: resume sends that very file, or refuses.
func (k *packer) pack(ctx context.Context, root string) (source.Archive, error) {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return source.Archive{}, err
	}
	tidy(k.dir, time.Now().Add(-archivesStay))
	tmp, err := os.CreateTemp(k.dir, "new-*.tar.gz")
	if err != nil {
		return source.Archive{}, err
	}
	_ = tmp.Close()
	defer func() { _ = os.Remove(tmp.Name()) }()
	a, err := k.src.Archive(ctx, tmp.Name(), source.Pick{Root: root})
	if err != nil {
		return source.Archive{}, err
	}
	return a, os.Rename(tmp.Name(), filepath.Join(k.dir, a.SHA256+".tar.gz"))
}

// archivesStay is how long an archive is kept: no release goes on for longer, and the next plan packs it again.
const archivesStay = 24 * time.Hour

// tidy deletes what is older than since, also what a killed release left half made. What cannot be deleted is tried
// again next time.
func tidy(dir string, since time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().Before(since) {
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}
