package spec_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/spec"
)

var update = flag.Bool("update", false, "write the golden messages anew")

// The files that a case does not bring itself.
const (
	minimalRelease = "version: 1\nproject: shop\nenvironments:\n  local: {box: true}\ndeploy:\n" +
		"  api: {to: railway, source: upload, start: ./api}\n  web: {to: vercel, root: web}\n  bot: {to: pipecat, config: bot/pcc-deploy.toml}\n"
	minimalMatrix = "version: 1\nservices:\n  ops: {example: env.example}\n  api: {example: api/env.example, deploy: api}\nvariables:\n" +
		"  ADMIN_TOKEN: {about: a token, secret: true, services: [ops]}\n  REDIS_URL: {about: the queue, type: redis-url, secret: true, services: [api]}\n"
)

func TestLoad_readsTheProjectsOwnFiles(t *testing.T) {
	t.Parallel()
	r, m, err := spec.Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	api, _ := r.Service("api")
	dev, _ := r.Environment("dev")
	type summary struct {
		Project, Build, Railway string
		LockTimeout             time.Duration
		MaxSize                 int64
		Smoke                   int
		After, BotWatch, OpsVar []string
	}
	bot, _ := r.Service("bot")
	got := summary{
		r.Project, api.Build, dev.Targets.Railway.Environment, r.Migrations.LockTimeout, r.Bucket.MaxSize,
		len(r.Smoke), api.After, bot.Watch,
		[]string{m.Of("ops")[0].Name},
	}
	want := summary{
		"readme", "go build -o bin/api ./services/api", "dev", 2 * time.Second, 50 << 20,
		5,
		[]string{"migrations", "bucket"},
		[]string{"services/bot/**"},
		[]string{"RAILWAY_TOKEN"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	upload := r.Smoke[1]
	wantUpload := smoke.Check{
		Name: "a book uploads",
		HTTP: &smoke.HTTP{
			Method: "POST", URL: "${api.url}/admin/books/upload", Headers: map[string]string{"Authorization": "Bearer ${ADMIN_TOKEN}"},
			Form: []smoke.Field{{Name: "file", Value: "@scripts/testdata/one-page.pdf"}, {Name: "household_id", Value: "${smoke_household}"}, {Name: "title", Value: "smoke ${release.id}"}},
		},
		Expect:  smoke.Expect{Status: 200},
		Capture: []smoke.Capture{{Name: "book_id", Path: "$.book_id"}},
		Cleanup: &smoke.HTTP{Method: "DELETE", URL: "${api.url}/admin/books/${book_id}", Headers: map[string]string{"Authorization": "Bearer ${ADMIN_TOKEN}"}},
	}
	if diff := cmp.Diff(wantUpload, upload.Check); diff != "" {
		t.Errorf("the check (-want +got):\n%s", diff)
	}
	if got := r.Smoke[4].HTTP.JSON; !cmp.Equal(got, any(map[string]any{"createDailyRoom": true, "transport": "daily"})) {
		t.Errorf("got json %#v", got)
	}
}

func TestParse_tellsEachMistakeWithItsPlace(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d cases: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			contents := map[string]string{"release.yaml": minimalRelease, "envmatrix.yaml": minimalMatrix}
			for _, f := range archive.Files {
				contents[f.Name] = string(f.Data)
			}
			_, _, err = spec.Parse("release.yaml", []byte(contents["release.yaml"]), "envmatrix.yaml", []byte(contents["envmatrix.yaml"]))
			faults, ok := errors.AsType[release.Faults](err)
			if !ok || len(faults) == 0 {
				t.Fatalf("got %v, want faults", err)
			}
			got := render(t, faults)
			if *update {
				archive.Files = append(without(archive.Files, "want"), txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(contents["want"], got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func without(files []txtar.File, name string) []txtar.File {
	var out []txtar.File
	for _, f := range files {
		if f.Name != name {
			out = append(out, f)
		}
	}
	return out
}

// render shows faults as a view might, and checks what is true of all of them.
func render(t *testing.T, faults release.Faults) string {
	t.Helper()
	var b strings.Builder
	for i, f := range faults {
		if f.Exit != release.ExitInvalid || f.Where == nil || f.Where.Line == 0 || f.Title == "" || (f.Try == "readme-ops env check") != (i == len(faults)-1) {
			t.Errorf("incomplete fault %+v", f)
		}
		fmt.Fprintln(&b, f.Error())
		for _, e := range f.Evidence {
			for _, line := range e.Lines {
				fmt.Fprintln(&b, strings.TrimRight(line, " "))
			}
		}
	}
	return b.String()
}

func TestParse_addsTheDependencyOfWhoUsesACapture(t *testing.T) {
	t.Parallel()
	r, _, err := parse(minimalRelease + `smoke:
  - name: makes
    http: POST ${api.url}/things
    capture: {thing: $.id}
    cleanup: DELETE ${api.url}/things/${thing}
  - name: reads
    http: GET ${api.url}/things/${thing}
  - name: reads too, and says so
    http: GET ${api.url}/things/${thing}
    after: [reads]
`)
	if err != nil {
		t.Fatal(err)
	}
	got := [][]string{r.Smoke[0].After, r.Smoke[1].After, r.Smoke[2].After}
	if diff := cmp.Diff([][]string{nil, {"makes"}, {"reads"}}, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParse_tellsHowADeployIsMeantWhereTheFileIsSilent(t *testing.T) {
	t.Parallel()
	r, m, err := parse(minimalRelease)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, d := range r.Deploy {
		got[d.Name] = append([]string{d.Service}, d.Watch...)
	}
	want := map[string][]string{"api": {"api", "api/**"}, "web": {"", "web/**"}, "bot": {"", "bot/**"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.OnFailure != "rollback" || m.Variables[0].Type != "string" {
		t.Errorf("got on_failure %q, type %q", r.OnFailure, m.Variables[0].Type)
	}
}

func TestParse_readsWhatAJSONBodyMayHold(t *testing.T) {
	t.Parallel()
	r, _, err := parse(minimalRelease + `smoke:
  - name: a body
    http: POST ${api.url}/
    json: {a: [1, 2.5, true, null, "1", 2026-01-02, ~], b: {}, c: []}
    expect: {json: {$.a: present, $.b: "present", "$.c[0]": 7, $.d: true}, body: ok}
  - name: a row
    sql: select count(*) from books
    equal: 1
`)
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{"a": []any{1, 2.5, true, nil, "1", "2026-01-02", nil}, "b": map[string]any{}, "c": []any{}}
	if diff := cmp.Diff(any(body), r.Smoke[0].HTTP.JSON); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	want := smoke.Expect{Body: []string{"ok"}, JSON: []smoke.Matcher{{Path: "$.a", Present: true}, {Path: "$.b", Want: "present"}, {Path: "$.c[0]", Want: "7"}, {Path: "$.d", Want: "true"}}}
	if diff := cmp.Diff(want, r.Smoke[0].Expect); diff != "" {
		t.Errorf("expect (-want +got):\n%s", diff)
	}
	if got := *r.Smoke[1].SQL; got != (smoke.SQL{Query: "select count(*) from books", Equal: "1"}) {
		t.Errorf("got %+v", got)
	}
}

func parse(rel string) (*spec.Release, *spec.Matrix, error) {
	return spec.Parse("release.yaml", []byte(rel), "envmatrix.yaml", []byte(minimalMatrix))
}

func TestLoad_saysWhichFileIsMissingAndHowToBegin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, _, err := spec.Load(dir)
	faults, _ := errors.AsType[release.Faults](err)
	if len(faults) != 2 || !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v", err)
	}
	for i, file := range []string{"release.yaml", "envmatrix.yaml"} {
		f := faults[i]
		if want := filepath.Join(dir, file) + " is missing"; f.Title != want || f.Exit != release.ExitInvalid || !strings.HasSuffix(f.Try, file) {
			t.Errorf("got %+v, want the title %q", f, want)
		}
	}
}

func TestLoad_refusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"release.yaml", "envmatrix.yaml"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := spec.Load(dir); err == nil || !strings.Contains(err.Error(), "it is not a file") {
		t.Errorf("got %v", err)
	}
}

func TestParse_refusesAHugeFileAndReportsALimitedNumberOfMistakes(t *testing.T) {
	t.Parallel()
	_, _, err := parse(strings.Repeat("#", 1<<20+1))
	if err == nil || !strings.Contains(err.Error(), "release.yaml:1:1: the file is too large") {
		t.Errorf("got %v", err)
	}
	nonsense := strings.Repeat("  - {name: x}\n", 900)
	_, _, err = parse(minimalRelease + "smoke:\n" + nonsense)
	faults, _ := errors.AsType[release.Faults](err)
	if len(faults) != 100 || !strings.Contains(faults[99].Title, " more mistakes follow") {
		t.Errorf("got %d faults, the last %v", len(faults), faults[len(faults)-1])
	}
	_, _, err = parse(minimalRelease + "smoke:\n" + nonsense + nonsense)
	if err == nil || !strings.Contains(err.Error(), "release.yaml:10:3: there are more than 1000 entries in smoke") {
		t.Errorf("got %v", err)
	}
}

// A file of one huge line, full of mistakes, is refused in a moment: no fault shows the line, or compares it with
// everything else.
func TestParse_bearsAHugeLineFullOfMistakes(t *testing.T) {
	t.Parallel()
	checks := strings.Repeat("{name: y, http: 'GET ${api.url}/${q}', after: ["+strings.Repeat("x, ", 900)+"]}, ", 100)
	_, _, err := parse(minimalRelease + "smoke: [" + checks + "]\n")
	faults, _ := errors.AsType[release.Faults](err)
	if len(faults) != 100 || len(faults[0].Evidence) != 0 {
		t.Errorf("got %d faults, the first %+v", len(faults), faults[0])
	}
}

// The lines that hold a literal secret are shown by no fault, whatever else is wrong with them.
func TestParse_neverShowsASecret(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	for name, matrix := range map[string]string{
		"beside another mistake":  "  X: {about: a, secret: true, default: " + secret + ", servces: [ops], services: [ops]}\n",
		"on several lines":        "  X:\n    about: a\n    secret: true\n    value: |\n      " + secret + "\n      more-" + secret + "\n    services: [nobody]\n",
		"quoted, with escapes":    "  X: {about: a, secret: true, value: \"\\x41" + secret + "\", services: [nobody]}\n",
		"in a file that is torn":  "  X: {about: a, secret: true, value: " + secret + ", services: [ops\n",
		"with a wrong secret key": "  X: {about: a, secret: \"yes\", value: " + secret + ", services: [ops]}\n",
		"as a password in a url":  "  X: {about: a, type: url, default: \"https://u:" + secret + "@h/\", service: [ops]}\n",
		"of a vendor":             "  X: {about: a, default: sk_" + secret + ", service: [ops]}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := spec.Parse("release.yaml", []byte(minimalRelease), "envmatrix.yaml", []byte("version: 1\nservices: {ops: {example: env.example}}\nvariables:\n"+matrix))
			faults, _ := errors.AsType[release.Faults](err)
			if len(faults) == 0 {
				t.Fatal("no fault")
			}
			if got := render(t, faults); strings.Contains(got, "hunter2") {
				t.Errorf("the secret is shown:\n%s", got)
			}
		})
	}
}

func TestParse_readsWhoIsToldAboutWhat(t *testing.T) {
	t.Parallel()
	text := strings.Replace(minimalRelease, "local: {box: true}", `local: {box: true}
  dev: {targets: {railway: {project: a, environment: b}, vercel: {project: c}, pipecat: {agent: d}}, notify: {slack: ADMIN_TOKEN}}
  prod: {targets: {railway: {project: a, environment: e}, vercel: {project: f}, pipecat: {agent: g}}, notify: {ntfy: ADMIN_TOKEN, on: [drift, failed]}}`, 1)
	r, _, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []spec.Notify
	for _, e := range r.Environments {
		got = append(got, e.Notify)
	}
	want := []spec.Notify{{}, {Slack: "ADMIN_TOKEN", On: spec.NotifyKinds()}, {Ntfy: "ADMIN_TOKEN", On: []string{"drift", "failed"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
