package vercel_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHandler_admitsOnlyItsTokenAndNoTeam(t *testing.T) {
	inBubble(t, func(b *bench) {
		for _, c := range []struct {
			name, path, auth, code, flag string
		}{
			{"no token", "/v2/user", "", "forbidden", "missingToken"},
			{"a wrong token", "/v2/user", "Bearer nope", "forbidden", "invalidToken"},
			{"a team", "/v2/user?teamId=team_1", "Bearer box_token", "team_unauthorized", ""},
			{"a team by name", "/v2/user?slug=founders", "Bearer box_token", "team_unauthorized", ""},
		} {
			r := b.send("GET", "http://api.box"+c.path, nil, "Authorization", c.auth)
			if r.status != http.StatusForbidden || r.code() != c.code || !strings.Contains(r.raw, c.flag) {
				b.Errorf("%s: %d %s", c.name, r.status, r.raw)
			}
		}
	})
}

func TestHandler_answersUnderEveryVersion(t *testing.T) {
	inBubble(t, func(b *bench) {
		for _, path := range []string{"/v9/projects/readme", "/v1/projects/readme", "/projects/readme", "/v3/now/projects/readme", "/now/projects/readme"} {
			if r := b.call("GET", path, nil); r.status != http.StatusOK || r.text("name") != "readme" {
				b.Errorf("%s: %d %s", path, r.status, r.raw)
			}
		}
		for _, path := range []string{"/v9/projects/other", "/v9/nothing", "/v13/deployments/dpl_none"} {
			if r := b.call("GET", path, nil); r.status != http.StatusNotFound || r.code() != "not_found" {
				b.Errorf("%s: %d %s", path, r.status, r.raw)
			}
		}
	})
}

func TestFiles_areAskedForByHashAndCheckedAgainstIt(t *testing.T) {
	inBubble(t, func(b *bench) {
		body := map[string]any{"name": "readme", "files": []any{
			map[string]any{"file": "page.txt", "sha": digest("first"), "size": 5},
			map[string]any{"file": "copy.txt", "sha": digest("first"), "size": 5},
		}}
		r := b.call("POST", "/v13/deployments", body)
		problem, _ := r.json["error"].(map[string]any)
		if r.status != http.StatusBadRequest || r.code() != "missing_files" || !cmp.Equal(problem["missing"], []any{digest("first")}) {
			b.Errorf("unknown files: %d %s", r.status, r.raw)
		}
		for name, bad := range map[string][]string{
			"another file's":     {"X-Vercel-Digest", digest("other")},
			"no digest at all":   {},
			"a path as a digest": {"X-Vercel-Digest", "../../../etc/passwd"},
		} {
			if r := b.call("POST", "/v2/files", "first", bad...); r.status != http.StatusBadRequest {
				b.Errorf("%s: %d %s", name, r.status, r.raw)
			}
		}
		if r := b.call("POST", "/v2/now/files", "first", "X-Now-Digest", digest("first"), "X-Now-Size", "5"); r.status != http.StatusOK {
			b.Errorf("the CLI's header: %d %s", r.status, r.raw)
		}
		if r := b.call("POST", "/v13/deployments", body); r.status != http.StatusOK || r.text("target") != "production" {
			b.Errorf("a project's first deployment: %d %s", r.status, r.raw)
		}
	})
}

func TestCreate_refusesWhatItCannotBuild(t *testing.T) {
	inBubble(t, func(b *bench) {
		for code, more := range map[string]map[string]any{
			"no_files":                  {"files": []any{}},
			"incorrect_git_source_info": {"files": nil, "gitSource": map[string]any{"type": "github", "org": "o", "repo": "r", "ref": "main"}},
			"not_found":                 {"project": "other"},
			"bad_request":               {"files": []any{map[string]any{"file": "../escape", "data": "x"}}},
		} {
			if r := b.create("x", more); r.code() != code {
				b.Errorf("want %s, got %d %s", code, r.status, r.raw)
			}
		}
		if r := b.create("x", map[string]any{"projectSettings": map[string]any{"framework": "gatsby"}}); r.status != http.StatusBadRequest {
			b.Errorf("another framework: %d %s", r.status, r.raw)
		}
	})
}

