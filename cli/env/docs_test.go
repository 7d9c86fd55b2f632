package env_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
	"readme/cli/spec"
)

var update = flag.Bool("update", false, "write docs/release-env-matrix.md of this project")

func TestDocs_ofTheProjectItselfAreCommitted(t *testing.T) {
	t.Parallel()
	r, m, err := spec.Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join("../..", env.DocsFile), env.Docs(r, m), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := env.Fresh(env.Project{Dir: "../..", Release: r, Matrix: m}); len(got) > 0 {
		t.Errorf("got %+v", got)
	}
}

func TestDocs_tellEachVariableAndNoSecret(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	m.Variables[0].Default = "hunter2"
	m.Variables[2].About = "where `it` is | was <b>_"
	m.Variables[2].Default = "https://a|b"
	m.Variables[3].SameEverywhere = true
	m.Variables[5].Unread = true
	page := string(env.Docs(r, m))
	_, page, _ = strings.Cut(page, "## Who reads what\n\n")
	want := "| variable | ops | api |\n| --- | :-: | :-: |\n" +
		"| `TOKEN` | ● |  |\n| `DB_URL` | ● | ● |\n| `SITE` |  | ● |\n| `PORT` |  | ● |\n| `BOT_URL` |  | ● |\n| `MODE` |  | ● |\n| `HINT` |  | ○ |\n\n" +
		"● must have a value, ○ may have one; the environments below say where.\n\n## Variables\n\n" +
		"| variable | what it is | type | secret | local | dev | where its value comes from |\n| --- | --- | --- | :-: | :-: | :-: | --- |\n" +
		"| `TOKEN` | the token of the host | `string` | yes | optional | required | `envmatrix.yaml` |\n" +
		"| `DB_URL` | the database | `postgres-url` | yes | required | required | given |\n" +
		"| `SITE` | where \\`it\\` is \\| was &lt;b>\\_ | `url` |  | required | required | given, else `https://a\\|b` |\n" +
		"| `PORT` | where it listens | `port` |  | required | required | given, else `8080`; the same in every service |\n" +
		"| `BOT_URL` | where a bot starts | `url` |  | required | required | made by the release: `${bot.start_url}` |\n" +
		"| `MODE` | how it runs | `string` |  | required | required | always `fast`; no code of ours reads it by its name |\n" +
		"| `HINT` | nobody needs it | `string` |  | optional | optional | given |\n\n" +
		"## Services\n\n| service | runs on | its example | its code |\n| --- | --- | --- | --- |\n" +
		"| ops | the machine that runs readme-ops | [`env.example`](../env.example) |  |\n" +
		"| api | Railway | [`api/env.example`](../api/env.example) |  |\n\n" +
		"## Environments\n\n| environment | what it is | its values |\n| --- | --- | --- |\n" +
		"| local | the cloud in a box, on one machine | drawn by the box |\n" +
		"| dev | Railway project `a`, Railway environment `dev`, Pipecat Cloud agent `a` | `.env.dev`, or the environment of the process |\n"
	got, _, _ := strings.Cut(page, "\nA value that is *given*")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFresh_saysWhereThePageIsStale(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	page := string(env.Docs(r, m))
	before, _, _ := strings.Cut(page, "| `SITE` | where")
	line := strings.Count(before, "\n") + 1
	for name, c := range map[string]struct {
		page  string
		title string
		line  int
	}{
		"as it is":            {page, "", 0},
		"with CRLF":           {strings.ReplaceAll(page, "\n", "\r\n"), "", 0},
		"another word":        {strings.Replace(page, "where it is", "where it was", 1), "this is not what envmatrix.yaml and release.yaml say", line},
		"cut off":             {page[:len(page)-1], "this is not what envmatrix.yaml and release.yaml say", strings.Count(page, "\n")},
		"a person's own page": {"# Variables\n", env.DocsFile + " was not written by `readme-ops env fix`", 1},
		"empty":               {"", env.DocsFile + " was not written by `readme-ops env fix`", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, map[string]string{env.DocsFile: c.page})
			checkFresh(t, env.Project{Dir: dir, Release: r, Matrix: m}, c.title, c.line)
		})
	}
	checkFresh(t, env.Project{Dir: t.TempDir(), Release: r, Matrix: m}, "the page about the variables does not exist", 0)
}

func checkFresh(t *testing.T, p env.Project, title string, line int) {
	t.Helper()
	got := env.Fresh(p)
	if title == "" {
		if len(got) > 0 {
			t.Errorf("got %+v", got)
		}
		return
	}
	if len(got) != 1 || got[0].Title != title || got[0].Where.Line != line || got[0].Rule != env.RuleDocs {
		t.Errorf("got %+v, want %s in line %d", got, title, line)
	}
}

func TestDocs_areTheSameEachTime(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	if !bytes.Equal(env.Docs(r, m), env.Docs(r, m)) {
		t.Error("two pages of one matrix differ")
	}
}

// write puts files below a folder.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
