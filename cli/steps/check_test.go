package steps_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/steps"
)

const bypass = "let-me-through"

// web answers every request with JSON, and notes what came.
type web struct {
	answer string
	asked  []string // "GET http://api/x"
	passed []string // those that had the bypass
}

func (w *web) RoundTrip(r *http.Request) (*http.Response, error) {
	w.asked = append(w.asked, r.Method+" "+r.URL.String())
	if r.Header.Get("X-Vercel-Protection-Bypass") == bypass {
		w.passed = append(w.passed, r.URL.String())
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(w.answer)), Request: r}, nil
}

// promoter is a vendor with a domain.
type promoter struct{ full }

func (promoter) Promote(context.Context, string) error  { return nil }
func (promoter) Domain(context.Context) (string, error) { return "https://readme.example", nil }

// known is a step that has run already, with these outputs.
func known(id string, outputs map[string]string) release.Step {
	return release.Step{ID: id, Kind: release.KindDeploy, Title: id, Change: release.ChangeNone, Outputs: outputs}
}

func checkStep(t *testing.T, id string, in plan.CheckInputs) release.Step {
	t.Helper()
	in.Check.Name = id
	return step(t, release.KindCheck, id, "", in)
}

func get(url string) smoke.Check {
	return smoke.Check{HTTP: &smoke.HTTP{Method: http.MethodGet, URL: url}, Within: time.Second}
}

// services are what is known before the checks.
func services() []release.Step {
	return []release.Step{
		known("api", map[string]string{"url": "https://api.example", "commit": "c1", "deployment": "d-api"}),
		known("client", map[string]string{"url": "https://staged.example", "commit": "c1", "deployment": "d-client"}),
		known("promote client", map[string]string{"url": "https://readme.example", "commit": "c1", "deployment": "d-client"}),
		known("idle", nil),
	}
}

func checking(w *web) *steps.World {
	v := newVendor("old")
	return &steps.World{
		Hosts:  map[string]steps.Host{"api": full{v}, "client": promoter{full{v}}, "idle": promoter{full{v}}},
		Bypass: release.NewSecret(bypass), Values: map[string]release.Secret{"ADMIN_TOKEN": release.NewSecret("t0ken")},
		Smoke: smoke.Env{HTTP: w},
	}
}

func TestCheck_resolvesItsReferences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{answer: `{"book_id":"b1"}`}
		first := plan.CheckInputs{Check: get("${api.url}/${release.id}/${release.commit}/${smoke_household}/${ADMIN_TOKEN}/${api.commit}"), Household: "h1"}
		first.Check.Capture = []smoke.Capture{{Name: "book_id", Path: "$.book_id"}}
		first.Check.Cleanup = &smoke.HTTP{Method: http.MethodDelete, URL: "${api.url}/books/${book_id}"}
		second := plan.CheckInputs{Check: get("${api.url}/${book_id}"), Captures: []string{"uploads"}}
		staged := plan.CheckInputs{Check: get("${client.url}/x")}
		domain := plan.CheckInputs{Check: get("${client.url}/x"), Promoted: "promote client"}
		list := append(services(),
			checkStep(t, "uploads", first), checkStep(t, "reads", second), checkStep(t, "loads", staged), checkStep(t, "loads (on the domain)", domain),
			step(t, release.KindCleanup, "clean up", "", plan.CleanupInputs{CheckInputs: first, Step: "uploads"}))
		exits(t, carryOut(t, checking(w), "run-1", list), release.ExitDone)
		want := []string{
			"GET https://api.example/run-1/" + strings.Repeat("ab", 20) + "/h1/t0ken/c1",
			"GET https://api.example/b1", "GET https://staged.example/x", "GET https://readme.example/x", "DELETE https://api.example/books/b1",
		}
		if diff := cmp.Diff(want, w.asked); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCheck_saysWhichReferenceNobodyKnows(t *testing.T) {
	for _, ref := range []string{"${smoke_household}", "${api.start_url}", "${nobody.url}", "${book_id}", "${OTHER_TOKEN}"} {
		synctest.Test(t, func(t *testing.T) {
			w := &web{}
			s := carryOut(t, checking(w), "run-1", append(services(), checkStep(t, "loads", plan.CheckInputs{Check: get("https://api.example/" + ref)})))
			if f := s.Step("loads").Fault; f == nil || !strings.Contains(f.Error(), ref) || len(w.asked) != 0 {
				t.Errorf("%s: got %v, asked %v", ref, f, w.asked)
			}
		})
	}
}

