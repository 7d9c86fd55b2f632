package host_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"readme/cli/box/host"
)

// npm counts its calls and installs one package with a program and a link to it.
const npm = `#!/bin/sh
echo "npm $* NODE_ENV=$NODE_ENV"
[ -f fail ] && { echo 'npm error ERESOLVE'; exit 1; }
mkdir -p node_modules/.bin node_modules/tool
printf '#!/bin/sh\necho tool runs\n' > node_modules/tool/cli.sh
chmod 755 node_modules/tool/cli.sh
ln -s ../tool/cli.sh node_modules/.bin/tool
`

func nodeHost(t *testing.T) (*host.Host, string, string) {
	t.Helper()
	tools := t.TempDir()
	write(t, filepath.Join(tools, "npm"), npm, 0o755)
	node := write(t, filepath.Join(tools, "node"), "#!/bin/sh\necho v20\n", 0o755)
	h, dir := newHost(t, tools)
	return h, dir, node
}

func nodeBuild(t *testing.T, h *host.Host, files ...file) (host.Output, string, error) {
	t.Helper()
	rec := &recorder{}
	out, err := h.Build(t.Context(), host.Build{
		Service: "client", Node: true, Root: "web", Command: "node_modules/.bin/tool", Say: rec.say,
		Env: map[string]string{"NODE_ENV": "production"}, Archive: archive(t, files...),
	})
	return out, rec.text(), err
}

func TestBuild_installsNodeModulesOncePerLockfile(t *testing.T) {
	t.Parallel()
	h, dir, node := nodeHost(t)
	lock, page := file{name: "web/package-lock.json", body: "{}"}, file{name: "web/page", body: "1"}
	first, said, err := nodeBuild(t, h, lock, page)
	if err != nil {
		t.Fatal(err)
	}
	installs := "npm ci --prefer-offline --no-audit --no-fund NODE_ENV=\ntool runs"
	reuses := "node_modules are those of an earlier build with the same lockfile\ntool runs"
	if said != installs {
		t.Errorf("the first build said %q", said)
	}
	page.body = "2"
	second, said, err := nodeBuild(t, h, lock, page, file{name: "web/node_modules/stale", body: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if said != reuses || second.Cached {
		t.Errorf("the second build said %q, cached %v", said, second.Cached)
	}
	if _, err := os.Stat(filepath.Join(second.Dir, "node_modules", "stale")); !errors.Is(err, os.ErrNotExist) {
		t.Error("node_modules of the archive were kept")
	}
	one, err1 := os.Stat(filepath.Join(first.Dir, "node_modules/tool/cli.sh"))
	two, err2 := os.Stat(filepath.Join(second.Dir, "node_modules/tool/cli.sh"))
	if err1 != nil || err2 != nil || !os.SameFile(one, two) {
		t.Errorf("the two builds do not share their files: %v, %v", err1, err2)
	}
	lock.body = `{"changed": true}`
	if _, said, err := nodeBuild(t, h, lock, page); err != nil || said != installs {
		t.Errorf("with another lockfile: %q, %v", said, err)
	}
	write(t, node, "#!/bin/sh\necho v22\n", 0o755)
	page.body = "3"
	if _, said, err := nodeBuild(t, h, lock, page); err != nil || said != installs {
		t.Errorf("with another Node: %q, %v", said, err)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "cache/modules/*")); len(found) != 3 {
		t.Errorf("got %d sets of node_modules, want 3: %q", len(found), found)
	}
}

func TestBuild_keepsNoNodeModulesOfAFailedInstall(t *testing.T) {
	t.Parallel()
	h, dir, _ := nodeHost(t)
	_, _, err := nodeBuild(t, h, file{name: "web/package-lock.json", body: "{}"}, file{name: "web/fail", body: "1"})
	e, ok := errors.AsType[*host.BuildError](err)
	if !ok || e.Command != "npm ci" || !strings.Contains(strings.Join(e.Log, "\n"), "ERESOLVE") {
		t.Errorf("got %v", err)
	}
	if rest := left(t, dir); len(rest) > 0 {
		t.Errorf("left in the cache: %q", rest)
	}
}

func TestBuild_saysThatNPMIsMissing(t *testing.T) {
	t.Parallel()
	h, err := host.New(host.Config{Dir: filepath.Join(t.TempDir(), "c"), Home: t.TempDir(), Env: map[string]string{"PATH": t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := nodeBuild(t, h, file{name: "web/a", body: "1"}); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v, want %v", err, exec.ErrNotFound)
	}
}
