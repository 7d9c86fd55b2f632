package railway

import (
	"slices"
	"strings"
	"unicode"
)

// clean makes Railway's words fit for an error: without what we have sent in confidence, on one line, 500 characters.
func (c *Client) clean(r request, words string) string {
	secrets := []string{c.token.Reveal()}
	for _, s := range r.hide {
		secrets = append(secrets, s.Reveal())
	}
	// The longest first: one value may be part of another.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, s := range secrets {
		if len(s) >= 6 { // shorter ones are no secrets, and striking them out would maim the text
			words = strings.ReplaceAll(words, s, "•••")
		}
	}
	words = strings.Join(strings.FieldsFunc(words, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	const most = 500
	if runes := []rune(words); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return words
}
