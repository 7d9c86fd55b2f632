package release_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"readme/cli/release"
)

func TestTheDocumentOfEventsListsEveryKindAndNoOther(t *testing.T) {
	raw, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	_, kinds, ok := strings.Cut(string(raw), "\n## Kinds\n")
	if !ok {
		t.Fatal("docs/events.md has no section Kinds")
	}
	var told []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(kinds, -1) {
		told = append(told, m[1])
	}
	slices.Sort(told)
	if known := release.Kinds(); !slices.Equal(known, told) {
		t.Errorf("the program knows %v,\nthe document tells %v", known, told)
	}
	if !strings.Contains(string(raw), `{"v":1,`) || release.Version != 1 {
		t.Error("the document is about another version of the lines")
	}
}
