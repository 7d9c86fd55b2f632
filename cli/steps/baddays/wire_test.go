package baddays_test

import (
	"time"

	"readme/cli/box/fault"
	"readme/cli/release"
)

// done are the faults of the wire after which a call was carried out, and only its answer is lost.
func done() []string {
	return []string{fault.AnswerCut, fault.BodyCut, fault.GatewayTimeout}
}

// undone are those after which it was not, and must not be sent again before the state was read back.
func undone() []string {
	return []string{fault.Unavailable, fault.Hangs, fault.ConnectionCut, fault.NotJSON, fault.HugeAnswer}
}

func wire(vendor, name, op string, times int) row {
	return row{vendor: vendor, Fault: fault.Fault{Name: name, Only: op, Times: times}}
}

// aWrite is a call that brings something, and the step that makes it.
type aWrite struct{ vendor, op, step string }

func wireWritesThatAreCarriedOut() []row {
	var rows []row
	for _, at := range []aWrite{
		{"railway", "POST up", "api"},
		{"vercel", "POST /v13/deployments", "client"},
		{"pipecat", "POST /v1/agents/readme", "bot"},
		{"supabase", "PUT /storage/v1/bucket", "bucket"},
	} {
		for _, name := range done() {
			rows = append(rows, wire(at.vendor, name, at.op, 1))
		}
		limited := wire(at.vendor, fault.RateLimited, at.op, 1) // and sent once more, and once more
		rows = append(rows, limited.with(wire(at.vendor, fault.RateLimitPage, at.op, 1)).with(wire(at.vendor, fault.SlowBody, at.op, 1)))
	}
	return append(rows,
		wire("railway", fault.AnswerCut, "mutation serviceInstanceDeployV2", 1).of(fromCommits),
		wire("railway", fault.GatewayTimeout, "mutation deploymentRollback", 1).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		wire("vercel", fault.AnswerCut, "/promote/", 1),
		wire("vercel", fault.BodyCut, "/rollback/", 1).flawed(flawDomain).ends(release.ExitSmokeFailed),
		wire("pipecat", fault.AnswerCut, "POST /v1/builds", 2),
		wire("pipecat", fault.GatewayTimeout, "DELETE /v1/agents", 1),
		wire("pipecat", fault.SlowBody, "/start", 1),
	)
}

func wireWritesThatAreLost() []row {
	quoted := func(vendor, op, says string) row {
		return wire(vendor, fault.QuotesToken, op, 1).ends(release.ExitStepFailed, says, "400")
	}
	rows := []row{
		quoted("railway", "POST up", "was not deployed to railway"),
		wire("vercel", fault.QuotesToken, "POST /v13/deployments", 1), // sent again when nothing was found of it
		quoted("pipecat", "POST /v1/agents/readme", "was not deployed to pipecat"),
		quoted("supabase", "PUT /storage/v1/bucket", "bucket books"),
	}
	for _, name := range undone() {
		rows = append(rows,
			wire("railway", name, "POST up", 1).ends(release.ExitStepFailed, "was not deployed to railway").takes(8*time.Minute),
			wire("pipecat", name, "POST /v1/agents/readme", 1).ends(release.ExitStepFailed, "was not deployed to pipecat").takes(8*time.Minute),
			wire("vercel", name, "POST /v13/deployments", 1).of(fromCommits), // sent again when nothing was found of it
		)
	}
	for _, name := range []string{fault.Unavailable, fault.Hangs, fault.ConnectionCut, fault.NotJSON} { // a PUT is sent again
		rows = append(rows, wire("supabase", name, "PUT /storage/v1/bucket", 1))
	}
	rows = append(rows, wire("supabase", fault.HugeAnswer, "PUT /storage/v1/bucket", 1).ends(release.ExitStepFailed, "bucket books"))
	return append(rows,
		wire("railway", fault.ConnectionCut, "mutation serviceInstanceDeployV2", 1).of(fromCommits).ends(release.ExitStepFailed, "was not deployed to railway"),
		wire("railway", fault.Unavailable, "mutation deploymentRollback", 1).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		wire("vercel", fault.Unavailable, "/promote/", 1),
		wire("vercel", fault.ConnectionCut, "/rollback/", 1).flawed(flawDomain).ends(release.ExitSmokeFailed),
		wire("pipecat", fault.Unavailable, "/start", 1),
		wire("pipecat", fault.ConnectionCut, "DELETE /v1/agents", 2),
	)
}

