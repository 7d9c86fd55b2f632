package source

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// EnvFiles lists the .env files below dir that git has in its index, relative to dir and with slashes: .env, .env.local and
// whatever else begins or ends so. Their names promise values, which examples do not hold. Errors are Faults, or ErrNoRepository.
func EnvFiles(ctx context.Context, dir string, environ []string) ([]string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, explain(dir, err)
	}
	out, err := newGit(dir, environ).run(ctx, "ls-files", "-z", "--cached", "--", ":(glob)**/.env", ":(glob)**/.env.*", ":(glob)**/*.env")
	if e, ok := errors.AsType[*gitError](err); ok && strings.Contains(e.stderr, "not a git repository") {
		return nil, ErrNoRepository
	}
	if err != nil {
		return nil, explain(dir, err)
	}
	files := strings.FieldsFunc(out, func(r rune) bool { return r == 0 })
	slices.Sort(files)
	return slices.Compact(files), nil
}
