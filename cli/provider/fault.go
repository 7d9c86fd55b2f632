package provider

import (
	"errors"

	"readme/cli/release"
)

// Fault puts a vendor's error into words for a person, where nobody has found better ones on its way up: a vendor that
// is away, or answers what we cannot use, is no bug of ours. Its exit code says that nothing was changed, so it is for
// reads. Any other error, and one that holds a Fault already, is given back as it is.
func Fault(err error) error {
	if _, ok := errors.AsType[*release.Fault](err); ok {
		return err
	}
	if _, ok := errors.AsType[release.Faults](err); ok {
		return err
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	f := &release.Fault{
		Title: "cannot " + e.Op + " at " + e.Vendor, Detail: e.Message,
		Try: "readme-ops doctor", Exit: release.ExitStepFailed, Cause: err,
	}
	if e.Status != 0 {
		f.Detail = ""
		f.Evidence = []release.Evidence{e.Evidence()}
	}
	return f
}
