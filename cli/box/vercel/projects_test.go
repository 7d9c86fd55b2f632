package vercel_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"readme/cli/box/vercel"
)

func TestProjects_areMadeFoundAndServedBesideEachOther(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.deployed("one", nil)
		made := b.call("POST", "/v11/projects", map[string]any{"name": "readme-dev", "framework": "nextjs", "ssoProtection": nil, "environmentVariables": []any{
			map[string]any{"key": "GREETING", "value": "hi", "target": []string{"production"}, "type": "plain"},
		}})
		if made.status != http.StatusOK || !strings.HasPrefix(made.text("id"), "prj_") {
			b.Fatalf("make a project: %d %s", made.status, made.raw)
		}
		if r := b.call("POST", "/v11/projects", map[string]any{"name": "readme-dev"}); r.status != http.StatusConflict {
			b.Errorf("make it again: %d %s", r.status, r.raw)
		}
		if r := b.call("GET", "/v9/projects/"+made.text("id"), nil); r.text("name") != "readme-dev" {
			b.Errorf("by its id: %s", r.raw)
		}
		domain := b.domain("readme-dev")
		if domain != "readme-dev-production.box:80" || b.page(domain) != "DEPLOYMENT_NOT_FOUND" {
			b.Errorf("its domain is %s and serves %q", domain, b.page(domain))
		}
		other := b.deployed("two", map[string]any{"project": made.text("id"), "name": "readme-dev"})
		for host, want := range map[string]string{"production.box:80": "one hello", domain: "two hi"} {
			if got := b.page(host); got != want {
				b.Errorf("%s serves %q, want %q", host, got, want)
			}
		}
		list := b.call("GET", "/v7/deployments?projectId=readme-dev", nil).json["deployments"].([]any)
		if len(list) != 1 || list[0].(map[string]any)["uid"] != other {
			b.Errorf("its deployments are %v", list)
		}
		if r := b.call("POST", "/v10/projects/readme/promote/"+other, nil); r.status != http.StatusNotFound {
			b.Errorf("promote it in another project: %d", r.status)
		}

		b.close()
		b.open()
		time.Sleep(time.Second)
		if got := b.page(domain); got != "two hi" {
			b.Errorf("after a restart it serves %q", got)
		}
		if r := b.call("DELETE", "/v9/projects/readme-dev", nil); r.status != http.StatusNoContent {
			b.Errorf("delete it: %d %s", r.status, r.raw)
		}
		time.Sleep(time.Second) // its process ends behind the answer
		if r := b.call("GET", "/v9/projects/readme-dev", nil); r.status != http.StatusNotFound || b.host.Running() != 1 {
			b.Errorf("deleted, it is answered with %d, and %d processes run", r.status, b.host.Running())
		}
	})
}

func TestTeam_isNamedInEveryCall(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.close()
		b.cfg.Team = &vercel.Team{ID: "team_1", Slug: "founders"}
		b.cfg.Dir = t.TempDir()
		b.open()
		for query, want := range map[string]int{
			"": http.StatusNotFound, "?teamId=team_1": http.StatusOK, "?slug=founders": http.StatusOK,
			"?teamId=team_2": http.StatusForbidden, "?slug=others": http.StatusForbidden,
		} {
			if r := b.call("GET", "/v9/projects/readme"+query, nil); r.status != want {
				b.Errorf("with %q: %d %s, want %d", query, r.status, r.raw, want)
			}
		}
		if r := b.create("x", nil); r.status != http.StatusNotFound {
			b.Errorf("deploy without the team: %d %s", r.status, r.raw)
		}
		made := b.call("POST", "/v13/deployments?teamId=team_1", map[string]any{"name": "readme", "files": []any{
			map[string]any{"file": "page.txt", "data": "x", "encoding": "utf-8"},
		}})
		if team, _ := made.json["team"].(map[string]any); made.text("ownerId") != "team_1" || team["slug"] != "founders" {
			b.Errorf("deploy for the team: %d %s", made.status, made.raw)
		}
		if r := b.call("GET", "/v13/deployments/"+made.text("id"), nil); r.status != http.StatusNotFound {
			b.Errorf("its deployment without the team: %d", r.status)
		}
		if r := b.call("GET", "/teams/founders", nil); r.text("id") != "team_1" {
			b.Errorf("the team: %d %s", r.status, r.raw)
		}
		if r := b.call("GET", "/v5/user/tokens/current", nil); !strings.Contains(r.raw, `"teamId":"team_1"`) {
			b.Errorf("the token: %d %s", r.status, r.raw)
		}
		b.call("POST", "/v11/projects", map[string]any{"name": "own"})
		if r := b.call("GET", "/v9/projects/own?teamId=team_1", nil); r.status != http.StatusNotFound {
			b.Errorf("a personal project is the team's too: %d", r.status)
		}
	})
}

