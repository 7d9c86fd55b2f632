package provider

import (
	"errors"
	"fmt"

	"readme/cli/release"
)

// AsFault is release.AsFault for whoever speaks to vendors: a call that a vendor has refused, or not answered, and that
// nobody made a Fault of on its way up, is no bug of ours.
func AsFault(err error) *release.Fault {
	_, worded := errors.AsType[*release.Fault](err)
	e, ok := errors.AsType[*Error](err)
	if worded || !ok {
		return release.AsFault(err)
	}
	did := "answered otherwise than expected"
	switch {
	case e.Status == 0:
		did = "did not answer"
	case e.Status >= 500:
		did = "could not do it"
	case e.Status >= 400:
		did = "refused it"
	}
	return &release.Fault{
		Title: fmt.Sprintf("cannot %s: %s %s", e.Op, e.Vendor, did), Evidence: []release.Evidence{e.Evidence()},
		Try: "readme-ops doctor", Exit: release.ExitStepFailed, Cause: err,
	}
}
