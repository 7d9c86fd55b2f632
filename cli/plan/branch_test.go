package plan_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/plan"
	"readme/cli/release"
)

// A plan that was approved on a branch is carried out by CI, which checks out the commit without one.
func TestDigest_doesNotDependOnTheBranchThatIsCheckedOut(t *testing.T) {
	on, off := fresh(), fresh()
	api := on.Services["api"]
	api.Source, api.Repo, api.Branch = "commit", "ada/readme", "main"
	on.Services["api"] = api
	api.Branch = ""
	off.Services["api"] = api
	main, detached := build(t, on), build(t, off)
	if main.Digest != detached.Digest {
		t.Errorf("got %s on main and %s on no branch", main.Digest, detached.Digest)
	}
	if s, _ := main.Step("api"); !bytes.Contains(s.Inputs, []byte(`"branch":"main"`)) {
		t.Errorf("the step has lost its branch: %s", s.Inputs)
	}
	detached.OnFailure = "leave"
	if diff := cmp.Diff([]string{"on_failure: rollback -> leave"}, plan.Difference(main, detached)); diff != "" {
		t.Errorf("a branch is no difference (-want +got):\n%s", diff)
	}
	api.Repo = "eve/readme"
	off.Services["api"] = api
	if got := plan.Difference(main, build(t, off)); !strings.Contains(strings.Join(got, "\n"), "api: what would be sent has changed") {
		t.Errorf("another repository: got %q", got)
	}
}

// A plan that was saved and read back, with another indentation, is the same plan.
func TestDigest_isTheSameOfAPlanThatWasSaved(t *testing.T) {
	p := build(t, fresh())
	raw, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	var back release.Plan
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if got := plan.Digest(back); got != p.Digest {
		t.Errorf("got %s, want %s", got, p.Digest)
	}
	if diff := cmp.Diff([]string{"the order of the steps"}, plan.Difference(p, back)); diff != "" { // it is asked for a reason
		t.Errorf("(-want +got):\n%s", diff)
	}
	back.Steps[0].Inputs = json.RawMessage(`7`)
	if got := plan.Digest(back); got == p.Digest {
		t.Error("other inputs, and the same digest")
	}
}
