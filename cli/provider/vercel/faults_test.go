package vercel_test

import (
	"testing"

	box "readme/cli/box/vercel"
	"readme/cli/provider"
)

func TestRestore_findsAWayBackWhateverBecomesOfTheRollback(t *testing.T) {
	for name, faults := range map[string][]string{
		"it is refused":                     {box.RollbackRefused},
		"nothing comes of it":               {box.RollbackLost},
		"its job fails":                     {box.RollbackFails},
		"its job takes a while":             {box.RollbackLate},
		"the alias is read late":            {box.StaleAlias},
		"it and the promote are refused":    {box.RollbackRefused, box.PromoteRefused},
		"neither it nor the promote ends":   {box.RollbackLost, box.PromoteLost},
		"both jobs fail, and builds are on": {box.RollbackFails, box.PromoteFails},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				first := b.live("run-1", "first")
				second := b.live("run-2", "second")
				for _, f := range faults {
					b.strike(f, 0)
				}
				m := provider.Marker{Release: "run-2", Commit: first.Marker.Commit, Tree: first.Marker.Tree}
				id, err := b.Restore(b.Context(), first, m)
				if err != nil {
					b.Fatal(err)
				}
				again := b.wait(id)
				if len(faults) < 2 {
					if id != first.ID || again.State != provider.Live {
						b.Errorf("%s is %s, want %s live", id, again.State, first.ID)
					}
				} else if id == first.ID || id == second.ID || again.Marker != m {
					b.Errorf("%s bears %+v, want one that was built again", id, again.Marker)
				}
				b.serving(id, "first hello")
			})
		})
	}
}

func TestPromote_neverBelievesWhatDidNotHappen(t *testing.T) {
	for _, fault := range []string{box.PromoteLost, box.PromoteFails, box.PromoteRefused} {
		t.Run(fault, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				first := b.live("run-1", "first")
				second := b.staged("run-2", "second")
				b.strike(fault, 0)
				if m, err := b.Promote(b.Context(), second.ID); err == nil {
					b.Errorf("it says that it is promoted: %+v", m)
				}
				b.serving(first.ID, "first hello")
			})
		})
	}
}
