package vercel_test

import (
	"errors"
	"strings"
	"testing"

	"readme/cli/provider/vercel"
	"readme/cli/release"
)

const (
	makeOp   = "POST /v11/projects"
	listOp   = "GET /v10/projects/prj_1/env"
	noA      = `{"envs":[]}`
	hasA     = `{"envs":[{"id":"e1","key":"A","type":"sensitive","target":["production"],"updatedAt":1}]}`
	isMade   = `{"id":"prj_1","name":"readme"}`
	isAbsent = `404{"error":{"code":"not_found","message":"Project not found"}}`
	unlinked = `400{"error":{"code":"bad_request","message":"Failed to link ada/readme. You need to add a Login Connection to your GitHub account first.","action":"Add a Login Connection","link":"https://vercel.com/docs/accounts","repo":"ada/readme"}}`
)

func TestMake_makesTheProjectAndItsVariables(t *testing.T) {
	for _, c := range []struct {
		name    string
		repo    string
		answers []string
		bodies  []string
		fault   string
		err     string
	}{
		{"for files", "", []string{isMade}, []string{`{"name":"readme","framework":"nextjs"}`}, "", ""},
		{"for commits", "ada/readme", []string{isMade}, []string{`{"name":"readme","framework":"nextjs","rootDirectory":"services/client","gitRepository":{"type":"github","repo":"ada/readme"}}`}, "", ""},
		{"for commits that Vercel may not read", "ada/readme", []string{unlinked, isMade}, []string{"", `{"name":"readme","framework":"nextjs","rootDirectory":"services/client"}`}, "Vercel made project readme, but may not read ada/readme", ""},
		{"its answer is lost", "", []string{"cut"}, []string{""}, "", ""},
		{"somebody has made it", "", []string{`409{"error":{"code":"conflict","message":"exists"}}`}, []string{""}, "", ""},
		{"it is refused", "ada/readme", []string{`403{"error":{"code":"forbidden","message":"Not authorized"}}`}, []string{"", ""}, "", "HTTP 403"},
		{"the plan is used up", "ada/readme", []string{`402{"error":{"code":"payment_required","message":"pay"}}`}, []string{""}, "", "HTTP 402"},
	} {
		t.Run(c.name, func(t *testing.T) {
			book := map[string][]string{project: {isAbsent, isMade}, makeOp: c.answers, envOp: {`201{"created":[],"failed":[]}`}, listOp: {noA, noA, hasA}}
			scripted(t, vercel.Options{Root: "services/client"}, book, func(t scene, s *script, v *vercel.Client) {
				err := v.Make(t.Context(), vercel.NewProject{Repo: c.repo, Variables: vars("A")})
				f, fault := errors.AsType[*release.Fault](err)
				switch {
				case fault != (c.fault != "") || fault && f.Title != c.fault:
					t.Errorf("got %v, want the fault %q", err, c.fault)
				case fault && (!strings.Contains(f.Detail, "GitHub app") || !strings.Contains(f.Detail, "settings%2Fgit")):
					t.Errorf("it does not say what to do: %s", f.Detail)
				case !fault && (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err):
					t.Errorf("got %v, want %q", err, c.err)
				}
				sent := s.sent(makeOp)
				if len(sent) != len(c.bodies) {
					t.Fatalf("%d creates were sent, want %d", len(sent), len(c.bodies))
				}
				for i, want := range c.bodies {
					if want != "" && sent[i] != want {
						t.Errorf("create %d is %s, want %s", i+1, sent[i], want)
					}
				}
				if n := len(s.sent(envOp)); (n == 1) != (c.err == "") {
					t.Errorf("variables were set %d times", n)
				}
			})
		})
	}
}

func TestMake_letsSmokeChecksIn(t *testing.T) {
	const patch = "PATCH /v1/projects/prj_1/protection-bypass"
	ours := "0123456789abcdef0123456789abcdef"
	for _, c := range []struct {
		name, secret, project, answer string
		want                          int
		err                           bool
	}{
		{"with the secret that it was given", ours, linked, `{"protectionBypass":{}}`, 1, false},
		{"which it knows", ours, strings.Replace(linked, `"name"`, `"protectionBypass":{"`+ours+`":{"scope":"automation-bypass"}},"name"`, 1), "", 0, false},
		{"whose first answer was lost", ours, linked, `409{"error":{"code":"conflict","message":"This secret exists already"}}`, 1, false},
		{"unless Vercel would not take it", "short", linked, "", 0, false},
		{"unless there is none", "", linked, "", 0, false},
		{"and says so if it cannot", ours, linked, `403{"error":{"code":"forbidden","message":"` + ours + `"}}`, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := vercel.Options{Bypass: release.NewSecret(c.secret)}
			scripted(t, o, map[string][]string{project: {c.project}, patch: {c.answer}}, func(t scene, s *script, v *vercel.Client) {
				err := v.Make(t.Context(), vercel.NewProject{})
				if n := len(s.sent(patch)); n != c.want || (err != nil) != c.err {
					t.Errorf("%v, after %d calls", err, n)
				}
				if err != nil && strings.Contains(err.Error(), ours) {
					t.Errorf("the error shows the secret: %v", err)
				}
			})
		})
	}
}

func TestMake_againSetsTheVariablesAlone(t *testing.T) {
	scripted(t, vercel.Options{}, map[string][]string{envOp: {`201{"created":[],"failed":[]}`}, listOp: {noA, noA, hasA}}, func(t scene, s *script, v *vercel.Client) {
		if err := v.Make(t.Context(), vercel.NewProject{Repo: "ada/readme", Variables: vars("A")}); err != nil {
			t.Fatal(err)
		}
		if len(s.sent(makeOp)) != 0 || len(s.sent(envOp)) != 1 {
			t.Errorf("%d projects, %d writes", len(s.sent(makeOp)), len(s.sent(envOp)))
		}
	})
}
