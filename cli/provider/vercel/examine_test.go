package vercel_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

// account is a user whose token ends on the 20th of January of the bubble's year.
func account(more map[string][]string) map[string][]string {
	book := map[string][]string{
		"GET /v2/user":                {`{"user":{"id":"u","username":"ada","email":"ada@example.test"}}`},
		"GET /v5/user/tokens/current": {`{"token":{"id":"tok","expiresAt":948326400000}}`},
		"GET /v2/teams/founders":      {`{"id":"team_1","slug":"founders","name":"The Founders"}`},
	}
	maps.Copy(book, more)
	return book
}

func TestExamine_findsWhatARealAccountLacks(t *testing.T) {
	secret := release.NewSecret("0123456789abcdef0123456789abcdef")
	locked := strings.Replace(linked, `"name"`, `"ssoProtection":{"deploymentType":"all_except_custom_domains"},"name"`, 1)
	withBypass := strings.Replace(locked, `"name"`, `"protectionBypass":{"0123456789abcdef0123456789abcdef":{"scope":"automation-bypass"}},"name"`, 1)
	for _, c := range []struct {
		name string
		o    vercel.Options
		more map[string][]string
		want string // a finding, as "mood what: text"
		page string
	}{
		{"a good token", vercel.Options{}, nil, "good token: VERCEL_TOKEN is of ada, until 2000-01-20", ""},
		{"a token that ends soon", vercel.Options{}, map[string][]string{"GET /v5/user/tokens/current": {`{"token":{"id":"tok","expiresAt":947030400000}}`}}, "warn token: VERCEL_TOKEN is of ada, until 2000-01-05", "tokens"},
		{"a token without an end", vercel.Options{}, map[string][]string{"GET /v5/user/tokens/current": {`{"token":{"id":"tok"}}`}}, "good token: VERCEL_TOKEN is of ada, without an end", ""},
		{"a token that tells nothing", vercel.Options{}, map[string][]string{"GET /v5/user/tokens/current": nil}, "good token: VERCEL_TOKEN is of ada; Vercel does not say until when", ""},
		{"a bad token", vercel.Options{}, map[string][]string{"GET /v2/user": {`403{"error":{"code":"forbidden","message":"Not authorized","invalidToken":true}}`}}, "bad token: Vercel does not accept VERCEL_TOKEN: it is wrong or has expired", "tokens"},
		{"the team", vercel.Options{Team: "founders"}, nil, "good team: The Founders (founders, team_1)", ""},
		{"a team that it may not enter", vercel.Options{Team: "others"}, map[string][]string{"GET /v2/teams/others": {`403{"error":{"code":"team_unauthorized","message":"no"}}`}}, "bad team: the token may not enter team others, or there is none", "tokens"},
		{"no project yet", vercel.Options{}, map[string][]string{project: nil}, "warn project: readme does not exist in the token's personal account (release.yaml pins no team): the first release makes it", ""},
		{"a paused project", vercel.Options{}, map[string][]string{project: {strings.Replace(linked, `"name"`, `"paused":true,"name"`, 1)}}, "bad project: it is paused: nothing that is deployed is served", "settings"},
		{"a frozen project", vercel.Options{}, map[string][]string{project: {job("rollback", "dpl_live", "succeeded", 5)}}, "warn project: since the last rollback, Vercel no longer gives", "deployments"},
		{"a domain that waits", vercel.Options{}, map[string][]string{"GET /v9/projects/prj_1/domains": {`{"domains":[{"name":"readme.app","verified":false,"verification":[{"type":"TXT","domain":"_vercel.readme.app","value":"vc-1"}]}]}`}}, "warn domain: readme.app waits for a record in its DNS: TXT _vercel.readme.app vc-1", "domains"},
		{"Git deploys", vercel.Options{}, nil, "warn git: Vercel deploys each push to main by itself, beside readme-ops.", "settings"},
		{"no connection", vercel.Options{}, map[string][]string{project: {`{"id":"prj_1","name":"readme"}`}}, "warn git: the Vercel project readme is connected to no Git repository: it is deployed from files", "git"},
		{"open", vercel.Options{}, nil, "good protection: production addresses are open", ""},
		{"locked, no key", vercel.Options{}, map[string][]string{project: {locked}}, "bad protection: the addresses of deployments ask for a login, and smoke checks were given no VERCEL_AUTOMATION_BYPASS_SECRET", "protection"},
		{"locked, the key", vercel.Options{Bypass: secret}, map[string][]string{project: {withBypass}}, "good protection: the addresses of deployments ask for a login; smoke checks have the secret", ""},
		{"locked, another key", vercel.Options{Bypass: release.NewSecret("anotherkey")}, map[string][]string{project: {withBypass}}, "bad protection: the addresses of deployments ask for a login, and VERCEL_AUTOMATION_BYPASS_SECRET is none of the project's secrets (any more)", "protection"},
		{"previews alone are locked", vercel.Options{}, map[string][]string{project: {strings.Replace(locked, "all_except_custom_domains", "preview", 1)}}, "good protection: production addresses are open", ""},
		{"few deployments", vercel.Options{}, nil, "good limits: 0 deployments of this project in 24 hours (the free plan allows 100 in all)", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			scripted(t, c.o, account(c.more), func(t scene, s *script, v *vercel.Client) {
				var all []string
				found := false
				for _, f := range v.Examine(t.Context()) {
					line := fmt.Sprintf("%s %s: %s", f.Mood, f.What, f.Text)
					all = append(all, line+" "+f.Page)
					if strings.HasPrefix(line, c.want) {
						found = strings.Contains(f.Page, c.page) && (c.page != "" || f.Page == "")
					}
					if strings.Contains(line+f.Page, "anotherkey") || strings.Contains(line+f.Page, secret.Reveal()) {
						t.Errorf("a finding shows the secret: %s", line)
					}
				}
				if !found {
					t.Errorf("%q (page %q) is not in:\n%s", c.want, c.page, strings.Join(all, "\n"))
				}
				for _, r := range s.got {
					if !strings.HasPrefix(r.op, "GET ") {
						t.Errorf("it changes something: %s", r.op)
					}
				}
			})
		})
	}
}

func TestExamine_warnsWhenADaysDeploymentsAreNearlyUsedUp(t *testing.T) {
	scripted(t, vercel.Options{}, account(nil), func(t scene, s *script, v *vercel.Client) {
		var list []string
		for i := range 90 {
			at := time.Now().Add(-time.Hour)
			if i >= 85 { // the filter is not taken on trust
				at = at.Add(-24 * time.Hour)
			}
			list = append(list, fmt.Sprintf(`{"uid":"d%d","created":%d}`, i, at.UnixMilli()))
		}
		s.set("GET /v7/deployments", `{"deployments":[`+strings.Join(list, ",")+`]}`)
		all := v.Examine(t.Context())
		last := all[len(all)-1]
		if last.Mood != provider.Warn || !strings.HasPrefix(last.Text, "85 deployments") {
			t.Errorf("got %+v", last)
		}
	})
}
