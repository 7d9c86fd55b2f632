package vercel_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

const (
	sha    = "0123456789abcdef0123456789abcdef01234567"
	create = "POST /v13/deployments"
	made   = `{"id":"dpl_new","readyState":"QUEUED"}`
)

func commit() provider.Request {
	return provider.Request{
		Marker: provider.Marker{Release: "run-1", Commit: sha, Tree: "t"},
		Commit: provider.Commit{Repo: "Ada/readme", SHA: sha, Branch: "main"},
	}
}

func TestDeployCommit_asksForTheCommitThroughTheProjectsOwnConnection(t *testing.T) {
	for _, c := range []struct{ name, link, repo, want string }{
		{"github by its id", `{"type":"github","org":"ada","repo":"readme","repoId":77,"productionBranch":"main"}`, "ada/readme", `{"type":"github","repoId":77}`},
		{"github by its name", `{"type":"github-limited","org":"ada","repo":"readme","repoId":null,"productionBranch":"main"}`, "ada/readme", `{"type":"github-limited","org":"ada","repo":"readme"}`},
		{"gitlab", `{"type":"gitlab","projectId":"5","projectNamespace":"ada","projectName":"readme","productionBranch":"main"}`, "ada/readme", `{"type":"gitlab","projectId":"5"}`},
		{"bitbucket", `{"type":"bitbucket","owner":"ada","slug":"readme","uuid":"u","workspaceUuid":"w","productionBranch":"main"}`, "ada/readme", `{"type":"bitbucket","repoUuid":"u","workspaceUuid":"w"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			book := map[string][]string{
				"GET /v9/projects/readme": {`{"id":"prj_1","name":"readme","rootDirectory":"services/client","link":` + c.link + `}`}, create: {made},
			}
			scripted(t, vercel.Options{Root: "services/client", Team: "founders"}, book, func(t scene, s *script, v *vercel.Client) {
				r := commit()
				r.Commit.Repo = c.repo
				id, err := v.DeployStaged(t.Context(), r)
				if err != nil || id != "dpl_new" {
					t.Fatalf("got %q, %v", id, err)
				}
				var body struct {
					Git   map[string]any    `json:"gitSource"`
					Files []any             `json:"files"`
					Meta  map[string]string `json:"meta"`
					Auto  *bool             `json:"autoAssignCustomDomains"`
				}
				if err := json.Unmarshal([]byte(s.sent(create)[0]), &body); err != nil {
					t.Fatal(err)
				}
				want := map[string]any{}
				if err := json.Unmarshal([]byte(c.want), &want); err != nil {
					t.Fatal(err)
				}
				want["ref"], want["sha"] = "main", sha
				if diff := cmp.Diff(want, body.Git); diff != "" {
					t.Errorf("gitSource (-want +got):\n%s", diff)
				}
				if body.Files != nil || body.Auto == nil || *body.Auto || body.Meta["readmeOpsRelease"] != "run-1" {
					t.Errorf("the rest of the body is %+v", body)
				}
				for _, q := range s.got {
					if !strings.Contains(q.query, "slug=founders") {
						t.Errorf("%s is outside of the team: %s", q.op, q.query)
					}
				}
			})
		})
	}
}

func TestDeployCommit_waitsForACommitThatWasJustPushedAndNoLonger(t *testing.T) {
	unknown := `400{"error":{"code":"incorrect_git_source_info","message":"The provided GitHub repository can't be found"}}`
	t.Run("it appears", func(t *testing.T) {
		scripted(t, vercel.Options{}, map[string][]string{create: {unknown, unknown, made}}, func(t scene, _ *script, v *vercel.Client) {
			if id, err := v.Deploy(t.Context(), commit()); err != nil || id != "dpl_new" {
				t.Errorf("got %q, %v", id, err)
			}
		})
	})
	t.Run("it never does", func(t *testing.T) {
		scripted(t, vercel.Options{}, map[string][]string{create: {unknown}}, func(t scene, s *script, v *vercel.Client) {
			start := time.Now()
			_, err := v.Deploy(t.Context(), commit())
			f, ok := errors.AsType[*release.Fault](err)
			if !ok || f.Title != "Vercel does not find commit 0123456 in ada/readme" || f.Try != "git push origin main" || len(f.Evidence) != 1 {
				t.Fatalf("got %+v", err)
			}
			if n, took := len(s.sent(create)), time.Since(start); n != 6 || took != 2*time.Minute {
				t.Errorf("it gave up after %d tries and %s", n, took)
			}
		})
	})
}

func TestDeployCommit_adoptsWhatVercelHasBegunWhereThatDoesNoHarm(t *testing.T) {
	const detail = "GET /v13/deployments/dpl_git"
	record := func(more string) string {
		return `{"id":"dpl_git","uid":"dpl_git","projectId":"prj_1","target":"production","createdAt":5000,"meta":{"githubCommitSha":"` + sha + `","n":7},` + more + `}`
	}
	const held, free = `"autoAssignCustomDomains":false`, `"autoAssignCustomDomains":true`
	for _, c := range []struct {
		name   string
		more   string
		staged bool
		want   string // "" is a fault
	}{
		{"staged wanted, and it is staged", `"readyState":"READY","readySubstate":"STAGED","aliasAssigned":true,` + held, true, "dpl_git"},
		{"staged wanted, and it will be", `"readyState":"BUILDING",` + held, true, "dpl_git"},
		{"staged wanted, and it is on its way to the domain", `"readyState":"BUILDING",` + free, true, ""},
		{"staged wanted, and nobody says where it goes", `"readyState":"QUEUED"`, true, ""},
		{"staged wanted, and it has had the domain", `"readyState":"READY","readySubstate":"PROMOTED","aliasAssigned":true,` + free, true, "dpl_new"},
		{"live wanted, and it is being built", `"readyState":"BUILDING",` + free, false, "dpl_git"},
		{"live wanted, and it was built and kept back", `"readyState":"READY","readySubstate":"STAGED","aliasAssigned":true,` + free, false, "dpl_git"},
		{"it has failed", `"readyState":"ERROR"`, true, "dpl_new"},
		{"it is blocked", `"readyState":"BLOCKED"`, false, "dpl_new"},
		{"it is older than a variable", `"readyState":"READY","readySubstate":"STAGED","created":900,` + held, true, "dpl_new"},
		{"it is another release's", `"readyState":"BUILDING","meta":{"githubCommitSha":"` + sha + `","readmeOpsRelease":"run-0"}`, true, "dpl_new"},
		{"it is a preview", `"readyState":"BUILDING","target":""`, true, "dpl_new"},
		{"it is another commit's", `"readyState":"BUILDING","meta":{"githubCommitSha":"ffff"}`, true, "dpl_new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := record(c.more)
			if strings.Contains(c.more, `"created":900`) {
				one = strings.Replace(one, `"createdAt":5000`, `"createdAt":900`, 1)
			}
			book := map[string][]string{
				"GET /v7/deployments": {`{"deployments":[` + one + `]}`}, detail: {one}, create: {made},
				"GET /v10/projects/prj_1/env": {`{"envs":[{"id":"e","key":"K","type":"sensitive","target":"production","updatedAt":1000}]}`},
			}
			scripted(t, vercel.Options{}, book, func(t scene, s *script, v *vercel.Client) {
				deploy := v.Deploy
				if c.staged {
					deploy = v.DeployStaged
				}
				id, err := deploy(t.Context(), commit())
				f, fault := errors.AsType[*release.Fault](err)
				if id != c.want || fault != (c.want == "") || !fault && err != nil {
					t.Errorf("got %q, %v; want %q", id, err, c.want)
				}
				if fault && !strings.Contains(f.Detail, `push {"git": {"deploymentEnabled": false}} in services/client/vercel.json`) {
					t.Errorf("it does not say how to turn Git deploys off: %s", f.Detail)
				}
				if n := len(s.sent(create)); (n == 1) != (c.want == "dpl_new") {
					t.Errorf("%d creates were sent", n)
				}
			})
		})
	}
}

func TestDeployCommit_findsWhatAnUnclearCreateHasMade(t *testing.T) {
	ours := fmt.Sprintf(`{"uid":"dpl_new","target":"production","state":"QUEUED","created":9000,"meta":{"readmeOpsRelease":"run-1","readmeOpsCommit":%q,"readmeOpsTree":"t"}}`, sha)
	book := map[string][]string{
		"GET /v7/deployments": {`{"deployments":[]}`, `{"deployments":[]}`, `{"deployments":[]}`, `{"deployments":[` + ours + `]}`}, create: {"cut"},
	}
	scripted(t, vercel.Options{}, book, func(t scene, s *script, v *vercel.Client) {
		id, err := v.DeployStaged(t.Context(), commit())
		if err != nil || id != "dpl_new" || len(s.sent(create)) != 1 {
			t.Errorf("got %q, %v after %d creates", id, err, len(s.sent(create)))
		}
	})
}

func TestSource_saysWhyACommitCannotBeFetched(t *testing.T) {
	for _, c := range []struct{ name, project, want string }{
		{"it can", linked, ""},
		{"no connection", `{"id":"prj_1","name":"readme"}`, "is connected to no Git repository"},
		{"another repository", strings.Replace(linked, `"repo":"readme"`, `"repo":"other"`, 1), "is connected to ada/other, and not to ada/readme"},
		{"another folder", strings.Replace(linked, `"services/client"`, `null`, 1), "builds the folder at the top of its repository, and not services/client"},
		{"an own GitHub", strings.Replace(linked, `"github"`, `"github-custom-host"`, 1), "whose commits cannot be asked for"},
		{"no project yet", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			book := map[string][]string{"GET /v9/projects/readme": {c.project}}
			if c.project == "" {
				book["GET /v9/projects/readme"] = nil
			}
			scripted(t, vercel.Options{Root: "./services/client/"}, book, func(t scene, s *script, v *vercel.Client) {
				why, err := v.Source(t.Context(), "ada/readme")
				if err != nil || (c.want == "") != (why == "") || !strings.Contains(why, c.want) {
					t.Errorf("got %q, %v; want %q", why, err, c.want)
				}
				if c.want == "" {
					return
				}
				r := commit()
				r.Commit.Repo = "ada/readme"
				_, err = v.Deploy(t.Context(), r)
				if f, ok := errors.AsType[*release.Fault](err); !ok || !strings.Contains(f.Title, c.want) || len(s.sent(create)) > 0 {
					t.Errorf("a deploy says %v", err)
				}
			})
		})
	}
}
