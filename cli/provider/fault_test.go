package provider_test

import (
	"errors"
	"fmt"
	"testing"

	"readme/cli/provider"
	"readme/cli/release"
)

func TestFault_saysWhichVendorCouldNotBeRead(t *testing.T) {
	away := fmt.Errorf("look: %w", &provider.Error{Vendor: "railway", Op: "read the project", Message: "no answer from h"})
	f := release.AsFault(provider.Fault(away))
	if f.Title != "cannot read the project at railway" || f.Detail != "no answer from h" || f.Exit != release.ExitStepFailed || !errors.Is(f, away) {
		t.Errorf("away: got %+v", f)
	}
	f = release.AsFault(provider.Fault(&provider.Error{Vendor: "railway", Op: "read the project", Status: 404, RequestID: "r-1", Message: "no such page"}))
	if len(f.Evidence) != 1 || len(f.Evidence[0].Lines) != 3 || f.Detail != "" {
		t.Errorf("404: got %+v", f)
	}
}

func TestFault_leavesOthersAlone(t *testing.T) {
	for _, err := range []error{
		nil, errors.New("a bug"), &release.Fault{Title: "better words", Cause: &provider.Error{Vendor: "vercel"}},
		release.Faults{{Title: "one", Cause: &provider.Error{Vendor: "vercel"}}},
	} {
		if got := provider.Fault(err); fmt.Sprint(got) != fmt.Sprint(err) {
			t.Errorf("%v became %v", err, got)
		}
	}
}
