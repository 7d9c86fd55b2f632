package ledger_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"readme/cli/box/postgres/pgtest"
	"readme/cli/ledger"
	"readme/cli/release"
)

func TestFingerprintKey_isDrawnOnceAndForEachEnvironment(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	first, err := d.FingerprintKey(t.Context())
	if err != nil || len(first) != 32 {
		t.Fatalf("got %d bytes, %v", len(first), err)
	}
	other := dialled(address)
	other.Env = "dev"
	if key, err := other.FingerprintKey(t.Context()); key != nil || err != nil {
		t.Errorf("before it is prepared: got %d bytes, %v", len(key), err)
	}
	if err := errors.Join(d.Prepare(t.Context()), other.Prepare(t.Context())); err != nil {
		t.Fatal(err)
	}
	again, err := d.FingerprintKey(t.Context())
	second, otherErr := other.FingerprintKey(t.Context())
	if err != nil || otherErr != nil || !cmp.Equal(first, again) || cmp.Equal(first, second) || len(second) != 32 {
		t.Errorf("the key moved, or two environments share one: %v, %v", err, otherErr)
	}
}

func TestPrepare_upgradesASchemaOfBefore(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	exec(t, address, `drop table readme_ops.keys, readme_ops.pushed; insert into readme_ops.runs (run, env) values ('kept', 'prod')`)
	if key, list, err := d.Fingerprints(t.Context()); key != nil || list != nil || err != nil {
		t.Errorf("before: got %d bytes, %v, %v", len(key), list, err)
	}
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if key, err := d.FingerprintKey(t.Context()); len(key) != 32 || err != nil {
		t.Errorf("got %d bytes, %v", len(key), err)
	}
	key, err := d.FingerprintKey(t.Context())
	exec(t, address, `drop table readme_ops.pushed`)
	if prepare := d.Prepare(t.Context()); err != nil || prepare != nil {
		t.Fatal(err, prepare)
	}
	if again, err := d.FingerprintKey(t.Context()); !cmp.Equal(key, again) || err != nil {
		t.Errorf("another key was drawn, and nothing that was pushed is known any more: %v", err)
	}
	if n := one[int](t, address, `select count(*) from readme_ops.runs`); n != 1 {
		t.Errorf("got %d runs, want 1", n)
	}
}

func TestPushed_keepsTheLastWriteOfEachVariable(t *testing.T) {
	t.Parallel()
	d, _ := prepared(t)
	write := func(list ...ledger.Pushed) {
		t.Helper()
		if err := d.NotePushed(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
	p := func(service, variable, fingerprint, run string) ledger.Pushed {
		return ledger.Pushed{Service: service, Variable: variable, Fingerprint: fingerprint, Run: run, By: "ada"}
	}
	write()
	write(p("worker", "A", "1", "r1"), p("api", "B", "2", "r1"), p("api", "A", "3", "r1"))
	write(p("api", "A", "4", "r2"), p("api", "A", "5", "r2"))
	got, err := d.Pushed(t.Context())
	want := []ledger.Pushed{p("api", "A", "5", "r2"), p("api", "B", "2", "r1"), p("worker", "A", "1", "r1")}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(ledger.Pushed{}, "At")); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if !got[0].At.After(got[1].At) {
		t.Errorf("the second write is not later: %v, %v", got[0].At, got[1].At)
	}
	key, both, err := d.Fingerprints(t.Context())
	if len(key) != 32 || !cmp.Equal(got, both) || err != nil {
		t.Errorf("got %d bytes, %v, %v", len(key), both, err)
	}
}

func TestPushed_ofAnotherEnvironmentIsNotOurs(t *testing.T) {
	t.Parallel()
	d, address := prepared(t)
	if err := d.NotePushed(t.Context(), []ledger.Pushed{{Service: "api", Variable: "A", Fingerprint: "1"}}); err != nil {
		t.Fatal(err)
	}
	other := dialled(address)
	other.Env = "dev"
	if list, err := other.Pushed(t.Context()); len(list) != 0 || err != nil {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestFingerprints_withoutASchemaADatabaseOrAnAnswer(t *testing.T) {
	t.Parallel()
	empty := dialled(pgtest.Database(t))
	for name, d := range map[string]ledger.Database{"no schema": empty, "no database": {}} {
		key, list, err := d.Fingerprints(t.Context())
		alone, keyErr := d.FingerprintKey(t.Context())
		pushed, listErr := d.Pushed(t.Context())
		if key != nil || list != nil || alone != nil || pushed != nil || errors.Join(err, keyErr, listErr) != nil {
			t.Errorf("%s: got %d bytes, %v, %v, %v, %v", name, len(key), list, err, keyErr, listErr)
		}
	}
	if err := empty.NotePushed(t.Context(), []ledger.Pushed{{Service: "api", Variable: "A"}}); err == nil {
		t.Error("what was pushed was noted nowhere, and nobody was told")
	}
	away := ledger.Database{Env: "prod", Dial: func(context.Context) (*pgx.Conn, error) { return nil, errors.New("refused") }}
	if _, _, err := away.Fingerprints(t.Context()); !errors.Is(err, release.ErrAway) {
		t.Errorf("got %v", err)
	}
}
