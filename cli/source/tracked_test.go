package source_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
	"readme/cli/source"
)

func TestTrackedAndIgnored_tellWhatWouldBeCommitted(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{
		".gitignore": ".env.*\nkeys/\n", "app/.gitignore": "own\n", "app/a": "x", "[a]": "x", "a": "x",
	})
	r.write(map[string]string{".env.dev": "A=1", ".env.prod": "A=1", "app/own": "x", "app/new": "x", "keys/one": "x", "name with ü\n": "x"})
	r.git("add", "-f", ".env.prod")
	r.link("app", "link")
	outside := filepath.Join(t.TempDir(), "values")
	paths := []string{
		".env.dev", ".env.prod", ".env.none", "none", "app/a", "app/own", "app/new", "keys/one", "name with ü\n", "[a]", "link/a", "link/own",
		filepath.Join(r.dir, "app/a"), outside, ".readme-ops/x",
	}
	tracked, err := source.Tracked(t.Context(), r.dir, r.environ(), paths)
	if diff := cmp.Diff(map[string]bool{".env.prod": true, "app/a": true, "[a]": true, "link/a": true, filepath.Join(r.dir, "app/a"): true}, tracked); diff != "" || err != nil {
		t.Errorf("tracked: %v (-want +got):\n%s", err, diff)
	}
	ignored, err := source.Ignored(t.Context(), r.dir, r.environ(), paths)
	if diff := cmp.Diff(map[string]bool{
		".env.dev": true, ".env.none": true, "app/own": true, "link/own": true, "keys/one": true, outside: true, ".readme-ops/x": true,
	}, ignored); diff != "" || err != nil {
		t.Errorf("ignored: %v (-want +got):\n%s", err, diff)
	}
}

func TestTrackedAndIgnored_lookBelowAFolderOfTheRepository(t *testing.T) {
	t.Parallel()
	r := committed(t, map[string]string{".gitignore": "shop/.env.dev\n", "shop/a": "x", "b": "x"})
	dir := filepath.Join(r.dir, "shop")
	tracked, err := source.Tracked(t.Context(), dir, r.environ(), []string{"a", "b", "../b"})
	if diff := cmp.Diff(map[string]bool{"a": true}, tracked); diff != "" || err != nil {
		t.Errorf("tracked: %v (-want +got):\n%s", err, diff)
	}
	ignored, err := source.Ignored(t.Context(), dir, r.environ(), []string{".env.dev", "a"})
	if diff := cmp.Diff(map[string]bool{".env.dev": true}, ignored); diff != "" || err != nil {
		t.Errorf("ignored: %v (-want +got):\n%s", err, diff)
	}
	if got, err := source.Ignored(t.Context(), dir, r.environ(), []string{"a"}); len(got) != 0 || err != nil {
		t.Errorf("none of them: got %v, %v", got, err)
	}
	if got, err := source.Tracked(t.Context(), dir, r.environ(), nil); len(got) != 0 || err != nil {
		t.Errorf("no path: got %v, %v", got, err)
	}
}

func TestTrackedAndIgnored_saySoWhereThereIsNoRepository(t *testing.T) {
	t.Parallel()
	r, dir := repo{tb: t, home: t.TempDir()}, t.TempDir()
	if _, err := source.Tracked(t.Context(), dir, r.environ(), []string{"a"}); !errors.Is(err, source.ErrNoRepository) {
		t.Errorf("tracked: got %v", err)
	}
	if _, err := source.Ignored(t.Context(), dir, r.environ(), []string{"a"}); !errors.Is(err, source.ErrNoRepository) {
		t.Errorf("ignored: got %v", err)
	}
	if _, err := source.Ignored(t.Context(), dir, nil, []string{"a"}); fault(t, err).Exit != release.ExitUsage {
		t.Errorf("without git: got %v", err)
	}
}
