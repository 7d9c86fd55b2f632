package steps

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/smoke"
)

// check is one smoke check.
type check struct {
	w *World
	p release.Plan
}

func (a check) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	var in plan.CheckInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	res, err := a.run(ctx, t, in)
	if err != nil {
		return release.StepDone{}, a.stands(in, a.fallen(ctx, t, in, err))
	}
	return release.StepDone{Text: res.Saw, Outputs: res.Captures}, nil
}

// run tries the check, and in a release once more from the beginning: a rollback for a hiccup would be worse than a second
// look. A check that could not be tried at all, or has left a session that is billed, is not repeated.
func (a check) run(ctx context.Context, t *engine.Task, in plan.CheckInputs) (smoke.Result, error) {
	const wait = 3 * time.Second
	env := a.w.smokeEnv(t, a.p, in)
	env.Attempt = t.Check
	session, billed := env.Session, false
	env.Session = func(ctx context.Context, service, id string, since time.Time) error {
		err := session(ctx, service, id, since)
		billed = billed || errors.Is(err, smoke.ErrRuns)
		return err
	}
	res, err := smoke.Run(ctx, in.Check, env)
	if err == nil || ctx.Err() != nil || a.p.Purpose == release.Smoke || res.Attempts == 0 || billed {
		return res, err
	}
	t.Retried(1, wait, release.AsFault(err).Title)
	if err := sleep(ctx, wait); err != nil {
		return res, err
	}
	before := res.Attempts
	env.Attempt = func(r release.CheckResult) { r.Attempt += before; t.Check(r) }
	if res, err = smoke.Run(ctx, in.Check, env); err == nil {
		res.Saw += ", at the second try"
	}
	return res, err
}

// Undo has nothing to put back: what a check has made is removed by its cleanup.
func (a check) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{}, nil
}

// cleanup removes what a check has made.
type cleanup struct {
	w *World
	p release.Plan
}

func (a cleanup) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	var in plan.CleanupInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	in.Captures = append(in.Captures, in.Step)
	if err := smoke.RunCleanup(ctx, *in.Check.Cleanup, a.w.smokeEnv(t, a.p, in.CheckInputs)); err != nil {
		return release.StepDone{}, err
	}
	return release.StepDone{Text: "removed"}, nil
}

func (a cleanup) Undo(context.Context, *engine.Task, engine.Was) (release.StepDone, error) {
	return release.StepDone{}, nil
}

// smokeEnv completes what all checks share with what this one may refer to.
func (w *World) smokeEnv(t *engine.Task, p release.Plan, in plan.CheckInputs) smoke.Env {
	env := w.Smoke
	env.Lookup = func(name string) (string, bool) { return w.lookup(t, p, in, name) }
	env.Logs = func(ctx context.Context, service string, since time.Time, contains string) ([]provider.LogLine, error) {
		logs, ok := w.Hosts[service].(Logs)
		if !ok {
			return nil, errors.New("the host of " + service + " gives no logs")
		}
		return logs.Logs(ctx, t.Outputs(service)["deployment"], since, contains)
	}
	env.Session = func(ctx context.Context, service, id string, since time.Time) error {
		sessions, ok := w.Hosts[service].(Sessions)
		if !ok {
			return errors.New("the host of " + service + " knows no sessions")
		}
		return sessions.Session(ctx, id, t.Outputs(service)["deployment"], since)
	}
	env.Headers = func(u *url.URL) http.Header { return w.bypass(t, in, u) }
	env.Query = w.query
	return env
}

// bypass lets a check through a host's deployment protection, and gives the secret to that host alone.
func (w *World) bypass(t *engine.Task, in plan.CheckInputs, u *url.URL) http.Header {
	if w.Bypass.Empty() {
		return nil
	}
	for name, h := range w.Hosts {
		if _, ok := h.(Promoter); !ok {
			continue
		}
		if in.Promoted == "promote "+name {
			name = in.Promoted
		}
		// The scheme too: the secret does not travel in clear where our own address is https.
		if ours, err := url.Parse(t.Outputs(name)["url"]); err == nil && ours.Host == u.Host && ours.Scheme == u.Scheme {
			return http.Header{"X-Vercel-Protection-Bypass": {w.Bypass.Reveal()}}
		}
	}
	return nil
}

// query runs one statement that can change nothing, and gives its first value as text.
func (w *World) query(ctx context.Context, sql string) (string, error) {
	const deadline = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	conn, err := pgx.Connect(ctx, w.Database.Reveal())
	if err != nil {
		return "", errors.New("the database cannot be reached") // pgx repeats parts of the address
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var value *string
	sql = strings.TrimRight(sql, "; \t\r\n") // as a person writes it, and perhaps with a comment at its end
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "select ("+sql+"\n)::text").Scan(&value)
	})
	if err == nil && value == nil {
		err = errors.New("the query gives no value: there is no such row, or it is null")
	}
	if err != nil {
		return "", err
	}
	return *value, nil
}

// lookup resolves one reference of a check: the release, a service's outputs, the smoke household, a capture, a
// declared variable. A check that is repeated on the domain sees the promoted service there.
func (w *World) lookup(t *engine.Task, p release.Plan, in plan.CheckInputs, name string) (string, bool) {
	switch name {
	case "release.id":
		return t.Run, true
	case "release.commit":
		return p.Commit.String(), true
	case "smoke_household":
		return in.Household, in.Household != ""
	}
	if service, field, ok := strings.Cut(name, "."); ok {
		if in.Promoted == "promote "+service {
			service = in.Promoted
		}
		v, ok := t.Outputs(service)[field]
		return v, ok
	}
	for _, step := range in.Captures {
		if v, ok := t.Outputs(step)[name]; ok {
			return v, true
		}
	}
	v, ok := w.Values[name]
	return v.Reveal(), ok
}
