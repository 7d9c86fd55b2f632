package vercel_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"readme/cli/box/vercel"
	"readme/cli/provider/providertest"
)

// beyond is where the service is known to differ from its public description: what is newer, and what the description
// leaves out.
var beyond = []*regexp.Regexp{
	regexp.MustCompile(`promote/aliases.*\.alias is map`),                // an object, as the CLI reads it
	regexp.MustCompile(`^GET /v4/aliases/.*: \$ is map\[.*want array`),   // one alias, as the newer description has it
	regexp.MustCompile(`no query parameter "rollbackInfo"`),              // the CLI's
	regexp.MustCompile(`request: \$\.autoAssignCustomDomains is not in`), // the CLI's --skip-domain
}

// judge reports what the contract does not know, unless it is known to be beyond it.
type judge struct {
	testing.TB
}

func (j judge) Errorf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, r := range beyond {
		if r.MatchString(text) {
			return
		}
	}
	j.TB.Errorf("%s", text)
}

// Every answer, at least once in every shape that it has, is held against the vendor's public description.
func TestAnswers_fitTheContract(t *testing.T) {
	contract := providertest.Load(t, "testdata/vercel.openapi.json")
	inBubble(t, func(b *bench) {
		_, sha := b.linked()
		b.watch = func(next http.RoundTripper) http.RoundTripper { return contract.Watch(judge{b.T}, next) }
		get := func(paths ...string) {
			for _, path := range paths {
				if r := b.call("GET", path, nil); r.status != http.StatusOK {
					b.Errorf("GET %s: %d %s", path, r.status, r.raw)
				}
			}
		}
		b.call("PATCH", "/v1/projects/readme/protection-bypass", map[string]any{"generate": map[string]any{}})
		b.call("PATCH", "/v9/projects/readme", map[string]any{"ssoProtection": map[string]any{"deploymentType": "preview"}})
		b.call("POST", "/v11/projects", map[string]any{"name": "another", "framework": "nextjs"})
		b.call("POST", "/v10/projects/readme/env", variable("ONE", "plain", "1"))
		env := b.call("POST", "/v10/projects/readme/env", []any{variable("ONE", "plain", "1"), variable("TWO", "sensitive", "2")})
		two := env.json["created"].([]any)[0].(map[string]any)["id"].(string)
		get("/v10/projects/readme/env", "/v1/projects/readme/env/"+two)
		b.call("PATCH", "/v9/projects/readme/env/"+two, map[string]any{"value": "3"})
		b.call("DELETE", "/v9/projects/readme/env/"+two, nil)

		first := b.fromGit(map[string]any{"type": "github", "org": "acme", "repo": "readme", "ref": "main", "sha": sha}, nil).text("id")
		ids := []string{first}
		for _, fault := range []string{vercel.BuildFails, vercel.CanceledUnderUs, vercel.ChecksFailed, vercel.AliasError, ""} {
			if fault != "" {
				b.strike(fault, 1, 0)
			}
			ids = append(ids, b.fromGit(map[string]any{"type": "github", "org": "acme", "repo": "readme", "ref": "main"}, staged()).text("id"))
		}
		for _, id := range ids {
			get("/v13/deployments/"+id, "/v2/deployments/"+id+"/aliases")
		}
		second := ids[len(ids)-1]
		for _, move := range []string{"/v10/projects/readme/promote/" + second, "/v1/projects/readme/rollback/" + first} {
			b.call("POST", move, nil)
			time.Sleep(5 * time.Second)
			get("/v9/projects/readme?rollbackInfo=true", "/v1/projects/readme/promote/aliases")
		}
		get("/v2/user", "/v2/teams", "/v5/user/tokens/current", "/v7/deployments?limit=20", "/v6/deployments", "/v10/projects",
			"/v9/projects/readme/domains", "/v4/aliases/production.box:80", "/v13/deployments/production.box:80")
		b.call("PATCH", "/v1/projects/readme/rollback/"+first+"/update-description", map[string]any{"description": "why"})
		building := b.call("POST", "/v13/deployments", map[string]any{
			"name": "readme", "gitSource": map[string]any{"type": "github", "org": "acme", "repo": "readme", "ref": "main"},
		})
		b.call("PATCH", "/v12/deployments/"+building.text("id")+"/cancel", nil)
		b.call("DELETE", "/v13/deployments/"+building.text("id"), nil)
		if r := b.call("GET", "/v3/deployments/"+first+"/events", nil); !strings.Contains(r.raw, "Cloning github.com/acme/readme") {
			b.Errorf("the build log is %s", r.raw)
		}
	})
}
