package railway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/railway"
)

func TestRead_knowsEveryStatus(t *testing.T) {
	for status, want := range map[string]struct {
		state provider.State
		why   string
	}{
		"QUEUED": {provider.Building, ""}, "WAITING": {provider.Building, ""}, "INITIALIZING": {provider.Building, ""},
		"BUILDING": {provider.Building, ""}, "DEPLOYING": {provider.Building, ""},
		"SUCCESS": {provider.Live, ""}, "SLEEPING": {provider.Live, ""},
		"NEEDS_APPROVAL": {provider.NeedsHuman, "approve it"},
		"FAILED":         {provider.Failed, "failed"}, "CRASHED": {provider.Failed, "crashed"}, "SKIPPED": {provider.Failed, "does not say why"},
		"REMOVING": {provider.Superseded, "another deployment"}, "REMOVED": {provider.Superseded, "another deployment"},
		"CANCELLED": {provider.Failed, "cancelled"}, "CANCELED": {provider.Failed, "cancelled"},
		"PONDERING": {provider.Building, ""}, "": {provider.Building, ""},
	} {
		d, err := railway.Read(fmt.Sprintf(`{"id":"d","status":%q}`, status))
		if err != nil || d.State != want.state || d.Raw != status || !strings.Contains(d.Why, want.why) || (d.Why == "") != (want.why == "") {
			t.Errorf("%s is %s because %q, %v; want %s", status, d.State, d.Why, err, want.state)
		}
	}
}

func TestRead_saysWhatToDoAboutASkippedOne(t *testing.T) {
	for reason, want := range map[string]string{
		"No changes to watched files": "empty them there",
		"CI check suite failed":       "Wait for CI",
		"something new":               "something new",
	} {
		d, err := railway.Read(fmt.Sprintf(`{"status":"SKIPPED","meta":{"skippedReason":%q}}`, reason))
		if err != nil || !strings.Contains(d.Why, reason) || !strings.Contains(d.Why, want) {
			t.Errorf("got %q, %v", d.Why, err)
		}
	}
}

func TestRead_takesASuccessThatHasEndedForOne(t *testing.T) {
	for raw, want := range map[string]provider.State{
		`{"status":"SUCCESS","deploymentStopped":true,"instances":[{"status":"EXITED"}]}`:                         provider.Failed,
		`{"status":"SUCCESS","deploymentStopped":true,"instances":[{"status":"EXITED"},{"status":"RUNNING"}]}`:    provider.Live,
		`{"status":"SUCCESS","deploymentStopped":true,"instances":[]}`:                                            provider.Live,
		`{"status":"SUCCESS","deploymentStopped":false,"instances":[{"status":"EXITED"}]}`:                        provider.Live,
		`{"status":"SUCCESS","deploymentStopped":false,"instances":[{"status":"RESTARTING"}]}`:                    provider.Building,
		`{"status":"SUCCESS","deploymentStopped":false,"instances":[{"status":"RUNNING"},{"status":"CRASHED"}]}`:  provider.Live,
		`{"status":"DEPLOYING","deploymentStopped":true,"instances":[{"status":"CREATED"}]}`:                      provider.Building,
		`{"status":"SLEEPING","deploymentStopped":true,"instances":[{"status":"EXITED"}],"meta":{"image":["x"]}}`: provider.Live,
	} {
		if d, err := railway.Read(raw); err != nil || d.State != want {
			t.Errorf("%s is %s, %v; want %s", raw, d.State, err, want)
		}
	}
}

func TestRead_knowsACommitByItsHashAndOursByTheMessage(t *testing.T) {
	for meta, want := range map[string]provider.Marker{
		`{"commitHash":"abc"}`:                             {Commit: "abc"},
		`{"cliMessage":"readme-ops abc tree=t release=r"}`: {Commit: "abc", Tree: "t", Release: "r"},
		`{"cliMessage":"a hotfix from a laptop"}`:          {},
		`{"image":"ghcr.io/founder/api:1"}`:                {},
		`null`:                                             {},
	} {
		if d, err := railway.Read(`{"status":"SUCCESS","meta":` + meta + `}`); err != nil || d.Marker != want {
			t.Errorf("%s: got %+v, %v; want %+v", meta, d.Marker, err, want)
		}
	}
}

