package sweep_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The product of this repository: its API and worker are compiled, and its client is built by the real Next.js. One
// release of it is killed three times, twice while it is being resumed, and the next one while it is put back.
func TestWholeProduct_isKilledFourTimes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds of Next.js")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("npm is not installed, so there is no client to release")
	}
	t.Parallel() // Next.js builds while the small product waits
	w := newWorld(t, whole)
	p := w.place(t, "dev", w.dir) // the box finds in that folder the commits that Railway is told to build
	p.first(t)

	replace(t, p.at, "services/api/main.go", "package main\n", "package main\n\n// another API\n")
	replace(t, p.at, "services/worker/main.go", "package main\n", "package main\n\n// another worker\n")
	replace(t, p.at, "services/bot/bot.py", "import", "# another bot\nimport")
	replace(t, p.at, "services/client/app/page.tsx", "read to you.", "read aloud to you.")
	put(t, filepath.Join(p.at, "migrations/0002_killed.sql"), "alter table books add column killed boolean not null default false;\n")
	git(t, p.at, "commit", "-qam", "another of all")
	git(t, p.at, "add", "migrations")
	git(t, p.at, "commit", "-qm", "and a migration")
	p.trap.forget()
	p.killed(t, "release", point{"DeployCommit", 1, true})
	p.killed(t, "resume", point{"POST /v13/deployments", 1, true})
	p.killed(t, "resume", point{"POST /v10/projects/ID/promote/ID", 1, true})
	p.ends(t, 0, "released readme@", "resume")
	p.asked(t, map[string]int{
		"DeployCommit": 2, "POST /v1/builds": 1, "POST /v1/agents/readme-ENV": 1, "POST /v13/deployments": 1, "POST /v10/projects/ID/promote/ID": 1,
	})
	p.ends(t, 0, "Nothing to change", "plan", "--exit-code")

	replace(t, p.at, "services/api/server.go", `"/admin/books/upload"`, `"/admin/books/elsewhere"`)
	git(t, p.at, "commit", "-qam", "break the API")
	p.trap.forget()
	p.killed(t, "release", point{"DeploymentRollback", 1, true})
	p.ends(t, 7, "what it changed was put back", "resume")
	p.asked(t, map[string]int{"DeployCommit": 1, "DeploymentRollback": 1})
	p.ends(t, 0, "all 5 checks passed", "smoke") // of what was live before
}

// whole writes this repository's own files, as git knows them.
func whole(t *testing.T, dir string) {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	list := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if info, err := os.Lstat(filepath.Join(root, name)); err == nil && info.Mode().IsRegular() { // else deleted, or a link
			raw, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, name), string(raw))
		}
	}
}

func replace(t *testing.T, dir, name, old, text string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil || !strings.Contains(string(raw), old) {
		t.Fatalf("%s does not hold %q: %v", name, old, err)
	}
	put(t, filepath.Join(dir, name), strings.Replace(string(raw), old, text, 1))
}

// killed runs a command until the trap springs.
func (p *place) killed(t *testing.T, command string, at point) {
	t.Helper()
	args := []string{command}
	if command == "release" {
		args = append(args, "--yes")
	}
	if e := p.run(t, &at, args...); !e.killed {
		t.Fatalf("%s was not killed %s, and ends with %d\n%s", command, at, e.code, e.out)
	}
}

// ends runs a command that must end with an exit code, and say something.
func (p *place) ends(t *testing.T, code int, says string, args ...string) {
	t.Helper()
	if e := p.run(t, nil, args...); e.code != code || !strings.Contains(e.out, says) {
		t.Fatalf("%v ends with %d, want %d and %q\n%s", args, e.code, code, says, e.out)
	}
}

// asked holds what the vendors have accepted against what they should have.
func (p *place) asked(t *testing.T, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	for what, n := range p.trap.effects() {
		// Not the books of the checks and their sessions, which may be repeated, nor what is sent for a build.
		if what == "POST /v1/builds" || (point{What: what, After: true}).subject() != "" {
			got[what] = n
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the vendors were asked for, (-want +got):\n%s", diff)
	}
}
