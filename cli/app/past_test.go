package app_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"readme/cli/app"
	"readme/cli/box/postgres/pgtest"
	"readme/cli/ledger"
	"readme/cli/migrate"
	"readme/cli/release"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m).Run()) }

// elsewhere records a run as another machine has: in the database of dev, and in journals that are not here.
func elsewhere(t *testing.T, url, run string, plan release.Plan, over bool) {
	t.Helper()
	db := ledger.Database{Env: "dev", Dial: func(ctx context.Context) (*pgx.Conn, error) {
		return migrate.Connect(ctx, release.NewSecret(url), "readme-ops test")
	}}
	if err := db.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	lease, err := db.Acquire(t.Context(), ledger.Holder{Run: run, Owner: "ci@runner", Host: "runner"})
	if err != nil {
		t.Fatal(err)
	}
	journal, err := ledger.Create(t.TempDir(), run)
	if err != nil {
		t.Fatal(err)
	}
	record := ledger.NewRecord(journal, db, lease)
	bodies := []release.Body{release.RunStarted{Plan: plan, By: "ci@runner"}, release.Approved{By: "ci@runner", How: "--yes", Digest: plan.Digest}}
	if over {
		bodies = append(bodies, release.RunDone{TookMS: 1})
	}
	for i, body := range bodies {
		if err := record.Write([]release.Event{{Seq: int64(i + 1), At: time.Now().UTC().Round(0), Run: run, Body: body}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := record.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !over { // it is still at it
		t.Cleanup(func() { _ = lease.Release(context.WithoutCancel(t.Context())) })
		return
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// What CI has released to dev opens the gate of a laptop that has no journal of it. DATABASE_URL of the process is the
// target's, and is never asked.
func TestPast_isReadFromTheOtherEnvironmentsOwnPostgres(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	plan := release.Plan{Project: "product", Env: "dev", Commit: release.Commit{SHA: strings.Repeat("ab", 20)}, Digest: "sha256:" + strings.Repeat("0a", 32)}
	const green, under = "20261122-100000-0a0a0a", "20261122-102000-0a0a0a"
	elsewhere(t, url, green, plan, true)
	plan.Purpose = release.Smoke
	elsewhere(t, url, "20261122-101000-0a0a0a", plan, true)
	plan.Purpose, plan.Commit = "", release.Commit{SHA: strings.Repeat("cd", 20)}
	elsewhere(t, url, under, plan, false)
	want := []string{under + " cdcdcdc running", green + " abababa released"}

	const nobody = "DATABASE_URL=postgres://x:secret-canary@127.0.0.1:1/prod"
	const away = "postgres://x:secret-canary@127.0.0.1:1/dev"
	for name, c := range map[string]struct {
		file    string // .env.dev; "" where there is none
		environ []string
		want    []string
		looked  string
	}{
		"its values file":        {"DATABASE_URL=" + url, []string{nobody}, want, "looked in the Postgres of dev"},
		"a variable":             {"", []string{nobody, "DEV_DATABASE_URL=" + url}, want, "looked in the Postgres of dev"},
		"the file comes first":   {"DATABASE_URL=" + url, []string{"DEV_DATABASE_URL=" + away}, want, "looked in the Postgres of dev"},
		"neither":                {"", []string{nobody}, nil, ".env.dev nor DEV_DATABASE_URL gives its address"},
		"one that is down":       {"DATABASE_URL=" + away, nil, nil, "not in the Postgres of dev: "},
		"one that is no address": {"DATABASE_URL=secret-canary", nil, nil, "not in the Postgres of dev: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/product")); err != nil {
				t.Fatal(err)
			}
			yaml, err := os.ReadFile(filepath.Join(dir, "release.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			dev := "local: {box: true}\n  dev: {values: .env.dev, targets: {railway: {project: p, environment: d}, pipecat: {agent: a}, supabase: r}}"
			yaml = []byte(strings.Replace(string(yaml), "local: {box: true}", dev, 1))
			err = os.WriteFile(filepath.Join(dir, "release.yaml"), yaml, 0o600)
			if c.file != "" && err == nil {
				err = os.WriteFile(filepath.Join(dir, ".env.dev"), []byte(c.file+"\n"), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			record, err := app.Past(t.Context(), dir, "dev", c.environ)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range record.Runs {
				got = append(got, fmt.Sprintf("%s %s %s", r.Name, r.Commit.Short(), r.Verdict))
				if r.Gone {
					t.Errorf("%s holds its lock, and is taken for gone", r.Name)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			looked := strings.Join(record.Looked, "\n")
			if !strings.Contains(looked, "looked in the journals of this machine (.readme-ops/runs)") || !strings.Contains(looked, c.looked) || strings.Contains(looked, "secret-canary") {
				t.Errorf("got %s", looked)
			}
		})
	}
}
