package release_test

import (
	"testing"

	"readme/cli/release"
)

func TestFault_aimsTheCommandToTryAtTheEnvironment(t *testing.T) {
	for try, want := range map[string]string{
		"readme-ops doctor": "readme-ops doctor --env dev", "readme-ops status": "readme-ops status --env dev",
		"readme-ops plan --env prod": "readme-ops plan --env prod", "git push": "git push", "": "",
	} {
		f := &release.Fault{Title: "no", Try: try}
		if got := f.Aimed("dev").Try; got != want || f.Try != try {
			t.Errorf("%q became %q, want %q", try, got, want)
		}
		if got := f.Aimed("").Try; got != try {
			t.Errorf("%q became %q without an environment", try, got)
		}
	}
}