// A reading may always be tried again, four times in a row.
func wireReadings() []row {
	var rows []row
	for _, at := range []aWrite{
		{"railway", "query", ""}, {"vercel", "GET /v", ""}, {"pipecat", "GET /v1", ""}, {"supabase", "GET /storage", ""},
	} {
		several := func(names ...string) row {
			r := wire(at.vendor, names[0], at.op, 1)
			for _, name := range names[1:] {
				r = r.with(wire(at.vendor, name, at.op, 1))
			}
			return r
		}
		rows = append(rows,
			several(fault.Unavailable, fault.NotJSON, fault.ConnectionCut, fault.SlowBody),
			several(fault.Unavailable, fault.NotJSON, fault.ConnectionCut, fault.RateLimited).starts("planned"),
			several(fault.AnswerCut, fault.BodyCut, fault.GatewayTimeout, fault.RateLimitPage).starts("planned"),
			several(fault.Hangs, fault.SlowBody).starts("planned"),
		)
	}
	return rows
}

// What puts back is tried again too, or in another way.
func wireWaysBack() []row {
	var rows []row
	for _, at := range []aWrite{
		{"railway", "mutation deploymentRollback", "undo:api"},
		{"vercel", "/rollback/", "undo:promote client"},
		{"pipecat", "POST /v1/agents", "undo:bot"},
		{"railway", "query", "undo:api"},
		{"vercel", "GET /v", "undo:promote client"},
		{"pipecat", "GET /v1", "undo:bot"},
	} {
		back := func(name string) row {
			return wire(at.vendor, name, at.op, 1).flawed(flawDomain).starts(at.step).ends(release.ExitSmokeFailed, "the client loads")
		}
		rows = append(rows, back(fault.ConnectionCut), back(fault.NotJSON), back(fault.RateLimitPage).with(wire(at.vendor, fault.AnswerCut, at.op, 1)))
	}
	return rows
}

func wireTokensThatAreTakenAway() []row {
	gone := func(vendor string) row { return wire(vendor, fault.TokenRevoked, "", 0) }
	left := func(vendor string, r truth) row {
		return gone(vendor).ends(release.ExitNotPutBack, "could not be put back", "401").flawed(flawSmoke).starts("the worker works").
			leaves(r, "the vendor lets nobody in who could put it back")
	}
	r := truth{api: "1", worker: "1", bot: "1", client: "1"}
	railway, pipecat := r, r
	railway.api, railway.worker = "2", "2"
	pipecat.bot = "2"
	return []row{
		gone("railway").ends(release.ExitInvalid, "railway").unplanned(),
		gone("vercel").ends(release.ExitInvalid, "vercel").unplanned(),
		gone("pipecat").ends(release.ExitStepFailed, "401").unplanned(),
		gone("supabase").ends(release.ExitStepFailed, "bucket books").unplanned(),
		left("railway", railway),
		left("pipecat", pipecat),
		gone("vercel").starts("promote client").ends(release.ExitNotPutBack, "could not be put back", "VERCEL_TOKEN").
			leaves(r, "whether a promote is still on its way cannot be read"),
		gone("supabase").starts("bucket").ends(release.ExitStepFailed, "bucket books"),
		wire("railway", fault.TokenRevoked, "POST up", 1).ends(release.ExitStepFailed, "was not deployed to railway"),
	}
}