func TestList_pagesFromTheNewestAndShowsTimesForAliases(t *testing.T) {
	inBubble(t, func(b *bench) {
		var want []string
		for _, page := range []string{"one", "two", "three"} {
			want = append(want, b.deployed(page, map[string]any{"meta": map[string]any{"run": page}}))
		}
		slices.Reverse(want)
		var got []string
		next := ""
		for range 3 {
			r := b.call("GET", "/v7/deployments?projectId=readme&limit=1"+next, nil)
			d := r.json["deployments"].([]any)[0].(map[string]any)
			got = append(got, d["uid"].(string))
			if _, ok := d["aliasAssigned"].(float64); !ok {
				b.Errorf("aliasAssigned is %v, want a time", d["aliasAssigned"])
			}
			if ms, ok := r.json["pagination"].(map[string]any)["next"].(float64); ok {
				next = "&until=" + strings.TrimSuffix(strings.TrimSpace(jsonText(ms)), ".0")
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("the list (-want +got):\n%s", diff)
		}
		r := b.call("GET", "/v6/deployments?meta-run=two", nil)
		if n := len(r.json["deployments"].([]any)); n != 1 {
			b.Errorf("the filter by meta gives %d", n)
		}
		r = b.call("GET", "/v6/deployments?rollbackCandidate=true", nil)
		if n := len(r.json["deployments"].([]any)); n != 2 {
			b.Errorf("there are %d candidates for a rollback, want all but the current one", n)
		}
	})
}

func TestEvents_followABuildToItsEnd(t *testing.T) {
	inBubble(t, func(b *bench) {
		id := b.create("x", nil).text("id")
		r := b.call("GET", "/v3/now/deployments/"+id+"/events?direction=forward&follow=1&format=lines", nil)
		if lines(r.raw) != 2 || !strings.Contains(r.raw, `"alias-assigned"`) || !strings.Contains(r.raw, "npx next build") {
			b.Errorf("the stream held %q", r.raw)
		}
		if s := b.call("GET", "/v13/deployments/"+id, nil); s.text("readyState") != "READY" {
			b.Errorf("the stream ended while the deployment was %s", s.text("readyState"))
		}
	})
}

func TestEnv_hidesWhatVercelHides(t *testing.T) {
	inBubble(t, func(b *bench) {
		put := func(query string, body any) reply { return b.call("POST", "/v10/projects/readme/env"+query, body) }
		v := func(key, kind, value string, target any) map[string]any {
			return map[string]any{"key": key, "value": value, "type": kind, "target": target}
		}
		if r := put("", v("PLAIN", "plain", "p", []string{"production", "preview"})); r.status != http.StatusCreated {
			b.Fatalf("create: %d %s", r.status, r.raw)
		}
		put("", v("SECRET", "sensitive", "s", "production"))
		put("", v("CIPHER", "encrypted", "c", "production"))
		for name, r := range map[string]reply{
			"the same again":           put("", v("PLAIN", "plain", "q", []string{"production"})),
			"upsert of other targets":  put("?upsert=true", v("PLAIN", "plain", "q", []string{"production"})),
			"sensitive in development": put("", v("S2", "sensitive", "s", "development")),
			"a bad name":               put("", v("1 2", "plain", "s", "production")),
		} {
			if r.status != http.StatusBadRequest {
				b.Errorf("%s: %d %s", name, r.status, r.raw)
			}
		}
		many := put("", []any{v("PLAIN", "plain", "q", "production"), v("NEW", "plain", "n", "production")})
		if len(many.json["created"].([]any)) != 1 || len(many.json["failed"].([]any)) != 1 || many.status != http.StatusCreated {
			b.Errorf("one of two: %d %s", many.status, many.raw)
		}
		got := map[string]string{}
		for _, e := range b.call("GET", "/v9/projects/readme/env?target=production", nil).json["envs"].([]any) {
			one := b.call("GET", "/v1/projects/readme/env/"+e.(map[string]any)["id"].(string), nil)
			got[one.text("key")] = one.text("value")
			if listed := e.(map[string]any)["value"].(string); one.text("key") == "CIPHER" && (listed == "c" || listed == "") {
				b.Errorf("the list shows %q of an encrypted value", listed)
			}
		}
		want := map[string]string{"GREETING": "hello", "PLAIN": "p", "SECRET": "", "CIPHER": "c", "NEW": "n"}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("values (-want +got):\n%s", diff)
		}
	})
}
