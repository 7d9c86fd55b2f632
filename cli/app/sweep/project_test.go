package sweep_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// files are the small product: every kind of step that a release has, and nothing that takes long. The client's Next.js
// is a stand-in of a few lines, because what is killed here is readme-ops.
func files(self string, envs []string) map[string]string {
	var pinned strings.Builder
	for _, e := range envs {
		fmt.Fprintf(&pinned, "  %s:\n    values: .env.%s\n    targets: {railway: {project: small, environment: %s}, vercel: {project: small-%s}, pipecat: {agent: small-%s}, supabase: %sref}\n", e, e, e, e, e, e)
	}
	return map[string]string{
		".gitignore": ".readme-ops/\n.env.*\n",
		"release.yaml": `version: 1
project: small
environments:
  local: {box: true}
` + pinned.String() + `migrations: {dir: migrations}
bucket: {name: items, public: false, max_size: 1MB, types: [application/pdf]}
deploy:
  api:
    to: railway
    service: api
    source: upload
    build: mkdir -p bin && ln -s ` + self + ` bin/api
    start: ./bin/api
    health: /health
    watch: [api/**]
    after: [migrations, bucket]
  worker:
    to: railway
    service: worker
    source: upload
    build: mkdir -p bin && ln -s ` + self + ` bin/worker
    start: ./bin/worker
    watch: [worker/**]
    after: [migrations]
  bot: {to: pipecat, config: bot/pcc-deploy.toml}
  client: {to: vercel, root: client, after: [api, bot], promote: after-smoke}
smoke:
  - name: api runs this commit
    http: GET ${api.url}/health
    expect: {status: 200, json: {$.commit: "${api.commit}"}}
    within: 10s
  - name: the client loads
    http: GET ${client.url}/
    expect: {status: 200}
    within: 1s
`,
		"envmatrix.yaml": `version: 1
services:
  ops: {example: env.example}
  api: {example: api/env.example, deploy: api, code: [api]}
variables:
  ADMIN_TOKEN: {about: the admin's token, secret: true, services: [ops, api]}
`,
		"env.example":              "# the admin's token\n# @required @sensitive\nADMIN_TOKEN=\n",
		"api/env.example":          "# the admin's token\n# @required @sensitive\nADMIN_TOKEN=\n",
		"api/version":              "0\n",
		"worker/version":           "0\n",
		"bot/pcc-deploy.toml":      "agent_name = \"small\"\nimage = \"small/bot:0\"\n",
		"client/version":           "0\n",
		"client/package.json":      `{"name": "client", "version": "1.0.0", "private": true, "dependencies": {"next": "file:next"}}` + "\n",
		"client/next/package.json": `{"name": "next", "version": "1.0.0", "bin": {"next": "dist/bin/next"}}` + "\n",
		"client/package-lock.json": `{
  "name": "client", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
  "packages": {
    "": {"name": "client", "version": "1.0.0", "dependencies": {"next": "file:next"}},
    "next": {"version": "1.0.0", "bin": {"next": "dist/bin/next"}},
    "node_modules/next": {"resolved": "next", "link": true}
  }
}
`,
		"client/next/dist/bin/next": `#!/usr/bin/env node
// Stands in for Next.js: "build" makes its folder, "start" serves a page. In the file broken stands the address at which it
// is an error.
const fs = require("fs"), http = require("http");
if (process.argv[2] === "build") {
  fs.mkdirSync(".next", {recursive: true});
  fs.writeFileSync(".next/BUILD_ID", "1");
} else {
  const broken = fs.existsSync("broken") ? fs.readFileSync("broken", "utf8").trim() : "";
  http.createServer((q, s) => {
    s.statusCode = broken === (q.headers["x-forwarded-host"] || q.headers.host) ? 500 : 200;
    s.end("fine\n");
  }).listen(process.env.PORT, process.env.HOST || "127.0.0.1");
}
`,
		"migrations/0001_items.sql": "create table items (id int primary key);\nalter table items enable row level security;\n",
	}
}

// small writes the small product, with these environments.
func small(envs []string) func(t *testing.T, dir string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range files(self, envs) {
			put(t, filepath.Join(dir, name), text)
		}
	}
}

// change makes a commit that changes everything that a release brings. The client's page is an error
// at the address that is broken, "" for none.
func change(t *testing.T, dir string, n int, broken string) {
	t.Helper()
	for _, s := range []string{"api", "worker", "client"} {
		put(t, filepath.Join(dir, s, "version"), fmt.Sprintf("%d\n", n))
	}
	put(t, filepath.Join(dir, "bot/pcc-deploy.toml"), fmt.Sprintf("agent_name = \"small\"\nimage = \"small/bot:%d\"\n", n))
	put(t, filepath.Join(dir, fmt.Sprintf("migrations/%04d_more.sql", n+1)), fmt.Sprintf("alter table items add column c%d int;\n", n))
	raw, err := os.ReadFile(filepath.Join(dir, "release.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "bucket:") {
			lines[i] = fmt.Sprintf("bucket: {name: items, public: false, max_size: %dKB, types: [application/pdf]}", 1000+n)
		}
	}
	put(t, filepath.Join(dir, "release.yaml"), strings.Join(lines, "\n"))
	if broken != "" {
		put(t, filepath.Join(dir, "client/broken"), broken+"\n")
	} else {
		_ = os.Remove(filepath.Join(dir, "client/broken"))
	}
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", fmt.Sprintf("change %d", n))
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "safe.directory=*"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}
