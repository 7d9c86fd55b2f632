package pipecat_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider/pipecat"
	"readme/cli/release"
)

func TestFiles_areThoseOfTheContextWithoutWhatIsLeftOut(t *testing.T) {
	cases := map[string]struct {
		toml, file   string
		dockerignore string // in services/bot
		root         string
		has, hasNot  []string // patterns
	}{
		"the vendor's own": {
			file: "services/bot/pcc-deploy.toml", root: "services/bot",
			has: []string{"services/bot/**/pcc-deploy.toml", "services/bot/**/.env.*", "services/bot/**/*.pem"}, hasNot: []string{"services/bot/**/*.md"},
		},
		"and those of the file": {
			toml: "[build.exclude]\npatterns = [\"*.md\", \"docs/\", \"./a/b.txt\", \"/c.txt\"]", file: "services/bot/pcc-deploy.toml", root: "services/bot",
			has: []string{"services/bot/**/*.md", "services/bot/**/docs/", "services/bot/a/b.txt", "services/bot/**/c.txt", "services/bot/**/*.log"},
		},
		"a .dockerignore takes the place of both": {
			toml: "[build.exclude]\npatterns = [\"*.md\"]", file: "services/bot/pcc-deploy.toml", root: "services/bot",
			dockerignore: "# a comment\n\nnotes\n[\n*.txt\r\n",
			has:          []string{"services/bot/**/notes", "services/bot/**/*.txt"}, hasNot: []string{"services/bot/**/*.md", "services/bot/**/*.log"},
		},
		"one with exceptions is Docker's alone": {
			file: "services/bot/pcc-deploy.toml", root: "services/bot", dockerignore: "*\n!bot.py",
			hasNot: []string{"services/bot/**/*", "services/bot/**/*.log"},
		},
		"another folder": {toml: "[build]\ncontext_dir = \"../..\"", file: "services/bot/pcc-deploy.toml", root: "", has: []string{"/**/*.log"}},
		"at the top":     {file: "pcc-deploy.toml", root: "", has: []string{"/**/*.log"}},
		"odd names":      {file: "a[1]/pcc-deploy.toml", root: "a[1]", has: []string{`a\[1\]/**/*.log`}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.MkdirAll(filepath.Join(dir, "services/bot"), 0o755); err != nil {
				t.Fatal(err)
			}
			if c.dockerignore != "" {
				if err := os.WriteFile(filepath.Join(dir, "services/bot/.dockerignore"), []byte(c.dockerignore), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cfg, err := pipecat.ParseConfig("f", c.toml)
			if err != nil {
				t.Fatal(err)
			}
			root, exclude, err := cfg.Files(dir, c.file)
			if err != nil || root != c.root {
				t.Fatalf("root %q, %v", root, err)
			}
			for _, p := range c.has {
				if !slices.Contains(exclude, p) {
					t.Errorf("%q is not among %q", p, exclude)
				}
			}
			for _, p := range c.hasNot {
				if slices.Contains(exclude, p) {
					t.Errorf("%q is among %q", p, exclude)
				}
			}
		})
	}
	cfg, err := pipecat.ParseConfig("f", "[build]\ncontext_dir = \"../..\"")
	if err != nil {
		t.Fatal(err)
	}
	var f *release.Fault
	if _, _, err := cfg.Files(t.TempDir(), "bot/pcc-deploy.toml"); !errors.As(err, &f) || f.Exit != release.ExitInvalid {
		t.Errorf("out of the project: %v", err)
	}
}

func TestReadContext_namesTheArchiveAndWantsItsDockerfile(t *testing.T) {
	archive, c := context(t, map[string]string{"Dockerfile": "FROM scratch", "deploy/Dockerfile": "FROM scratch"})
	raw, err := os.ReadFile(archive)
	if err != nil || c.Hash != md5of(raw) || len(c.Hash) != 16 {
		t.Errorf("got %+v, want %s; %v", c, md5of(raw), err)
	}
	other, err := pipecat.ReadContext(archive, "deploy/Dockerfile")
	if err != nil || other.Hash != c.Hash || cmp.Equal(other, c, cmp.AllowUnexported(pipecat.Context{})) {
		t.Errorf("another Dockerfile: %+v, %v", other, err)
	}
	var f *release.Fault
	if _, err := pipecat.ReadContext(archive, "Containerfile"); !errors.As(err, &f) || !strings.Contains(f.Title, "Containerfile is not among its files") {
		t.Errorf("no Dockerfile: %v", err)
	}
	if err := os.WriteFile(archive, raw[:len(raw)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pipecat.ReadContext(archive, "Dockerfile"); err == nil {
		t.Error("half an archive was read")
	}
}

func TestParseConfig_withoutAnImageIsBuilt(t *testing.T) {
	got, err := pipecat.ParseConfig("f", "agent_name = \"readme\"")
	if diff := cmp.Diff(pipecat.Config{Agent: "readme", Dockerfile: "Dockerfile", ContextDir: "."}, got); diff != "" || err != nil || !got.Builds() {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	got, err = pipecat.ParseConfig("f", "[build]\ncontext_dir = \"src/\"\ndockerfile = \"./x/Dockerfile.bot\"\nexclude.patterns = [\"*.md\"]")
	if diff := cmp.Diff(pipecat.Config{Dockerfile: "x/Dockerfile.bot", ContextDir: "src", Exclude: []string{"*.md"}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
