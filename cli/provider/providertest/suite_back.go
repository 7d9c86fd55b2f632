package providertest

import (
	"readme/cli/provider"
)

func goesBack(t *trial) {
	t.Helper()
	h := t.New(t.T)
	back := power[Restorer](t, h)
	first := t.brought(h, t.Request(t.T, 1))
	second := t.brought(h, t.Request(t.T, 2))
	m := first.Marker
	m.Release = second.Marker.Release
	id, err := back.Restore(t.Context(), first, m)
	t.must("go back", err)
	if d := t.over(h, id); d.State != provider.Live {
		t.Fatalf("going back ended as %s (%s): %s", d.State, d.Raw, d.Why)
	}
	now := t.serves(h, id)
	if now.Marker.Commit != first.Marker.Commit || now.Image != first.Image || now.Build != first.Build {
		t.Errorf("what serves after going back is %+v, want that of %+v", now, first)
	}
	if d := t.over(h, second.ID); d.State == provider.Live {
		t.Errorf("what was left is still called live (%s)", d.Raw)
	}
	t.brought(h, t.Request(t.T, 3))
}

func promotes(t *trial) {
	t.Helper()
	h := t.New(t.T)
	p := power[Promoter](t, h)
	first := t.brought(h, t.Request(t.T, 1))
	domain, err := p.Domain(t.Context())
	t.must("read the domain", err)
	if first.URL != domain {
		t.Errorf("what serves is reached at %q, and the domain is %q", first.URL, domain)
	}
	d := t.sent(h, t.Request(t.T, 2))
	if d.State != provider.Staged {
		t.Skipf("%s does not stage: it is %s", t.Vendor, d.State)
	}
	t.bears(d, t.Request(t.T, 2))
	t.serves(h, first.ID)
	if d.URL == domain || d.URL == "" {
		t.Errorf("staged, it is reached at %q, and the domain is %q", d.URL, domain)
	}
	for range 2 {
		t.must("promote", p.Promote(t.Context(), d.ID))
		t.serves(h, d.ID)
	}
}

func removedOnItsWay(t *trial) {
	t.Helper()
	h := t.New(t.T)
	r := power[Remover](t, h)
	first := t.brought(h, t.Request(t.T, 1))
	id, err := h.Deploy(t.Context(), t.Request(t.T, 2))
	t.must("deploy", err)
	d, err := h.Deployment(t.Context(), id)
	t.must("read it", err)
	if d.State.Over() {
		t.Skipf("it is %s at once", d.State)
	}
	t.must("remove it on its way", r.Remove(t.Context(), id))
	d, err = h.Deployment(t.Context(), id)
	for ; err == nil && !d.State.Over(); d, err = h.Deployment(t.Context(), id) {
		t.rest()
	}
	if err != nil && !provider.NotFound(err) {
		t.Fatal(err)
	}
	if d.State == provider.Live || d.State == provider.Staged {
		t.Errorf("what was removed on its way ended as %s (%s)", d.State, d.Raw)
	}
	t.serves(h, first.ID)
}

func removesTheOnlyOne(t *trial) {
	t.Helper()
	h := t.New(t.T)
	r := power[Remover](t, h)
	d := t.brought(h, t.Request(t.T, 1))
	t.must("remove it", r.Remove(t.Context(), d.ID))
	t.serves(h, "")
}
