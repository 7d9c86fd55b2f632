package vercel_test

import (
	"strings"
	"testing"
	"time"

	box "readme/cli/box/vercel"
	"readme/cli/provider"
)

func TestPromote_returnsWhenTheDomainItselfHasMoved(t *testing.T) {
	inBubble(t, func(b *bench) {
		first := b.live("run-1", "first")
		b.serving(first.ID, "first hello")
		second := b.staged("run-2", "second")
		b.serving(first.ID, "first hello")

		b.strike(box.StaleAlias, 30*time.Second)
		start := time.Now()
		m, err := b.Promote(b.Context(), second.ID)
		if err != nil {
			b.Fatal(err)
		}
		if took := time.Since(start); took < 30*time.Second {
			b.Errorf("it believed the job after %s, before the alias had moved", took)
		}
		if m.From != first.ID || m.Already || m.Note != "" {
			b.Errorf("the promotion says %+v", m)
		}
		b.serving(second.ID, "second hello")
	})
}

func TestPromote_ofWhatIsLiveIsNoError(t *testing.T) {
	inBubble(t, func(b *bench) {
		d := b.live("run-1", "first")
		m, err := b.Promote(b.Context(), d.ID)
		if err != nil || !m.Already {
			b.Errorf("promote again: %+v, %v", m, err)
		}
		if got := b.wire.sent("POST /v10/projects/{projectId}/promote/{deploymentId}"); got != 1 {
			b.Errorf("it was asked for %d times, want once", got)
		}
	})
}

func TestPromote_isSentOnceAndCheckedByTheAliasWhenItsAnswerIsLost(t *testing.T) {
	const op = "POST /v10/projects/{projectId}/promote/{deploymentId}"
	inBubble(t, func(b *bench) {
		d := b.staged("run-1", "first")
		b.wire.lost = op
		if _, err := b.Promote(b.Context(), d.ID); err != nil {
			b.Fatal(err)
		}
		if got := b.wire.sent(op); got != 1 {
			b.Errorf("it was sent %d times", got)
		}
		b.serving(d.ID, "first hello")
	})
}

func TestPromote_saysThatADeploymentIsGone(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.live("run-1", "first")
		if _, err := b.Promote(b.Context(), "dpl_gone"); !provider.NotFound(err) {
			b.Errorf("got %v, want not found", err)
		}
	})
}

func TestRollback_putsTheOldOneBackAndSaysWhatIsFrozen(t *testing.T) {
	inBubble(t, func(b *bench) {
		first := b.live("run-1", "first")
		b.live("run-2", "second")
		m, err := b.Rollback(b.Context(), first.ID)
		if err != nil {
			b.Fatal(err)
		}
		if !strings.Contains(m.Note, "stay off the domain") {
			b.Errorf("the note is %q", m.Note)
		}
		b.serving(first.ID, "first hello")
		if n := b.host.Builds(); n != 2 {
			b.Errorf("%d builds, want 2: a rollback builds nothing", n)
		}

		id, err := b.Deploy(b.Context(), b.app("run-3", "third", nil))
		if err != nil {
			b.Fatal(err)
		}
		third := b.wait(id)
		if third.State != provider.Staged || !strings.Contains(third.Why, "off since a rollback") {
			b.Errorf("after a rollback a deployment ends as %q: %q", third.State, third.Why)
		}
		b.serving(first.ID, "first hello")
		if _, err := b.Promote(b.Context(), id); err != nil {
			b.Fatal(err)
		}
		b.serving(id, "third hello")
		if id, err = b.Deploy(b.Context(), b.app("run-4", "fourth", nil)); err != nil {
			b.Fatal(err)
		}
		if d := b.wait(id); d.State != provider.Live {
			b.Errorf("after a promotion a deployment ends as %q: %q", d.State, d.Why)
		}
	})
}

func TestRollback_refusesWhatHasNeverServed(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.live("run-1", "first")
		staged := b.staged("run-2", "second")
		_, err := b.Rollback(b.Context(), staged.ID)
		if provider.StatusOf(err) != 422 {
			b.Errorf("got %v, want a refusal with 422", err)
		}
	})
}