func TestSettings_ofAProjectChangeWhatWasSentAndNothingElse(t *testing.T) {
	inBubble(t, func(b *bench) {
		edit := func(body map[string]any) reply { return b.call("PATCH", "/v9/projects/readme", body) }
		edit(map[string]any{"rootDirectory": "services/client", "ssoProtection": map[string]any{"deploymentType": "preview"}, "autoAssignCustomDomains": false})
		r := edit(map[string]any{})
		if r.text("rootDirectory") != "services/client" || r.text("framework") != "nextjs" || r.json["ssoProtection"] == nil || r.json["autoAssignCustomDomains"] != false {
			b.Errorf("the settings are %s", r.raw)
		}
		id := b.deployed("x", map[string]any{"files": []any{map[string]any{"file": "services/client/page.txt", "data": "below", "encoding": "utf-8"}}})
		if d := b.call("GET", "/v13/deployments/"+id, nil); d.text("readySubstate") != "STAGED" || b.page(d.text("url")) != "below hello" {
			b.Errorf("below the root directory, and not assigned: %s", d.raw)
		}
		bad := b.call("GET", "/v13/deployments/"+b.deployed("at the top", nil), nil)
		if bad.text("readyState") != "ERROR" || !strings.Contains(bad.text("errorMessage"), "services/client") {
			b.Errorf("without that folder: %s", bad.raw)
		}
		r = edit(map[string]any{"rootDirectory": nil, "ssoProtection": nil, "autoAssignCustomDomains": true})
		if r.json["rootDirectory"] != nil || r.json["ssoProtection"] != nil || r.json["autoAssignCustomDomains"] != true {
			b.Errorf("emptied, the settings are %s", r.raw)
		}
		for _, body := range []map[string]any{
			{"name": "Not a name"}, {"rootDirectory": "../up"}, {"ssoProtection": map[string]any{"deploymentType": "some"}},
		} {
			if r := edit(body); r.status != http.StatusBadRequest {
				b.Errorf("%v: %d", body, r.status)
			}
		}
	})
}

func TestFramework_hasToBeSetForTheBuildToFindTheApp(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.call("POST", "/v11/projects", map[string]any{"name": "bare", "ssoProtection": nil})
		bare := map[string]any{"name": "bare"}
		d := b.call("GET", "/v13/deployments/"+b.deployed("x", bare), nil)
		if d.text("readyState") != "ERROR" || !strings.Contains(d.text("errorMessage"), "No Output Directory") {
			b.Errorf("without a framework: %s", d.raw)
		}
		bare["projectSettings"] = map[string]any{"framework": "nextjs"}
		if d := b.call("GET", "/v13/deployments/"+b.deployed("x", bare), nil); d.text("readyState") != "READY" {
			b.Errorf("with one: %s", d.raw)
		}
	})
}

// domain reads a project's domain.
func (b *bench) domain(project string) string {
	b.Helper()
	all := b.call("GET", "/v9/projects/"+project+"/domains", nil).json["domains"].([]any)
	return all[0].(map[string]any)["name"].(string)
}
