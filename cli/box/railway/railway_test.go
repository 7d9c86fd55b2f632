package railway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"readme/cli/box/railway"
	"readme/cli/box/railway/railwaytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token   = "8c1c3c3e-6d8c-4a9b-9a55-3a7a0f0b1c2d"
	account = "account-token"
	address = "127.0.0.1:7000"
)

// world is an emulator in a bubble, and what a caller of its raw API needs.
type world struct {
	t    *testing.T
	net  *railwaytest.Net
	host *railwaytest.Host
	em   *railway.Emulator
	cfg  railway.Config
	dir  string
	http *http.Client
	stop func()
	ids  map[string]string // project, environment, and services by name
}

func bubble(t *testing.T, f func(w *world)) {
	t.Helper()
	bubbleOf(t, func(*railway.Config) {}, f)
}

// bubbleOf is bubble with another configuration.
func bubbleOf(t *testing.T, change func(cfg *railway.Config), f func(w *world)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		n := railwaytest.NewNet()
		w := &world{t: t, net: n, host: &railwaytest.Host{Listen: n.Listen}, dir: dir, ids: map[string]string{}}
		port := 7999
		cfg := railway.Config{
			Dir: dir, AccountToken: account, Host: w.host, Dial: n.Dial, Pace: time.Second,
			Projects: railwaytest.Project("readme", "dev", token,
				railway.Service{Name: "api", Public: true, Variables: map[string]string{"A": "1"}}, railway.Service{Name: "worker"}),
			Edge: func(_, _, _ string) (net.Listener, error) { port++; return n.Listen("127.0.0.1:" + strconv.Itoa(port)) },
		}
		change(&cfg)
		em, err := railway.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		w.em, w.cfg = em, cfg
		w.serve()
		defer func() {
			w.close()
			if n := w.host.Alive(); n != 0 {
				t.Errorf("%d processes run after Close", n)
			}
		}()
		w.lookUp()
		f(w)
	})
}

// serve answers at the address until close.
func (w *world) serve() {
	w.t.Helper()
	stop, err := w.net.Serve(address, w.em.Handler())
	if err != nil {
		w.t.Fatal(err)
	}
	w.stop, w.http = stop, &http.Client{Transport: &http.Transport{DialContext: w.net.Dial, DisableKeepAlives: true}}
}

func (w *world) close() {
	w.t.Helper()
	w.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.t.Context()), time.Minute)
	defer cancel()
	if err := w.em.Close(ctx); err != nil {
		w.t.Error(err)
	}
}

// reopen starts the emulator on its folder again.
func (w *world) reopen(cfg railway.Config) {
	w.t.Helper()
	w.close()
	em, err := railway.Open(w.t.Context(), cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.em, w.cfg = em, cfg
	w.serve()
}

// answer is an answer of the GraphQL API.
type answer struct {
	Status int
	Data   map[string]any
	Errors []struct {
		Message    string
		Path       []string
		TraceID    string `json:"traceId"`
		Extensions struct{ Code string }
	}
}

func (w *world) ask(header http.Header, query, operation string, vars map[string]any) answer {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars, "operationName": operation})
	if err != nil {
		w.t.Fatal(err)
	}
	status, raw := w.post("/graphql/v2?source=test", header, body)
	a := answer{Status: status}
	if err := json.Unmarshal(raw, &a); err != nil {
		w.t.Fatalf("HTTP %d %s: %v", status, raw, err)
	}
	return a
}

func (w *world) post(path string, header http.Header, body []byte) (int, []byte) {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+address+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header = header.Clone()
	resp, err := w.http.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, raw
}

func project() http.Header { return http.Header{"Project-Access-Token": {token}} }

// must asks with the project token for something that succeeds.
func (w *world) must(query string, vars map[string]any) map[string]any {
	w.t.Helper()
	a := w.ask(project(), query, "", vars)
	if len(a.Errors) > 0 {
		w.t.Fatalf("%s: %s", query, a.Errors[0].Message)
	}
	return a.Data
}

func (w *world) lookUp() {
	w.t.Helper()
	data := w.must(`{ projectToken { projectId environmentId project { services { edges { node { id name } } } } } }`, nil)
	p := data["projectToken"].(map[string]any)
	w.ids["project"], w.ids["environment"] = p["projectId"].(string), p["environmentId"].(string)
	services := p["project"].(map[string]any)["services"].(map[string]any)
	for _, e := range services["edges"].([]any) {
		n := e.(map[string]any)["node"].(map[string]any)
		w.ids[n["name"].(string)] = n["id"].(string)
	}
}

func (w *world) configure(service string, in map[string]any) {
	w.t.Helper()
	w.must(`mutation($s: String!, $e: String, $in: ServiceInstanceUpdateInput!) { serviceInstanceUpdate(serviceId: $s, environmentId: $e, input: $in) }`,
		map[string]any{"s": w.ids[service], "e": w.ids["environment"], "in": in})
}

func (w *world) up(service, message string, archive []byte) (int, map[string]string) {
	w.t.Helper()
	path := "/project/" + w.ids["project"] + "/environment/" + w.ids["environment"] + "/up?" + url.Values{"serviceId": {w.ids[service]}, "message": {message}}.Encode()
	status, raw := w.post(path, project(), archive)
	var a map[string]string
	if err := json.Unmarshal(raw, &a); err != nil {
		w.t.Fatalf("HTTP %d %s: %v", status, raw, err)
	}
	return status, a
}

// deploy uploads a service and waits for its end.
func (w *world) deploy(service, message string) string {
	w.t.Helper()
	status, a := w.up(service, message, railwaytest.Archive(map[string]string{"./main.go": message}))
	if status != http.StatusOK {
		w.t.Fatalf("HTTP %d: %v", status, a)
	}
	time.Sleep(10 * time.Second)
	return a["deploymentId"]
}

// read is one deployment, with all that the tests look at.
func (w *world) read(id string) map[string]any {
	w.t.Helper()
	data := w.must(`query($id: String!) { deployment(id: $id) { id status deploymentStopped canRollback meta instances { status } } }`, map[string]any{"id": id})
	return data["deployment"].(map[string]any)
}

func (w *world) get(url string) (int, string) {
	w.t.Helper()
	resp, err := w.http.Get(url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// newRequest posts a GraphQL body with the project token.
func newRequest(body string) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodPost, "http://"+address+"/graphql/v2?source=test", strings.NewReader(body))
	if err == nil {
		req.Header = project()
	}
	return req, err
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
