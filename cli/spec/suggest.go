package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

const maxWords = 200 // that are compared, and listed

// suggest names the word that was probably meant, or else all that there are.
func suggest(wrong string, words []string, intro string) string {
	if len(words) > maxWords {
		words = append(slices.Clone(words[:maxWords]), "…")
	}
	best, distance := "", 1+max(1, len([]rune(wrong))/3)
	if len(wrong) <= 60 {
		for _, w := range words {
			if d := levenshtein.ComputeDistance(strings.ToLower(wrong), strings.ToLower(w)); d < distance {
				if len(words) > maxWords {
					words = append(slices.Clone(words[:maxWords]), "…")
				}
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
