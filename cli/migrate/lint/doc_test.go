package lint_test

import (
	"os"
	"strings"
	"testing"

	"readme/cli/migrate/lint"
)

func TestThePageTellsOfEveryRule(t *testing.T) {
	page, err := os.ReadFile("../../../docs/lint.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range lint.Rules() {
		if !strings.Contains(string(page), "`"+r.ID+"`") {
			t.Errorf("docs/lint.md does not tell of %s", r.ID)
		}
	}
}
