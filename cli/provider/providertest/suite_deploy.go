package providertest

import (
	"strings"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
)

func neverDeployed(t *trial) {
	t.Helper()
	if diff := cmp.Diff(provider.Deployment{}, t.live(t.New(t.T))); diff != "" {
		t.Errorf("before the first deploy, live is (-nothing +read):\n%s", diff)
	}
}

func deployGoesLive(t *trial) {
	t.Helper()
	h := t.New(t.T)
	d := t.brought(h, t.Request(t.T, 1))
	if d.Created.IsZero() || d.Raw == "" {
		t.Errorf("it lacks its time or the vendor's word: %+v", d)
	}
	read := t.over(h, d.ID)
	if read.State != provider.Live {
		t.Errorf("read by its id, it is %s (%s)", read.State, read.Raw)
	}
	t.bears(read, t.Request(t.T, 1))
}

func readsTheSame(t *trial) {
	t.Helper()
	h := t.New(t.T)
	d := t.brought(h, t.Request(t.T, 1))
	first := t.over(h, d.ID)
	if diff := cmp.Diff(first, t.over(h, d.ID)); diff != "" {
		t.Errorf("read twice (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(t.live(h), t.live(h)); diff != "" {
		t.Errorf("what is live, read twice (-first +second):\n%s", diff)
	}
}

func unknownID(t *trial) {
	t.Helper()
	d, err := t.New(t.T).Deployment(t.Context(), t.Unknown)
	if !provider.NotFound(err) {
		t.Errorf("%s gives %+v and %v, want the error of what is not found", t.Unknown, d, err)
	}
}

func supersedes(t *trial) {
	t.Helper()
	h := t.New(t.T)
	first := t.brought(h, t.Request(t.T, 1))
	second := t.brought(h, t.Request(t.T, 2))
	if first.ID == second.ID {
		t.Fatalf("two releases are one deployment, %s", first.ID)
	}
	if d := t.over(h, first.ID); d.State != provider.Superseded || d.Why == "" {
		t.Errorf("the first one is %s (%s), because %q; want superseded and a reason", d.State, d.Raw, d.Why)
	}
	t.serves(h, second.ID)
}

func brokenDeploy(t *trial) {
	t.Helper()
	h := t.New(t.T)
	good := t.brought(h, t.Request(t.T, 1))
	id, err := h.Deploy(t.Context(), t.Broken(t.T))
	if err != nil { // a vendor may look into it before it takes it
		if !strings.Contains(shown(err), t.Says) {
			t.Errorf("it was not taken, and nobody says %q: %v", t.Says, err)
		}
		t.serves(h, good.ID)
		return
	}
	bad := t.over(h, id)
	if bad.State != provider.Failed {
		t.Errorf("a broken deploy ends as %s (%s)", bad.State, bad.Raw)
	}
	if !strings.Contains(bad.Why, " ") || strings.ContainsAny(bad.Why, "\n\r\x1b") {
		t.Errorf("its reason is no sentence: %q", bad.Why)
	}
	t.serves(h, good.ID)
	t.bears(t.serves(h, good.ID), t.Request(t.T, 1))
	if _, ok := h.(Logs); ok && t.Says != "" {
		t.logged(h, bad.ID, t.Says)
	}
}

func cutDeploy(t *trial) {
	t.Helper()
	h := t.New(t.T)
	before := 0
	if t.Made != nil {
		before = t.Made(t.T, h)
	}
	t.Cut(t.T, h)
	d := t.brought(h, t.Request(t.T, 1))
	if t.Made == nil {
		return
	}
	if n := t.Made(t.T, h) - before; n != 1 {
		t.Errorf("%d deployments were made, want one; %s serves", n, d.ID)
	}
}
