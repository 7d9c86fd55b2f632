package vercel_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	box "readme/cli/box/vercel"
	"readme/cli/provider"
)

func TestDeployStaged_sendsOnlyMissingFilesAndStaysOffTheDomain(t *testing.T) {
	inBubble(t, func(b *bench) {
		r := b.app("run-1", "first", nil)
		id, err := b.DeployStaged(b.Context(), r)
		if err != nil {
			b.Fatal(err)
		}
		if got := b.wire.sent("POST /v2/files"); got != 3 {
			b.Errorf("%d files were sent, want 3: two of the four are equal", got)
		}
		early, err := b.Deployment(b.Context(), id)
		if err != nil {
			b.Fatal(err)
		}
		if early.State != provider.Building {
			b.Errorf("just made, it is %q, want building", early.State)
		}
		d := b.wait(id)
		if d.State != provider.Staged || d.Raw != "READY/STAGED" {
			b.Errorf("it ends as %q (%s), want staged", d.State, d.Raw)
		}
		if diff := cmp.Diff(r.Marker, d.Marker); diff != "" {
			b.Errorf("the marker came back changed (-sent +got):\n%s", diff)
		}
		if got := b.get(d.URL); got != "first hello" {
			b.Errorf("its own address serves %q", got)
		}
		live, err := b.Live(b.Context())
		if err != nil || live.ID != "" {
			b.Errorf("live is %q, %v; want nothing", live.ID, err)
		}

		b.staged("run-2", "second")
		if got := b.wire.sent("POST /v2/files"); got != 4 {
			b.Errorf("%d files were sent in all, want 4: only the page is new", got)
		}
	})
}

func TestDeploy_isLiveOnlyWhenTheDomainServesIt(t *testing.T) {
	inBubble(t, func(b *bench) {
		first := b.live("run-1", "first")
		b.strike(box.StaleAlias, 20*time.Second)
		id, err := b.Deploy(b.Context(), b.app("run-2", "second", nil))
		if err != nil {
			b.Fatal(err)
		}
		d := b.wait(id)
		if d.State != provider.Live || d.Raw != "READY/PROMOTED" {
			b.Errorf("it ends as %q (%s), want live", d.State, d.Raw)
		}
		b.serving(id, "second hello")
		if old := b.wait(first.ID); old.State != provider.Superseded {
			b.Errorf("the first one is %q, want superseded", old.State)
		}
	})
}

func TestDeploy_tellsWhyABuildFails(t *testing.T) {
	inBubble(t, func(b *bench) {
		id, err := b.DeployStaged(b.Context(), b.app("run-1", "first", map[string]string{"broken": "Unexpected token"}))
		if err != nil {
			b.Fatal(err)
		}
		d := b.wait(id)
		if d.State != provider.Failed || d.Why != `BUILD_FAILED: command "npx next build" exited with 1` {
			b.Errorf("it ends as %q: %q", d.State, d.Why)
		}
		lines, err := b.BuildLogs(b.Context(), id)
		if err != nil {
			b.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, strings.TrimSpace(l.Severity+" "+l.Text))
		}
		want := []string{
			"$ npx next build",
			"./app/page.tsx: Unexpected token",
			`error Error: command "npx next build" exited with 1`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("build log (-want +got):\n%s", diff)
		}
	})
}

func TestDeploy_adoptsADeploymentWhoseAnswerWasLost(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.strike(box.DeployUnanswered, 5*time.Minute)
		id, err := b.DeployStaged(b.Context(), b.app("run-1", "first", nil))
		if err != nil {
			b.Fatal(err)
		}
		if got := b.wire.sent("POST /v13/deployments"); got != 2 {
			b.Errorf("create was sent %d times, want twice: once to learn what is missing, once for real", got)
		}
		made, err := b.Find(b.Context(), provider.Marker{Release: "run-1", Commit: "c-run-1", Tree: "t-first"})
		if err != nil || len(made) != 1 || made[0].ID != id {
			b.Errorf("there are %v, %v; want %s alone", made, err, id)
		}
		if d := b.wait(id); d.State != provider.Staged {
			b.Errorf("it ends as %q, want staged", d.State)
		}
	})
}

func TestDeploy_doesNotAdoptWhatWasThereBefore(t *testing.T) {
	inBubble(t, func(b *bench) {
		first, err := b.DeployStaged(b.Context(), b.app("run-1", "first", nil))
		if err != nil {
			b.Fatal(err)
		}
		b.wait(first)
		b.strike(box.DeployUnanswered, 0)
		second, err := b.DeployStaged(b.Context(), b.app("run-1", "first", nil))
		if err != nil {
			b.Fatal(err)
		}
		if first == second {
			b.Error("it adopted the deployment of an earlier attempt")
		}
	})
}

func TestDeploy_waitsAsLongAsARateLimitAsks(t *testing.T) {
	inBubble(t, func(b *bench) {
		if err := b.emu.Faults().Set(fault.Fault{Name: fault.RateLimited, Times: 3, For: 7 * time.Second}); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if d := b.staged("run-1", "first"); d.State != provider.Staged {
			b.Errorf("it ends as %q, want staged", d.State)
		}
		if took := time.Since(start); took < 21*time.Second {
			b.Errorf("it took %s, want at least three times 7 s", took)
		}
	})
}

func TestDeployment_needsAPersonWhenVercelHoldsItBack(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.strike(box.Blocked, 0)
		d := b.staged("run-1", "first")
		if d.State != provider.NeedsHuman || !strings.Contains(d.Why, "TEAM_ACCESS_REQUIRED") {
			b.Errorf("it ends as %q: %q", d.State, d.Why)
		}
	})
}

func TestCancel_stopsABuildAndLeavesAFinishedOneAlone(t *testing.T) {
	inBubble(t, func(b *bench) {
		id, err := b.DeployStaged(b.Context(), b.app("run-1", "first", nil))
		if err != nil {
			b.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if err := b.Cancel(b.Context(), id); err != nil {
			b.Fatal(err)
		}
		if d := b.wait(id); d.State != provider.Superseded || d.Raw != "CANCELED" {
			b.Errorf("it ends as %q (%s), want cancelled", d.State, d.Raw)
		}
		if n := b.host.Builds(); n != 0 {
			b.Errorf("%d builds were finished", n)
		}
		done := b.staged("run-2", "second")
		if err := b.Cancel(b.Context(), done.ID); err != nil {
			b.Errorf("cancel a finished one: %v", err)
		}
	})
}

func TestDelete_removesAFirstDeploymentThatWasNeverPromoted(t *testing.T) {
	inBubble(t, func(b *bench) {
		d := b.staged("run-1", "first")
		for range 2 { // once more is no error
			if err := b.Delete(b.Context(), d.ID); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := b.Deployment(b.Context(), d.ID); !provider.NotFound(err) {
			b.Errorf("it can still be read: %v", err)
		}
		live, err := b.Live(b.Context())
		if err != nil || live.ID != "" {
			b.Errorf("live is %q, %v; want nothing", live.ID, err)
		}
		domain, err := b.Domain(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if got := b.get(domain); got != "DEPLOYMENT_NOT_FOUND" {
			b.Errorf("the domain serves %q", got)
		}
	})
}
