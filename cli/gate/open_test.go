package gate_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/gate"
	"readme/cli/release"
)

func gates(statuses ...release.GateStatus) []release.Gate {
	var out []release.Gate
	for _, s := range statuses {
		out = append(out, release.Gate{Name: "gate " + string(s), Status: s, Text: "as it is", Ways: []string{"one way", "another way"}, Seen: []string{"this"}})
	}
	return out
}

func TestApprove_countsWhatStandsForTheVeryPlan(t *testing.T) {
	for how, want := range map[string]release.GateStatus{
		gate.ByDigest: release.GateOpen, gate.ByPlan: release.GateOpen, gate.ByTerminal: release.GateOpen,
		gate.ByFlag: release.GateMissing, gate.ByBox: release.GateMissing, "": release.GateMissing,
	} {
		before := gates(release.GateAsks, release.GateMissing, release.GateWaived)
		got := gate.Approve(before, how)
		if got[0].Status != want || got[1].Status != release.GateMissing || got[2].Status != release.GateWaived {
			t.Errorf("%q: got %+v", how, got)
		}
		if before[0].Status != release.GateAsks {
			t.Errorf("%q: the gates were written to", how)
		}
	}
}

func TestAgrees_whereNothingAsksAndNothingIsWaived(t *testing.T) {
	for status, want := range map[release.GateStatus]bool{
		release.GateOpen: true, release.GateMissing: true, release.GateWaiting: true, release.GateAsks: false, release.GateWaived: false,
	} {
		if got := gate.Agrees(gates(status)); got != want {
			t.Errorf("%s: got %t", status, got)
		}
	}
}

func TestWaive_goesPastWhatIsMissingAndNeverPastAnApproval(t *testing.T) {
	left, waived := gate.Waive(gates(release.GateOpen, release.GateMissing, release.GateAsks, release.GateWaiting), "the shop is down")
	var got []release.GateStatus
	for _, g := range left {
		got = append(got, g.Status)
	}
	if diff := cmp.Diff([]release.GateStatus{release.GateOpen, release.GateWaived, release.GateAsks, release.GateWaived}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"gate missing", "gate waiting"}, waived); diff != "" {
		t.Error(diff)
	}
	if left[1].Text != "as it is; waived, because: the shop is down" {
		t.Errorf("got %q", left[1].Text)
	}
}

func TestReason_isOneThatSomebodyElseUnderstands(t *testing.T) {
	for text, want := range map[string]string{
		"the shop is down":                 "the shop is down",
		"  the shop\n\tis  down \x1b[31m ": "the shop is down",
		"":                                 "",
		"urgent":                           "",
		"aaaaaaaaaaaaaaa":                  "",
		"a b c":                            "",
		strings.Repeat("so long ", 70):     "",
	} {
		got, err := gate.Reason(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestRefusals_sayEachGateThatIsNotOpenAndHowToOpenIt(t *testing.T) {
	err := gate.Refusals("prod", gates(release.GateOpen, release.GateMissing, release.GateAsks, release.GateWaived, release.GateWaiting))
	var faults release.Faults
	if !errors.As(err, &faults) || len(faults) != 2 {
		t.Fatalf("got %v", err)
	}
	want := &release.Fault{
		Title: "prod requires gate missing: as it is", Exit: release.ExitApproval, Try: "one way",
		Evidence: []release.Evidence{{Label: "seen", Lines: []string{"this"}}, {Label: "or", Lines: []string{"another way"}}},
	}
	if diff := cmp.Diff(want, faults[0]); diff != "" {
		t.Error(diff)
	}
	if err := gate.Refusals("prod", gates(release.GateOpen, release.GateAsks, release.GateWaived)); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAwait_looksUntilTheGateIsNoLongerWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, looks := time.Now(), 0
		late, err := gate.Await(t.Context(), 5*time.Second, time.Hour, func(context.Context) (bool, error) {
			looks++
			return looks < 4, nil
		})
		if late || err != nil || looks != 4 || time.Since(began) != 15*time.Second {
			t.Errorf("got %t, %v after %d looks and %s", late, err, looks, time.Since(began))
		}
	})
}

func TestAwait_endsWithItsTimeTheCommandAndAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		forever := func(context.Context) (bool, error) { return true, nil }
		began := time.Now()
		if late, err := gate.Await(t.Context(), 7*time.Second, 30*time.Minute, forever); !late || err != nil || time.Since(began) != 30*time.Minute {
			t.Errorf("got %t, %v after %s", late, err, time.Since(began))
		}
		stop := errors.New("interrupt")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(stop) })
		if late, err := gate.Await(ctx, time.Second, time.Hour, forever); late || !errors.Is(err, stop) {
			t.Errorf("stopped: got %t, %v", late, err)
		}
		broken := errors.New("the disk is gone")
		if _, err := gate.Await(t.Context(), time.Second, time.Hour, func(context.Context) (bool, error) { return true, broken }); !errors.Is(err, broken) {
			t.Errorf("broken: got %v", err)
		}
	})
}
