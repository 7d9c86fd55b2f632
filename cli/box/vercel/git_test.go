package vercel_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"readme/cli/box/vercel"
	"readme/cli/box/vercel/boxtest"
)

// linked opens the emulator once more with a project that is linked to a repository of one commit.
func (b *bench) linked() (f *boxtest.Forge, sha string) {
	b.Helper()
	b.close()
	f = &boxtest.Forge{Name: "acme/readme"}
	sha = f.Push("main", "first words", map[string]string{"services/client/page.txt": "first", "page.txt": "top"})
	b.cfg.Forge, b.cfg.Dir = f, b.TempDir()
	b.cfg.Projects[0].Repo, b.cfg.Projects[0].Root = "acme/readme", "services/client"
	b.open()
	return f, sha
}

// fromGit deploys a commit, and waits until all is done.
func (b *bench) fromGit(source map[string]any, more map[string]any) reply {
	b.Helper()
	body := map[string]any{"name": "readme", "target": "production", "gitSource": source}
	maps.Copy(body, more)
	r := b.call("POST", "/v13/deployments", body)
	if r.status == http.StatusOK {
		time.Sleep(2 * time.Minute)
	}
	return r
}

func TestGit_buildsTheCommitBelowTheRootDirectory(t *testing.T) {
	inBubble(t, func(b *bench) {
		f, first := b.linked()
		f.Push("main", "second words", map[string]string{"services/client/page.txt": "second"})
		link := b.call("GET", "/v9/projects/readme", nil).json["link"].(map[string]any)
		if link["org"] != "acme" || link["repo"] != "readme" || link["productionBranch"] != "main" {
			b.Errorf("the link is %v", link)
		}
		made := b.fromGit(map[string]any{"type": "github", "repoId": link["repoId"], "ref": "main", "sha": first}, map[string]any{"meta": map[string]any{"run": "1"}})
		d := b.call("GET", "/v13/deployments/"+made.text("id"), nil)
		meta, _ := d.json["meta"].(map[string]any)
		if b.page("production.box:80") != "first hello" || meta["githubCommitSha"] != first || meta["githubCommitMessage"] != "first words" || meta["run"] != "1" {
			b.Errorf("it serves %q, meta %v", b.page("production.box:80"), meta)
		}
		if git, _ := d.json["gitSource"].(map[string]any); git["sha"] != first || git["ref"] != "main" {
			b.Errorf("gitSource is %v", git)
		}
		head := b.fromGit(map[string]any{"type": "github", "org": "Acme", "repo": "readme", "ref": "main"}, nil)
		if head.status != http.StatusOK || b.page("production.box:80") != "second hello" {
			b.Errorf("without a sha: %d, and it serves %q", head.status, b.page("production.box:80"))
		}
		list := b.call("GET", "/v7/deployments?projectId=readme&sha="+first, nil).json["deployments"].([]any)
		if len(list) != 1 || list[0].(map[string]any)["uid"] != made.text("id") {
			b.Errorf("by its sha: %v", list)
		}
	})
}

func TestGit_refusesWhatItCannotFetch(t *testing.T) {
	inBubble(t, func(b *bench) {
		_, sha := b.linked()
		for name, source := range map[string]map[string]any{
			"an unknown commit":  {"type": "github", "org": "acme", "repo": "readme", "ref": "main", "sha": strings.Repeat("0", 40)},
			"another repository": {"type": "github", "org": "acme", "repo": "other", "ref": "main", "sha": sha},
			"another id":         {"type": "github", "repoId": 1, "ref": "main", "sha": sha},
		} {
			if r := b.fromGit(source, nil); r.status != http.StatusBadRequest || r.code() != "incorrect_git_source_info" {
				b.Errorf("%s: %d %s", name, r.status, r.raw)
			}
		}
		good := map[string]any{"type": "github", "org": "acme", "repo": "readme", "ref": "main", "sha": sha}
		b.strike(vercel.GitLate, 1, 0)
		if r := b.fromGit(good, nil); r.code() != "incorrect_git_source_info" {
			b.Errorf("pushed a moment ago: %d %s", r.status, r.raw)
		}
		if r := b.fromGit(good, nil); r.status != http.StatusOK {
			b.Errorf("a moment later: %d %s", r.status, r.raw)
		}
		b.call("POST", "/v11/projects", map[string]any{"name": "bare"})
		if r := b.fromGit(good, map[string]any{"project": "bare"}); r.code() != "incorrect_git_source_info" {
			b.Errorf("a project without a link: %d %s", r.status, r.raw)
		}
		if r := b.call("POST", "/v11/projects", map[string]any{"name": "far", "gitRepository": map[string]any{"type": "github", "repo": "acme/none"}}); r.status != http.StatusBadRequest {
			b.Errorf("a link to a repository that is closed to Vercel: %d", r.status)
		}
		r := b.call("POST", "/v11/projects", map[string]any{"name": "near", "gitRepository": map[string]any{"type": "github", "repo": "acme/readme"}})
		if link, _ := r.json["link"].(map[string]any); link["repo"] != "readme" {
			b.Errorf("a link to one that is open: %s", r.raw)
		}
	})
}

func TestGit_ownIntegrationDeploysAPush(t *testing.T) {
	inBubble(t, func(b *bench) {
		f, _ := b.linked()
		id, err := b.emu.Push(b.Context(), "readme", "main")
		if err != nil {
			b.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		d := b.call("GET", "/v13/deployments/"+id, nil)
		if d.text("source") != "git" || d.text("target") != "production" || b.page("production.box:80") != "first hello" {
			b.Errorf("a push to main: %s", d.raw)
		}
		f.Push("idea", "an idea", map[string]string{"services/client/page.txt": "idea"})
		if id, err = b.emu.Push(b.Context(), "readme", "idea"); err != nil {
			b.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if d := b.call("GET", "/v13/deployments/"+id, nil); d.json["target"] != nil || b.page(d.text("url")) != "idea " {
			b.Errorf("a push to another branch: %s, %q", d.raw, b.page(d.text("url")))
		}
		if _, err := b.emu.Push(b.Context(), "other", "main"); err == nil {
			b.Error("a push deployed a project that does not exist")
		}
	})
}

func TestFaults_ownIntegrationBuildsTheSameCommit(t *testing.T) {
	inBubble(t, func(b *bench) {
		_, sha := b.linked()
		b.strike(vercel.DuplicateGitDeploy, 1, 0)
		r := b.fromGit(map[string]any{"type": "github", "org": "acme", "repo": "readme", "ref": "main", "sha": sha}, staged())
		list := b.call("GET", "/v7/deployments?sha="+sha, nil).json["deployments"].([]any)
		if len(list) != 2 {
			b.Fatalf("there are %d deployments of the commit", len(list))
		}
		other := list[1].(map[string]any)
		if other["uid"] == r.text("id") || other["source"] != "git" || other["readySubstate"] != "PROMOTED" {
			b.Errorf("the other one is %v", other)
		}
		if d := b.call("GET", "/v13/deployments/"+r.text("id"), nil); d.text("readySubstate") != "STAGED" {
			b.Errorf("ours is %s", d.text("readySubstate"))
		}
	})
}
