package steps_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// A migration that takes away what older code needs forbids the way back, by the database's record, and where that cannot be
// asked by the runs on record here.
func TestRestore_isBarredByAMigrationThatOldCodeCannotLiveWith(t *testing.T) {
	v := newVendor("")
	w := migrating(t, map[string]string{
		"0001_a.sql": "create table a (id int, old int);",
		"0002_b.sql": "create table b (id int);",
		"0003_c.sql": "-- readme-ops: after-deploy\nalter table a drop column old;",
	})
	w.Hosts = map[string]steps.Host{"api": full{v}}
	in := plan.MigrationsInputs{Dir: "migrations"}
	applies := func(names ...string) []release.Step {
		in := in
		for _, n := range names {
			in.Pending = append(in.Pending, plan.Migration{Name: n})
		}
		return []release.Step{step(t, release.KindMigrations, "migrations", "", in)}
	}
	y := &way{w: w, d: spec.Deploy{Name: "api", To: "railway"}}
	y.ran(onRecord(t, "20260101-000000-aaaaaa", applies("0001_a.sql"), "api1"))
	y.ran(onRecord(t, "20260102-000000-bbbbbb", applies("0002_b.sql"), "api2"))
	v.live = "api2"
	exec(t, w, `create schema readme_ops`, `create table readme_ops.migrations (version bigint primary key, name text not null, sha256 text not null,
		applied_at timestamptz not null default clock_timestamp(), took_ms bigint not null default 0, commit text not null default '',
		release text not null default '', started boolean not null default false)`)
	record := func(version int, name, run string) {
		exec(t, w, `insert into readme_ops.migrations (version, name, sha256, release) values (`+string(rune('0'+version))+`, '`+name+`', 'x', '`+run+`')`)
	}
	record(1, "0001_a.sql", "20260101-000000-aaaaaa")
	record(2, "0002_b.sql", "20260102-000000-bbbbbb")
	past := func() plan.Past {
		t.Helper()
		rel := &spec.Release{Deploy: []spec.Deploy{y.d}, Migrations: spec.Migrations{Dir: "migrations"}}
		p, err := steps.ReadPast(t.Context(), w, steps.Question{Release: rel, Matrix: &spec.Matrix{}, Env: spec.Environment{Name: "dev"}}, steps.NewHistory(y.runs), "")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := past(); p.Run != "20260101-000000-aaaaaa" || p.Since != 1 || len(p.Barred) != 0 || p.Away != "" {
		t.Errorf("one harmless migration since: got %+v", p)
	}
	record(3, "0003_c.sql", "")
	if p := past(); p.Since != 2 || len(p.Barred) != 1 || p.Barred[0] != "0003_c.sql" {
		t.Errorf("it was applied by hand: got %d, %v", p.Since, p.Barred)
	}
	w.Database = release.NewSecret("postgres://nobody:x@127.0.0.1:1/none")
	if p := past(); p.Since != -1 || len(p.Barred) != 0 || p.Away == "" {
		t.Errorf("no run here has applied it: got %+v", p)
	}
	y.ran(onRecord(t, "20260103-000000-cccccc", applies("0003_c.sql"), "api3"))
	v.live = "api3"
	y.runs = append(y.runs[:1:1], y.runs[2:]...) // the release in between is on nobody's record
	if p := past(); p.Run != "20260101-000000-aaaaaa" || len(p.Barred) != 1 {
		t.Errorf("a run here has: got %+v", p)
	}
	_, err := plan.Rollback(&spec.Release{}, spec.Environment{Name: "dev"}, past())
	if f, ok := errors.AsType[*release.Fault](err); !ok || f.Exit != release.ExitStepFailed {
		t.Errorf("got %v", err)
	}
}

// onRecord is a run that has released, by its events alone: its migrations were about to be applied, and api went live.
func onRecord(t *testing.T, run string, migrations []release.Step, live string) *release.State {
	t.Helper()
	api := step(t, release.KindDeploy, "api", "live=", plan.DeployInputs{Name: "api", To: "railway"})
	p := release.Plan{Digest: "sha256:00", Steps: append(migrations, api)}
	var in plan.MigrationsInputs
	decode(t, migrations[0].Inputs, &in)
	events := []release.Event{{Body: release.RunStarted{Plan: p}}, {Body: release.Approved{}}}
	for _, m := range in.Pending {
		events = append(events, release.Event{Step: "migrations", Body: release.StepIntent{Data: encoded(t, m)}})
	}
	events = append(events,
		release.Event{Step: "migrations", Body: release.StepDone{}},
		release.Event{Step: "api", Body: release.StepDone{Outputs: map[string]string{"deployment": live, "commit": "c-" + live}}},
		release.Event{Body: release.RunDone{}})
	for i := range events {
		events[i].Seq, events[i].Run = int64(i+1), run
	}
	return release.Fold(events)
}

func exec(t *testing.T, w *steps.World, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.Database.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func decode(t *testing.T, raw json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

func encoded(t *testing.T, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
