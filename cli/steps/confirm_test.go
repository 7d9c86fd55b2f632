package steps_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

// later is a vendor whose word changes with the time since it was first asked.
type later struct {
	*vendor
	began time.Time
	says  func(after time.Duration) (provider.Deployment, error)
	heir  string
}

func (l *later) Live(context.Context) (provider.Deployment, error) {
	if l.began.IsZero() {
		l.began = time.Now()
	}
	return l.says(time.Since(l.began))
}

func (l *later) Heir(_ context.Context, id string) (string, error) {
	if l.heir == "" {
		return id, nil
	}
	return l.heir, nil
}

// confirmation asks about api, whose deployment d1 the plan has left as it was.
func confirmation(t *testing.T, h steps.Host) *release.StepState {
	t.Helper()
	api := release.Step{ID: "api", Kind: release.KindDeploy, Change: release.ChangeNone, Outputs: map[string]string{"deployment": "d1"}}
	in := plan.ConfirmInputs{Services: []plan.Serving{{Name: "api", To: "railway", By: "api"}}}
	w := &steps.World{Poll: time.Second, Hosts: map[string]steps.Host{"api": h}}
	state := carryOut(t, w, "run-1", []release.Step{api, step(t, release.KindConfirm, plan.StillLive, "", in)})
	return state.Step(plan.StillLive)
}

func TestConfirm_wantsAYesOfTheVendor(t *testing.T) {
	ours := provider.Deployment{ID: "d1", State: provider.Live, Raw: "SUCCESS"}
	other := provider.Deployment{ID: "d2", State: provider.Live, Raw: "SUCCESS"}
	crashed := provider.Deployment{ID: "d1", State: provider.Failed, Raw: "CRASHED", Why: "its process ended"}
	away := errors.New("no answer")
	until := func(d time.Duration, first provider.Deployment, err error) func(time.Duration) (provider.Deployment, error) {
		return func(after time.Duration) (provider.Deployment, error) {
			if after < d {
				return first, err
			}
			return ours, nil
		}
	}
	for name, c := range map[string]struct {
		says func(time.Duration) (provider.Deployment, error)
		heir string
		want string // in the Fault's title; "" for none
	}{
		"it serves":                             {says: until(0, ours, nil)},
		"a read that lags":                      {says: until(25*time.Second, other, nil)},
		"nothing, and it is only late":          {says: until(25*time.Second, provider.Deployment{}, nil)},
		"a vendor that is away for a while":     {says: until(100*time.Second, provider.Deployment{}, away)},
		"a vendor that is away":                 {says: until(time.Hour, provider.Deployment{}, away), want: "what is live of api cannot be read from railway"},
		"it has crashed":                        {says: until(time.Hour, crashed, nil), want: "api was live, and does not serve any more"},
		"another one serves":                    {says: until(time.Hour, other, nil), want: "something else serves by now"},
		"nothing serves":                        {says: until(time.Hour, provider.Deployment{}, nil), want: "something else serves by now"},
		"another one of the same commit serves": {says: until(time.Hour, other, nil), heir: "d2"},
		"its heir is still on its way":          {says: until(20*time.Second, provider.Deployment{ID: "d2", State: provider.Building}, nil), heir: "d2"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &later{vendor: newVendor("d1"), says: c.says, heir: c.heir}
				s := confirmation(t, h)
				switch {
				case c.want == "" && (s.Status != release.Done || s.Text != "1 service serves what was released"):
					t.Errorf("got %s %+v", s.Status, s.Fault)
				case c.want != "" && (s.Fault == nil || !strings.Contains(s.Fault.Title, c.want)):
					t.Errorf("got %s %+v, want %s", s.Status, s.Fault, c.want)
				}
				if took := time.Since(h.began); took > 3*time.Minute {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}
