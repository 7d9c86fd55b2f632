package sweep_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

var every = flag.Int("every", 4, "kill at every n-th point; 1 is the whole sweep")

// The release of a change is killed at a point, and resumed: by the next process on the same machine, which has the
// journal, and by one that has only the record in Postgres. Both must end as the release that nothing cut off did, and
// the vendors must have been asked for everything once.
func TestSweep(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes of releases")
	}
	const lanes = 4
	var envs []string
	for i := range lanes {
		envs = append(envs, fmt.Sprintf("lane%d", i+1))
	}
	w := newWorld(t, envs)
	for i, env := range envs {
		p := w.place(t, env)
		p.first(t) // one after the other: they share a Railway project, whose services the first one makes
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			p.sweep(t, "forward", false, i, lanes)
			p.sweep(t, "back", true, i, lanes)
		})
	}
}

// first brings the product where there was nothing.
func (p *place) first(t *testing.T) {
	t.Helper()
	e := p.run(t, nil, "release", "--yes")
	if e.code != 0 {
		t.Fatalf("the first release ends with %d\n%s", e.code, e.out)
	}
	m := regexp.MustCompile(`(?m)^ +client +http://(\S+)$`).FindStringSubmatch(e.out)
	if m == nil {
		t.Fatalf("it does not say where the client is\n%s", e.out)
	}
	p.domain = m[1]
}

// sweep takes its share of the points of a release that ends well, or, where it is broken, of one that is put back.
func (p *place) sweep(t *testing.T, name string, broken bool, lane, lanes int) {
	t.Helper()
	want := 0
	if broken {
		want = 7
	}
	p.next(t, broken)
	e := p.run(t, nil, "release", "--yes")
	if e.code != want {
		t.Fatalf("the release that nothing cuts off ends with %d, want %d\n%s", e.code, want, e.out)
	}
	points, effects := p.trap.points(), p.trap.effects()
	t.Logf("%s: %d points; %v", name, len(points), effects)
	met := 0
	for i, at := range points {
		if i%(lanes*(*every)) != lane*(*every)+*every/2 {
			continue
		}
		t.Run(name+"/"+at.String(), func(t *testing.T) {
			if p.cut(t, at, met%2 == 1, broken, want, effects) {
				met++
			}
		})
	}
	t.Logf("%s: killed at %d of %d points", name, met, len(points))
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

// cut kills a release at a point and resumes it, there or elsewhere. It reports whether the release has come by there.
func (p *place) cut(t *testing.T, at point, elsewhere, broken bool, want int, effects map[string]int) bool {
	t.Helper()
	p.next(t, broken)
	e := p.run(t, &at, "release", "--yes")
	met := e.killed
	story := fmt.Sprintf("--- killed %s, exit %d\n%s", at, e.code, e.out)
	if met {
		if elsewhere {
			p.elsewhere(t)
		}
		e = p.run(t, nil, "resume")
		story += fmt.Sprintf("--- resumed, exit %d\n%s", e.code, e.out)
	}
	if e.code != want {
		t.Errorf("it ends with %d, want %d", e.code, want)
	}
	if diff := cmp.Diff(effects, p.trap.effects()); diff != "" {
		t.Errorf("what the vendors were asked for, (-uncut +cut):\n%s", diff)
	}
	if e := p.run(t, nil, "plan", "--exit-code"); !broken && e.code != 0 {
		t.Errorf("there is something left to do\n%s", e.out)
	}
	p.recorded(t)
	if t.Failed() {
		t.Log(story)
	}
	return met
}

// elsewhere is another machine: it has no journal, and finds the lease expired.
func (p *place) elsewhere(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(p.at, ".readme-ops", "runs")); err != nil {
		t.Fatal(err)
	}
	p.ask(t, "update readme_ops.leases set expires_at = clock_timestamp()")
}

// recorded holds the last run's record in Postgres against what must be true of every record.
func (p *place) recorded(t *testing.T) {
	t.Helper()
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
