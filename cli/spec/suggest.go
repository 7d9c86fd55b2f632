package spec

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// suggest names the word that was probably meant, or else all that there are.
func suggest(wrong string, words []string, intro string) string {
	best, distance := "", 1+max(1, len([]rune(wrong))/3)
	if len(wrong) <= 60 {
		for _, w := range words {
			if d := levenshtein.ComputeDistance(strings.ToLower(wrong), strings.ToLower(w)); d < distance {
				best, distance = w, d
			}
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(words) == 0:
		return "there are none"
	}
	return intro + " " + strings.Join(words, ", ")
}