func TestManifest_isComparedAsAVendorMayWriteIt(t *testing.T) {
	want := railway.Settings{
		Build: "go build -o bin/api ./services/api", Start: "./bin/api", Health: "/health", HealthTimeout: time.Minute, Drain: 30 * time.Second,
	}
	const full = `{"serviceManifest":{"build":{"buildCommand":%s,"builder":"RAILPACK"},"deploy":{"startCommand":%s,"healthcheckPath":%s,"healthcheckTimeout":%s,"drainingSeconds":%s}}}`
	const build, start, health = `"go build -o bin/api ./services/api"`, `"./bin/api"`, `"/health"`
	for name, c := range map[string]struct {
		meta        string
		same, known bool
	}{
		"as it was written":         {fmt.Sprintf(full, build, start, health, "60", "30"), true, true},
		"other spaces and quotes":   {fmt.Sprintf(full, `" go  build -o \"bin/api\" ./services/api\n"`, `"'./bin/api'"`, `"/health/"`, "60.0", "30"), true, true},
		"as a list of words":        {fmt.Sprintf(full, build, `["./bin/api"]`, health, "null", "null"), true, true},
		"times in a form unknown":   {fmt.Sprintf(full, build, start, health, `"1m"`, `{}`), true, true},
		"another start":             {fmt.Sprintf(full, build, `"./bin/worker"`, health, "60", "30"), false, true},
		"no start":                  {fmt.Sprintf(full, build, `null`, health, "60", "30"), false, true},
		"another time-out":          {fmt.Sprintf(full, build, start, health, "300", "30"), false, true},
		"killed at once":            {fmt.Sprintf(full, build, start, health, "60", "5"), false, true},
		"a start in a form unknown": {fmt.Sprintf(full, build, `{"argv":[]}`, health, "60", "30"), true, false},
		"without the health check":  {`{"serviceManifest":{"build":{"buildCommand":` + build + `},"deploy":{"startCommand":` + start + `}}}`, true, false},
		"a difference and a gap":    {`{"serviceManifest":{"build":{"buildCommand":"make"}}}`, false, false},
		"no manifest":               {`{"commitHash":"abc"}`, true, false},
		"one that is no object":     {`{"serviceManifest":"yes"}`, true, false},
		"an empty one":              {`{"serviceManifest":{}}`, true, false},
	} {
		m := railway.ManifestOf(c.meta)
		same, known := m.Matches(want)
		if same != c.same || known != c.known || (len(m.Differences(want)) == 0) != same {
			t.Errorf("%s: same %v, known %v, want %v, %v; it says %q", name, same, known, c.same, c.known, m.Differences(want))
		}
	}
}

func TestManifest_ofAServiceThatWantsNothing(t *testing.T) {
	for meta, same := range map[string]bool{
		`{"serviceManifest":{"build":{"buildCommand":null},"deploy":{"startCommand":"./bin/worker","healthcheckPath":null}}}`:        true,
		`{"serviceManifest":{"build":{},"deploy":{"startCommand":"./bin/worker"}}}`:                                                  true,
		`{"serviceManifest":{"build":{},"deploy":{"startCommand":"./bin/worker","healthcheckPath":"/health"}}}`:                      false,
		`{"serviceManifest":{"build":{"buildCommand":"make"},"deploy":{"startCommand":"./bin/worker","healthcheckPath":"/health"}}}`: false,
	} {
		if got, known := railway.ManifestOf(meta).Matches(railway.Settings{Start: "./bin/worker"}); got != same || !known {
			t.Errorf("%s: same %v, known %v", meta, got, known)
		}
	}
}

func TestAsk_tellsARefusalFromABreakdown(t *testing.T) {
	const internal = `{"message":%q,"extensions":{"code":"INTERNAL_SERVER_ERROR"}}`
	for raw, unclear := range map[string]bool{
		fmt.Sprintf(internal, "Problem processing request"):                                true,
		fmt.Sprintf(internal, "Could not complete the request"):                            true,
		fmt.Sprintf(internal, "Commit not found"):                                          false,
		fmt.Sprintf(internal, "Not Authorized"):                                            false,
		fmt.Sprintf(internal, "You deploy too quickly"):                                    false,
		`{"message":"Deployment is not stoppable","extensions":{"code":"BAD_USER_INPUT"}}`: false,
		`{"message":"Unknown argument","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}`: false,
		`{"message":"a word without a code"}`:                                              true,
	} {
		if got := railway.Unclear(raw); got != unclear {
			t.Errorf("%s: unclear is %v", raw, got)
		}
	}
}

func TestAsk_readsHowLongToWaitInProse(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"You are doing this too quickly":                                  10 * time.Second,
		"This endpoint allows 5 deploys per 30 seconds":                   30 * time.Second,
		"too quickly: this endpoint allows 1 request per 1 second":        time.Second,
		"this endpoint allows 1 request per 86400 seconds":                time.Minute,
		"this endpoint allows 1 request per 99999999999999999999 seconds": time.Minute,
		"this endpoint allows 1 request per 0 seconds":                    time.Second,
		"Commit not found": 0, "": 0,
	} {
		if got := railway.TooMany(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
