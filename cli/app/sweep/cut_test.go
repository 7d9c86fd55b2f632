package sweep_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// continuation is how a killed release goes on.
type continuation struct {
	name      string
	args      []string
	elsewhere bool // on a machine that has neither its journal nor its archives
	newer     bool // with another commit, which is a good one
}

var continuations = []continuation{
	{name: "resumed", args: []string{"resume"}},
	{name: "resumed elsewhere", args: []string{"resume"}, elsewhere: true},
	{name: "released again", args: []string{"release", "--yes"}},
	{name: "resumed", args: []string{"resume"}},
	{name: "released again elsewhere", args: []string{"release", "--yes"}, elsewhere: true},
	{name: "released with another commit", args: []string{"release", "--yes"}, newer: true},
	{name: "resumed elsewhere", args: []string{"resume"}, elsewhere: true},
}

// next makes the next change, and begins to count.
func (p *place) next(t *testing.T, broken bool) {
	t.Helper()
	p.n++
	address := ""
	if broken {
		address = p.domain
	}
	change(t, p.at, p.n, address)
	p.trap.forget()
}

// cut kills a release at a point, and goes on. It reports whether the release has come by there.
func (p *place) cut(t *testing.T, c *course, at point, by continuation) bool {
	t.Helper()
	p.next(t, c.broken)
	begun := len(p.runs(t))
	e := p.run(t, &at, "release", "--yes")
	met, broken, want := e.killed, c.broken, c.want
	story := fmt.Sprintf("--- killed %s, exit %d\n%s", at, e.code, e.out)
	if met {
		if by.elsewhere {
			p.elsewhere(t)
		}
		if by.newer {
			broken, want = false, 0
			p.next(t, false)
		}
		e = p.run(t, nil, by.args...)
		story += fmt.Sprintf("--- %s, exit %d\n%s", by.name, e.code, e.out)
	}
	if e.code != want {
		t.Errorf("it ends with %d, want %d", e.code, want)
	}
	if diff := cmp.Diff(c.effects, p.trap.effects()); diff != "" && (!by.newer || !c.broken) {
		t.Errorf("what the vendors were asked for, (-uncut +cut):\n%s", diff)
	}
	if e := p.run(t, nil, "plan", "--exit-code"); !broken && e.code != 0 {
		t.Errorf("there is something left to do\n%s", e.out)
	}
	p.recorded(t, begun, met && by.newer)
	if t.Failed() {
		t.Log(story)
	}
	return met
}

// elsewhere is another machine: it has no journal and no archive, and finds the lease expired.
func (p *place) elsewhere(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"runs", "archives"} {
		if err := os.RemoveAll(filepath.Join(p.at, ".readme-ops", dir)); err != nil {
			t.Fatal(err)
		}
	}
	p.ask(t, "update readme_ops.leases set expires_at = clock_timestamp()")
}

// runs are the verdicts of all releases on record, the newest first.
func (p *place) runs(t *testing.T) []string {
	t.Helper()
	return p.ask(t, "select coalesce(verdict, '') from readme_ops.runs where purpose = '' order by ordinal desc")
}

// recorded holds the record in Postgres against what must be true of every record, and of that of a release which was
// continued, or superseded.
func (p *place) recorded(t *testing.T, begun int, superseded bool) {
	t.Helper()
	runs, more := p.runs(t), 1
	if superseded {
		more = 2
	}
	if len(runs) != begun+more {
		t.Errorf("%d runs were begun, want %d", len(runs)-begun, more)
	} else if superseded && runs[1] != "superseded" {
		t.Errorf("the run that another followed is %q", runs[1])
	}
	twice := p.ask(t, `select line::json ->> 'step' || ' ' || coalesce(line::json -> 'body' ->> 'undo', 'false')
		from readme_ops.events where run = (select run from readme_ops.runs where purpose = '' order by ordinal desc limit 1) and kind = 'step_done'
		group by 1 having count(*) > 1`)
	if len(twice) > 0 {
		t.Errorf("steps with two results: %s", strings.Join(twice, ", "))
	}
	if gaps := p.ask(t, `select run from readme_ops.events group by run having max(seq) <> count(*)`); len(gaps) > 0 {
		t.Errorf("records with gaps: %s", strings.Join(gaps, ", "))
	}
}

func (p *place) ask(t *testing.T, sql string) []string {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), p.real)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(context.Background(), sql)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil && !strings.Contains(err.Error(), "number of field descriptions") {
		t.Fatal(err)
	}
	return out
}
