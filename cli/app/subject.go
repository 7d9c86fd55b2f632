package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"readme/cli/source"
	"readme/cli/steps"
)

// subject offers the work tree to the facts. Each folder is packed once, however many services are made from it.
func subject(ctx context.Context, src *source.Source, p *project) steps.Subject {
	packs := &packer{src: src, dir: p.archives(), done: map[string]func() (source.Archive, error){}}
	return steps.Subject{
		Commit: src.Commit, Changed: src.Changed, Repo: src.Repo(), Branch: src.Branch,
		TreeAt: func(commit string, patterns []string) (string, error) { return src.TreeAt(ctx, commit, patterns) },
		Tree:   func(patterns []string) (string, error) { return src.Tree(ctx, patterns) },
		Archive: func(root string) (string, int, error) {
			a, err := packs.of(ctx, source.Pick{Root: root})
			return a.SHA256, a.Files, err
		},
		Context: func(root string, exclude []string) (string, int, error) {
			a, err := packs.of(ctx, source.Pick{Root: root, Exclude: exclude})
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

func (k *packer) of(ctx context.Context, p source.Pick) (source.Archive, error) {
	name := fmt.Sprintf("%q", p)
	k.mu.Lock()
	f := k.done[name]
	if f == nil {
		f = sync.OnceValues(func() (source.Archive, error) { return k.pack(ctx, p) })
		k.done[name] = f
	}
	k.mu.Unlock()
	return f()
}

// pack writes the archive under the name of its hash: resume sends that very file, or refuses.
func (k *packer) pack(ctx context.Context, p source.Pick) (source.Archive, error) {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return source.Archive{}, onDisk("pack what is sent", k.dir, err)
	}
	k.prune()
	tmp, err := os.CreateTemp(k.dir, "new-*.tar.gz")
	if err != nil {
		return source.Archive{}, onDisk("pack what is sent", k.dir, err)
	}
	_ = tmp.Close()
	defer func() { _ = os.Remove(tmp.Name()) }()
	a, err := k.src.Archive(ctx, tmp.Name(), p)
	if err != nil {
		return source.Archive{}, onDisk("pack what is sent", k.dir, err)
	}
	return a, os.Rename(tmp.Name(), filepath.Join(k.dir, a.SHA256+".tar.gz"))
}

// prune deletes what nobody will send again: all but the newest archives, and those of an earlier process that was
// killed while it packed. Young ones stay in any case: another command may be at work with them.
func (k *packer) prune() {
	const most, young = 10, time.Hour
	entries, err := os.ReadDir(k.dir)
	if err != nil {
		return
	}
	var old []os.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > young {
			old = append(old, info)
		}
	}
	slices.SortFunc(old, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	kept := 0
	for _, info := range old {
		if kept < most && !strings.HasPrefix(info.Name(), "new-") {
			kept++
			continue
		}
		_ = os.RemoveAll(filepath.Join(k.dir, info.Name())) // a folder is what a killed release has unpacked
	}
}
