package provider_test

import (
	"errors"
	"fmt"
	"testing"

	"readme/cli/provider"
	"readme/cli/release"
)

func TestAsFault_callsAVendorsRefusalNoBug(t *testing.T) {
	for status, want := range map[int]string{
		0: "cannot read the project: railway did not answer", 401: "cannot read the project: railway refused it",
		503: "cannot read the project: railway could not do it", 200: "cannot read the project: railway answered otherwise than expected",
	} {
		err := fmt.Errorf("plan: %w", &provider.Error{Vendor: "railway", Op: "read the project", Status: status, RequestID: "r-1", Message: "no"})
		f := provider.AsFault(err)
		if f.Title != want || f.Exit != release.ExitStepFailed || len(f.Evidence) != 1 || f.Try == "" || !errors.Is(f, err) {
			t.Errorf("%d: %+v", status, f)
		}
	}
	own := &release.Fault{Title: "its token is wrong", Exit: release.ExitInvalid, Cause: &provider.Error{Status: 401}}
	if f := provider.AsFault(fmt.Errorf("plan: %w", own)); f != own {
		t.Errorf("got %+v, want what was worded already", f)
	}
	if f := provider.AsFault(errors.New("nobody thought of this")); f.Exit != release.ExitBug {
		t.Errorf("got %+v", f)
	}
}
