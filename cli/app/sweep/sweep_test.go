package sweep_test

import (
	"flag"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var every = flag.Int("every", 0, "kill at every n-th point, and at those that matter most; 1 is the whole sweep, 0 only those that matter most")

// The release of a change is killed at a point, and continued: by the next process on the same machine, which has the
// journal, by one that has only the record in Postgres, by a release of the same commit, or by one of another. All must
// end as the release that nothing cut off did, and the vendors must have been asked for everything once.
func TestSweep(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes of releases")
	}
	t.Parallel()
	lanes := 4
	if *every > 0 {
		lanes = min(max(2*runtime.NumCPU(), lanes), 8)
	}
	var envs []string
	for i := range lanes {
		envs = append(envs, fmt.Sprintf("lane%d", i+1))
	}
	w := newWorld(t, small(envs))
	var places []*place
	for _, env := range envs {
		places = append(places, w.clone(t, env))
	}
	places[0].first(t) // alone: they share a Railway project, whose services the first one makes
	side(t, "first", places[1:], func(t *testing.T, p *place, _ int) {
		t.Helper()
		p.first(t)
	})
	courses := []*course{{name: "forward", effects: brought()}, {name: "back", broken: true, want: 7, effects: broughtBack()}}
	for _, c := range courses {
		if *every > 0 {
			c.uncut(t, places)
		}
		c.chosen = choose(c.points, c.broken, *every)
	}
	side(t, "cut", places, func(t *testing.T, p *place, lane int) {
		t.Helper()
		for _, c := range courses {
			c.sweep(t, p, lane, len(places))
		}
	})
	if one := flag.Lookup("test.run"); !strings.Contains(one.Value.String(), "/") {
		enough(t, courses)
	}
}

// brought is what the vendors are asked for by the release of a change.
func brought() map[string]int {
	return map[string]int{
		"POST /project/ID/environment/ID/up": 2, "POST /v1/agents/small-ENV": 1, "POST /v13/deployments": 1, "POST /v10/projects/ID/promote/ID": 1,
	}
}

// broughtBack is what they are asked for by one that fails when all is done, and is put back.
func broughtBack() map[string]int {
	all := brought()
	all["POST /v1/agents/small-ENV"]++
	all["DeploymentRollback"], all["POST /v1/projects/ID/rollback/ID"] = 2, 1
	return all
}

// side runs f for each place at the same time, however few processors there are: a release is mostly waiting.
func side(t *testing.T, name string, places []*place, f func(t *testing.T, p *place, lane int)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		var all sync.WaitGroup
		for lane, p := range places {
			all.Go(func() { t.Run(p.env, func(t *testing.T) { f(t, p, lane) }) })
		}
		all.Wait()
	})
	if t.Failed() {
		t.FailNow()
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

// course is a release that ends well, or one that is broken and put back, and what becomes of it when it is killed.
type course struct {
	name    string
	broken  bool
	want    int            // its exit code
	effects map[string]int // what the vendors are asked for

	points []point // what it comes by, wherever it runs
	chosen []point // where it is to be killed

	mu  sync.Mutex
	met []point // where it was
}

// uncut looks at the release that nothing cuts off, in all places: what they differ in is no point to be killed at.
func (c *course) uncut(t *testing.T, places []*place) {
	t.Helper()
	seen := make([][]point, len(places))
	side(t, c.name+" uncut", places, func(t *testing.T, p *place, lane int) {
		t.Helper()
		p.next(t, c.broken)
		e := p.run(t, nil, "release", "--yes")
		if e.code != c.want {
			t.Fatalf("the release that nothing cuts off ends with %d, want %d\n%s", e.code, c.want, e.out)
		}
		if diff := cmp.Diff(c.effects, p.trap.effects()); diff != "" {
			t.Errorf("what the vendors were asked for: %s", diff)
		}
		seen[lane] = p.trap.points()
	})
	c.points = common(seen)
}

// sweep kills the release at a lane's share of the points that were chosen.
func (c *course) sweep(t *testing.T, p *place, lane, lanes int) {
	t.Helper()
	for i, at := range c.chosen {
		if i%lanes != lane {
			continue
		}
		by := continuations[i%len(continuations)]
		t.Run(c.name+"/"+at.String()+", "+by.name, func(t *testing.T) {
			if p.cut(t, c, at, by) {
				c.mu.Lock()
				c.met = append(c.met, at)
				c.mu.Unlock()
			}
		})
	}
}

// enough fails a sweep that has met less than it should: one that meets nothing finds nothing.
func enough(t *testing.T, courses []*course) {
	t.Helper()
	met := map[string]int{}
	for _, c := range courses {
		t.Logf("%s: killed at %d of %d points that were chosen of %d", c.name, len(c.met), len(c.chosen), len(c.points))
		for _, p := range essential(c.broken) {
			if !slices.Contains(c.met, p) {
				t.Errorf("%s: it was not killed %s", c.name, p)
			}
		}
		if len(c.met) < len(c.chosen)*9/10 {
			t.Errorf("%s: it was killed at %d of %d points", c.name, len(c.met), len(c.chosen))
		}
		for _, p := range c.met {
			met[p.cell()]++
			met[p.moment()]++
			met[p.subject()]++
		}
	}
	want := slices.Concat(moments, subjects)
	if *every > 0 {
		want = cells()
		if forward, back := len(courses[0].points), len(courses[1].points); forward < 55 || back < 95 {
			t.Errorf("a release comes by %d points and one that is put back by %d: some are not seen any more", forward, back)
		}
	}
	for _, cell := range want {
		if met[cell] == 0 {
			t.Errorf("nothing was killed %s", cell)
		}
	}
}
