package pipecat

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
)

func (e *Emulator) listBuilds(r *http.Request, now time.Time) answer {
	q := params{values: r.URL.Query()}
	limit, offset := q.number("limit", 20), q.number("offset", 0)
	status := q.word("status", "", buildPending, buildBuilding, buildSuccess, buildFailed, buildTimeout)
	if q.bad != "" || limit < 1 || limit > 100 {
		return badRequest("Invalid parameters")
	}
	matches := func(b *build) bool {
		for name, is := range map[string]string{"contextHash": b.Hash, "region": b.Region, "dockerfilePath": b.Dockerfile} {
			if want := q.get(name); want != "" && want != is {
				return false
			}
		}
		return status == "" || status == b.status(now, e.cfg.Pace)
	}
	list := []map[string]any{}
	for _, b := range slices.Backward(e.state.Builds) {
		if matches(b) {
			list = append(list, b.json(now, e.cfg.Pace))
		}
	}
	return ok(map[string]any{"builds": page(list, limit, offset), "total": len(list), "limit": limit, "offset": offset})
}

// asked is the build that a path names, or the refusal.
func (e *Emulator) asked(r *http.Request) (*build, *answer) {
	id := r.PathValue("build")
	if uuid.Validate(id) != nil {
		return nil, new(badRequest("Invalid parameters"))
	}
	b := e.state.build(id)
	if b == nil {
		return nil, new(notFound("Build not found"))
	}
	return b, nil
}

func (e *Emulator) getBuild(r *http.Request, now time.Time) answer {
	b, bad := e.asked(r)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"build": b.json(now, e.cfg.Pace)})
}

// buildLogs gives the first lines of a log, and a token where there are more.
func (e *Emulator) buildLogs(r *http.Request, now time.Time) answer {
	b, bad := e.asked(r)
	if bad != nil {
		return *bad
	}
	q := params{values: r.URL.Query()}
	limit := q.number("limit", 500)
	if q.bad != "" || limit < 1 || limit > 10_000 {
		return badRequest("Invalid parameters")
	}
	all := b.log(now, e.cfg.Pace)
	m := map[string]any{"logs": page(all, limit, 0)}
	if len(all) > limit {
		m["nextToken"] = "after-" + b.ID
	}
	return ok(m)
}
