package baddays_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"readme/cli/spec"
)

// The product, in as many versions as a test wants: version 1 is commit 111..., version 2 is commit 222...

func commitOf(version int) string { return strings.Repeat(fmt.Sprint(version), 40) }

const (
	repo     = "acme/readme"
	product  = "readme"
	adminKey = "admin-key-of-the-product"
	botKey   = "openai-key-of-the-bot"
	secretIn = "readme-bot" // the bot's secret set
)

// files is the repository at a version. What each service serves is said by its file "version".
func files(version int) map[string]string {
	v := fmt.Sprint(version)
	return map[string]string{
		"version":                      v,
		"go.mod":                       "module readme",
		"services/client/version":      v,
		"services/client/package.json": `{"dependencies":{"next":"16"}}`,
		"services/bot/version":         v,
		"services/bot/Dockerfile":      "FROM dailyco/pipecat-base:latest\nCOPY ./bot.py bot.py\n",
		"services/bot/bot.py":          "# version " + v + "\nasync def bot(args):\n    pass\n",
	}
}

// releaseYAML is version 1's or 2's: the second one gives the bucket another size.
func releaseYAML(k kind, version int) string {
	from, client := "upload", "{to: vercel, root: services/client, after: [api, bot], promote: after-smoke}"
	if k == fromCommits {
		from, client = "commit", "{to: vercel, source: commit, root: services/client, after: [api, bot], promote: after-smoke}"
	}
	railway := func(service, build, health string) string {
		if k == fromImages {
			return fmt.Sprintf("{to: railway, service: %s, source: image, image: \"acme/%s:%d\"%s, after: [bucket]}", service, service, version, health)
		}
		return fmt.Sprintf("{to: railway, service: %s, source: %s, build: %s, start: serve version %d, watch: ['**']%s, after: [bucket]}", service, from, build, version, health)
	}
	return fmt.Sprintf(`version: 1
project: readme
environments:
  dev: {targets: {railway: {project: readme, environment: dev}, vercel: {project: readme}, pipecat: {agent: readme}, supabase: abcdefghijklmnopqrst}}
bucket: {name: books, public: false, max_size: %d0MB, types: [application/pdf]}
deploy:
  api: %s
  worker: %s
  bot: {to: pipecat, config: services/bot/pcc-deploy.toml}
  client: %s
smoke:
  - name: api runs this commit
    http: GET ${api.url}/health
    expect: {status: 200, json: {$.commit: "${api.commit}"}}
  - name: the worker works
    log: worker
    contains: ["worker"]
    within: 60s
  - name: a book uploads
    http: POST ${api.url}/books
    expect: {status: 200}
  - name: the client loads
    http: GET ${client.url}/
    expect: {status: 200, body: ["the client", "${client.commit}"]}
    within: 60s
  - name: the client starts the bot
    http: POST ${client.url}/api/start
    json: {createDailyRoom: true, transport: daily}
    expect: {status: 200, json: {$.sessionId: present}}
    session: bot
    within: 90s
on_failure: rollback
`, version, railway("api", "make", ", health: /health, health_timeout: 60s"), railway("worker", "make", ""), client)
}

const matrixYAML = `version: 1
services:
  api: {example: api/env.example, deploy: api, code: [services]}
  bot: {example: bot/env.example, deploy: bot, code: [services]}
  client: {example: client/env.example, deploy: client, code: [services]}
variables:
  ADMIN_TOKEN: {about: opens the admin's pages, secret: true, services: [api]}
  OPENAI_API_KEY: {about: the bot's model, secret: true, services: [bot]}
  BOT_START_URL: {about: where a session starts, type: url, services: [client]}
  BOT_START_PUBLIC_API_KEY: {about: starts sessions, secret: true, services: [client]}
`

func pccDeploy(k kind, version int) string {
	image := ""
	if k == fromImages {
		image = fmt.Sprintf("image = \"acme/bot:%d\"\n", version)
	}
	return fmt.Sprintf("agent_name = \"readme\"\nsecret_set = %q\n%s[scaling]\nmin_agents = 1\nmax_agents = %d\n", secretIn, image, 4+version)
}

func specOf(t *testing.T, k kind, version int) (*spec.Release, *spec.Matrix) {
	t.Helper()
	r, m, err := spec.Parse("release.yaml", []byte(releaseYAML(k, version)), "envmatrix.yaml", []byte(matrixYAML))
	if err != nil {
		t.Fatal(err)
	}
	return r, m
}

// handler is what a service of this version answers. A flaw is one of version 2 alone, which no vendor sees.
func (w *world) handler(service string, version string, env map[string]string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(rw http.ResponseWriter, _ *http.Request) {
		commit := env["RAILWAY_GIT_COMMIT_SHA"]
		if commit == "" {
			commit = env["RELEASE_COMMIT"]
		}
		fmt.Fprintf(rw, `{"commit": %q, "version": %q, "service": %q}`, commit, version, service)
	})
	mux.HandleFunc("GET /", func(rw http.ResponseWriter, r *http.Request) {
		onDomain := r.Host == domain
		if version == "2" && (w.flaw == flawSmoke || w.flaw == flawDomain && onDomain) {
			http.Error(rw, "version 2 has a flaw", http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(rw, "the client %s %s", version, strings.Repeat(version, 40)) // which commit it is, it knows from its build
	})
	mux.HandleFunc("POST /books", func(rw http.ResponseWriter, r *http.Request) {
		if err := w.storeBook(r.Context(), version); err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("POST /api/start", func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		status, answer := w.startBot(r, env, body)
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		_, _ = rw.Write(answer)
	})
	return mux
}

// startBot does as services/client does: too many, and not ready yet, are 503, all else that is no success is 502.
func (w *world) startBot(r *http.Request, env map[string]string, body []byte) (int, []byte) {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, env["BOT_START_URL"], bytes.NewReader(body))
	if err != nil {
		return http.StatusBadGateway, []byte(`{"error":"no address"}`)
	}
	req.Header.Set("Authorization", "Bearer "+env["BOT_START_PUBLIC_API_KEY"])
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: w.visitor, Timeout: botWait}).Do(req)
	if err != nil {
		return http.StatusBadGateway, []byte(`{"error":"the bot cannot be reached"}`)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return http.StatusBadGateway, []byte(`{"error":"the bot's answer broke off"}`)
	case resp.StatusCode == http.StatusTooManyRequests, bytes.Contains(answer, []byte("PCC-1001")):
		return http.StatusServiceUnavailable, answer
	case resp.StatusCode != http.StatusOK:
		return http.StatusBadGateway, answer
	}
	return http.StatusOK, answer
}

// storeBook puts a book into the bucket, as services/storage does.
func (w *world) storeBook(ctx context.Context, version string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+supabaseAt+"/storage/v1/object/books/"+version+".pdf", strings.NewReader("%PDF-1.7"))
	if err != nil {
		return err
	}
	req.Header.Set("Apikey", supabaseKey)
	req.Header.Set("Authorization", "Bearer "+supabaseKey)
	req.Header.Set("Content-Type", "application/pdf")
	req.Header.Set("X-Upsert", "true")
	resp, err := (&http.Client{Transport: w.visitor, Timeout: time.Minute}).Do(req)
	if err != nil {
		return errors.New("the storage cannot be reached")
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the storage answered %d: %s", resp.StatusCode, body)
	}
	return err
}
