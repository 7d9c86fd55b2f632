package railway_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"readme/cli/box/forge"
	"readme/cli/box/railway/railwaytest"
	"readme/cli/provider"
)

// The repository at the hosting, and its commits, the oldest first. One that begins with f was never pushed.
const (
	repo     = "founder/readme"
	unpushed = "ffffffffffffffffffffffffffffffffffffffff"
)

func sha(n int) string { return fmt.Sprintf("%040x", n+0xabc0) }

// hosting has one repository, whose branch main is at commit 1 and whose branch next is at commit 2.
type hosting struct{}

func (hosting) Commit(_ context.Context, name, ref string) (forge.Commit, error) {
	if !strings.EqualFold(name, repo) {
		return forge.Commit{}, forge.ErrNoRepository
	}
	switch ref {
	case "main", "HEAD":
		return forge.Commit{SHA: sha(1), Branch: "main", Message: "the first"}, nil
	case "next":
		return forge.Commit{SHA: sha(2), Branch: "next", Message: "the second"}, nil
	}
	if len(ref) != 40 || strings.HasPrefix(ref, "f") {
		return forge.Commit{}, forge.ErrNoCommit
	}
	return forge.Commit{SHA: ref, Message: "commit " + ref}, nil
}

func (hosting) Archive(_ context.Context, _, sha, path string) error {
	return os.WriteFile(path, railwaytest.Archive(map[string]string{"./go.mod": "module readme\n", "./commit": sha}), 0o600)
}

// commit asks for a deploy of commit number n.
func commit(service string, n int) provider.Request {
	return provider.Request{Service: service, Marker: marker("r1"), Commit: provider.Commit{Repo: repo, SHA: sha(n), Branch: "main"}}
}