func TestCheck_givesTheBypassToOurOwnHostAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &web{answer: "{}"}
		list := services()
		for _, c := range []plan.CheckInputs{
			{Check: get("${client.url}/staged")},
			{Check: get("${client.url}/domain"), Promoted: "promote client"},
			{Check: get("${api.url}/api")},
			{Check: get("https://staged.example.evil.com/")},
			{Check: get("https://evil.com/staged.example")},
			{Check: get("http://staged.example/in-clear")},
			{Check: get("https://staged.example:8443/")},
		} {
			list = append(list, checkStep(t, c.Check.HTTP.URL, c))
		}
		exits(t, carryOut(t, checking(w), "run-1", list), release.ExitDone)
		if diff := cmp.Diff([]string{"https://staged.example/staged", "https://readme.example/domain"}, w.passed); diff != "" {
			t.Errorf("%s asked %v", diff, w.asked)
		}
	})
}

// deaf is a host that has neither logs nor sessions.
type deaf struct{}

func (deaf) Live(context.Context) (provider.Deployment, error)   { return provider.Deployment{}, nil }
func (deaf) Deploy(context.Context, steps.Order) (string, error) { return "", errors.New("no") }
func (deaf) Deployment(context.Context, string) (provider.Deployment, error) {
	return provider.Deployment{}, nil
}

// talking is a host whose logs and sessions note of which deployment they were asked.
type talking struct {
	deaf
	asked *[]string
}

func (h talking) BuildLogs(context.Context, string) ([]provider.LogLine, error) { return nil, nil }

func (h talking) Logs(_ context.Context, id string, _ time.Time, contains string) ([]provider.LogLine, error) {
	*h.asked = append(*h.asked, "logs of "+id)
	return []provider.LogLine{{At: time.Now(), Text: contains}}, nil
}

func (h talking) Session(_ context.Context, id, want string, _ time.Time) error {
	*h.asked = append(*h.asked, "session "+id+" of "+want)
	return nil
}

func TestCheck_looksAtTheDeploymentOfThisRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		w := checking(&web{answer: `{"sessionId":"s1"}`})
		w.Hosts["api"] = talking{asked: &asked}
		starts := get("https://api.example/start")
		starts.Session = "api"
		log := smoke.Check{Log: &smoke.Log{Service: "api", Contains: []string{"hello"}}, Within: time.Second}
		s := carryOut(t, w, "run-1", append(services(), checkStep(t, "starts", plan.CheckInputs{Check: starts}), checkStep(t, "logs", plan.CheckInputs{Check: log})))
		exits(t, s, release.ExitDone)
		if diff := cmp.Diff([]string{"session s1 of d-api", "logs of d-api"}, asked); diff != "" {
			t.Error(diff)
		}

		w.Hosts["api"] = deaf{}
		s = carryOut(t, w, "run-2", append(services(), checkStep(t, "logs", plan.CheckInputs{Check: log})))
		if f := s.Step("logs").Fault; f == nil || !strings.Contains(f.Error()+strings.Join(lines(f), "\n"), "gives no logs") {
			t.Errorf("got %+v", f)
		}
	})
}

func lines(f *release.Fault) []string {
	var out []string
	for _, e := range f.Evidence {
		out = append(out, e.Lines...)
	}
	return out
}

func TestCheck_asksTheDatabaseAndChangesNothing(t *testing.T) {
	address := pgtest.Database(t)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "create table books (id int, status text); insert into books values (1, 'ready'), (2, null);"); err != nil {
		t.Fatal(err)
	}
	w := checking(&web{})
	w.Database = release.NewSecret(address)
	for _, query := range []string{
		"select status from books where id = 1", "select status from books where id = 1;\n", "select status from books where id = 1 -- the book",
	} {
		if got, err := w.Ask(t.Context(), query); err != nil || got != "ready" {
			t.Errorf("%s: got %q, %v", query, got, err)
		}
	}
	for query, says := range map[string]string{
		"select status from books where id = 2":                   "no value",
		"select status from books where id = 9":                   "no value",
		"select status from nothing":                              "nothing",
		"with d as (delete from books returning id) select 1":     "",
		"select 1); delete from books; select (1":                 "",
		"select set_config('transaction_read_only', 'off', true)": "",
	} {
		if got, err := w.Ask(t.Context(), query); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %q, %v", query, got, err)
		}
	}
	c := smoke.Check{SQL: &smoke.SQL{Query: "select count(*) from books", Equal: "2"}, Within: time.Minute}
	exits(t, carryOut(t, w, "run-1", append(services(), checkStep(t, "asks", plan.CheckInputs{Check: c}))), release.ExitDone)
	w.Database = release.NewSecret("postgres://u:hunter2@127.0.0.1:1/db?sslmode=disable")
	if _, err := w.Ask(t.Context(), "select 1"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	var n int
	if err := conn.QueryRow(t.Context(), "select count(*) from books").Scan(&n); err != nil || n != 2 {
		t.Errorf("a check has changed the table: %d rows, %v", n, err)
	}
}
