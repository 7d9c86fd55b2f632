package env

import (
	"slices"
	"strings"
)

// Placeholder reports whether a text is what tools and vendors show in place of a value that they keep to themselves, or what
// people write where a value is still to come. The empty text is one. None of them is ever a value: not here, and not at a vendor.
//
// Sources: "[SENSITIVE]" and "" come from `vercel env pull` (vercel#17330, #17403), "<concealed by 1Password>" from `op run`, the
// shaded blocks from varlock, "<hidden-by-infisical>" from Infisical.
func Placeholder(value string) bool {
	text := strings.ToLower(strings.TrimSpace(value))
	if text == "" || strings.ContainsAny(text, "▒█") {
		return true
	}
	bare := strings.Trim(text, "[]<>(){}")
	if hidden := bare != text; hidden && slices.Contains(concealed(), bare) || strings.HasPrefix(text, "[use 'op item get") {
		return true
	}
	if slices.Contains(pending(), strings.NewReplacer("-", "", "_", "", " ", "").Replace(bare)) {
		return true
	}
	for _, dots := range []string{"*", "•", "●", "·", "…", ".", "x"} {
		if len([]rune(text)) >= 3 && strings.Trim(text, dots) == "" {
			return true
		}
	}
	return text == "…"
}

// concealed is what stands between brackets for a value that somebody may not see.
func concealed() []string {
	return []string{
		"sensitive", "redacted", "masked", "hidden", "secret", "encrypted", "sealed", "filtered", "restricted", "protected",
		"concealed by 1password", "hidden-by-infisical",
	}
}

// pending is what people write for a value that is still to come, without the signs between its words.
func pending() []string {
	return []string{"changeme", "changethis", "replaceme", "replacethis", "placeholder"}
}
