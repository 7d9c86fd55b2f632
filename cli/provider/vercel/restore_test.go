package vercel_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/vercel"
)

const (
	promoteOp  = "POST /v10/projects/prj_1/promote/dpl_old"
	rollbackOp = "POST /v1/projects/prj_1/rollback/dpl_old"
	refused    = `402{"error":{"code":"payment_required","message":"On this plan, only the previous deployment"}}`
	readOld    = "GET /v13/deployments/dpl_old"
	alias      = "GET /v4/aliases/readme.app"
	project    = "GET /v9/projects/readme"
)

// job is the project with a last job.
func job(kind, to, status string, at int) string {
	return strings.Replace(linked, `{"id"`, fmt.Sprintf(`{"lastAliasRequest":{"type":%q,"fromDeploymentId":"x","toDeploymentId":%q,"jobStatus":%q,"requestedAt":%d},"id"`, kind, to, status, at), 1)
}

func serves(id string) string { return `{"alias":"readme.app","deploymentId":"` + id + `"}` }

func TestRestore_takesTheWayThatVercelAllows(t *testing.T) {
	m := provider.Marker{Release: "run-2", Commit: "c", Tree: "t"}
	for _, c := range []struct {
		name              string
		rollback, promote string
		wants             []string // how often rollback, promote and create are sent
		id                string
	}{
		{"a rollback", "201", "", []string{"1", "0", "0"}, "dpl_old"},
		{"a promote where the plan allows none", refused, "201", []string{"1", "1", "0"}, "dpl_old"},
		{"a build of the same sources where it can do neither", refused, `422{"error":{"code":"unprocessable","message":"no"}}`, []string{"1", "1", "1"}, "dpl_new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			book := map[string][]string{
				rollbackOp: {c.rollback}, promoteOp: {c.promote}, create: {made}, alias: {serves("dpl_live"), serves("dpl_live"), serves("dpl_old")},
			}
			if c.rollback == "201" {
				book[alias] = book[alias][1:]
			}
			scripted(t, vercel.Options{}, book, func(t scene, s *script, v *vercel.Client) {
				id, err := v.Restore(t.Context(), provider.Deployment{ID: "dpl_old"}, m)
				if err != nil || id != c.id {
					t.Errorf("got %q, %v", id, err)
				}
				for i, op := range []string{rollbackOp, promoteOp, create} {
					if n := fmt.Sprint(len(s.sent(op))); n != c.wants[i] {
						t.Errorf("%s was sent %s times, want %s", op, n, c.wants[i])
					}
				}
				if b := s.sent(create); len(b) == 1 && (!strings.Contains(b[0], `"deploymentId":"dpl_old"`) || !strings.Contains(b[0], `"readmeOpsRelease":"run-2"`) || strings.Contains(b[0], "autoAssign")) {
					t.Errorf("it is built again by %s", b[0])
				}
			})
		})
	}
}

func TestRestore_doesNotGoAroundATokenThatIsRefused(t *testing.T) {
	book := map[string][]string{rollbackOp: {`403{"error":{"code":"forbidden","message":"Not authorized"}}`}}
	scripted(t, vercel.Options{}, book, func(t scene, s *script, v *vercel.Client) {
		_, err := v.Restore(t.Context(), provider.Deployment{ID: "dpl_old"}, provider.Marker{Release: "run-2"})
		if provider.StatusOf(err) != 403 || len(s.sent(promoteOp)) > 0 || len(s.sent(create)) > 0 {
			t.Errorf("got %v, after %d promotes", err, len(s.sent(promoteOp)))
		}
	})
}

func TestRemark_isThatOfARollbackUntilThePromote(t *testing.T) {
	for _, c := range []struct {
		name, project string
		want          bool
	}{
		{"never moved", linked, false},
		{"rolled back", job("rollback", "dpl_old", "succeeded", 5), true},
		{"a rollback that failed", job("rollback", "dpl_old", "failed", 5), false},
		{"promoted since", job("promote", "dpl_live", "succeeded", 6), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			scripted(t, vercel.Options{}, map[string][]string{project: {c.project}}, func(t scene, _ *script, v *vercel.Client) {
				said, err := v.Remark(t.Context())
				if err != nil || (said != "") != c.want || c.want && !strings.Contains(said, "no longer gives the domain to new deployments by itself") {
					t.Errorf("got %q, %v", said, err)
				}
			})
		})
	}
}

func TestQuiet_waitsForAPromoteThatMayStillLand(t *testing.T) {
	for _, c := range []struct {
		name     string
		projects []string
		want     time.Duration
	}{
		{"it has landed", []string{job("promote", "dpl_old", "succeeded", 5)}, 0},
		{"it has failed", []string{job("promote", "dpl_old", "failed", 5)}, 0},
		{"it is at it", []string{job("promote", "dpl_old", "pending", 5), job("promote", "dpl_old", "in-progress", 5), job("promote", "dpl_old", "succeeded", 5)}, 2 * time.Second},
		{"it begins late", []string{linked, linked, linked, job("promote", "dpl_old", "pending", 5), job("promote", "dpl_old", "succeeded", 5)}, 4 * time.Second},
		{"there is no trace of it", []string{job("promote", "dpl_live", "succeeded", 5)}, 31 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			scripted(t, vercel.Options{}, map[string][]string{project: c.projects}, func(t scene, _ *script, v *vercel.Client) {
				start := time.Now()
				if err := v.Quiet(t.Context(), "dpl_old", 30*time.Second); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != c.want {
					t.Errorf("it returned after %s, want %s", took, c.want)
				}
			})
		})
	}
}

func TestPromote_believesTheDomainAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer string
		after  string // what the domain serves in the end
		job    string
		err    string
	}{
		{"it is requested", "201", "dpl_old", linked, ""},
		{"it is queued", "202", "dpl_old", linked, ""},
		{"it is the current one, and the domain says so", `409{"error":{"code":"conflict","message":"already the current production deployment"}}`, "dpl_old", linked, ""},
		{"it is the current one, and the domain says no", `409{"error":{"code":"conflict","message":"already the current production deployment"}}`, "dpl_live", linked, "already the current"},
		{"its answer is lost and it lands", "cut", "dpl_old", linked, ""},
		{"its answer is lost and it does not", "cut", "dpl_live", linked, "no answer"},
		{"the job has gone wrong", "201", "dpl_live", job("promote", "dpl_old", "failed", 9), "Vercel's job failed, and readme.app still serves dpl_live"},
		{"the job went well, and the domain stays", "201", "dpl_live", job("promote", "dpl_old", "succeeded", 9), "did not follow within 5m0s"},
		{"nothing comes of it", "201", "dpl_live", linked, "Vercel took it, but nothing has come of it in 2m0s, and readme.app still serves dpl_live"},
		{"it is refused", refused, "dpl_live", linked, "HTTP 402"},
	} {
		t.Run(c.name, func(t *testing.T) {
			book := map[string][]string{
				promoteOp: {c.answer}, project: {linked, c.job},
				alias: {serves("dpl_live"), serves("dpl_live"), serves("dpl_live"), serves(c.after)},
			}
			scripted(t, vercel.Options{}, book, func(t scene, s *script, v *vercel.Client) {
				_, err := v.Promote(t.Context(), "dpl_old")
				if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
					t.Errorf("got %v, want %q", err, c.err)
				}
				if n := len(s.sent(promoteOp)); n != 1 {
					t.Errorf("it was sent %d times", n)
				}
			})
		})
	}
}
