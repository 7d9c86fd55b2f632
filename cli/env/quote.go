package env

import (
	"errors"
	"strings"
	"unicode/utf8"

	"readme/cli/release"
)

// ErrQuote means that no spelling of a value is read alike by all programs, or, from QuoteHere, not even by readme-ops.
var ErrQuote = errors.New("no spelling of this value is read alike everywhere")

// Quote writes a value for a .env file so that godotenv, Next.js (dotenv and dotenv-expand), python-dotenv, Docker's env_file
// and bash's source all read exactly it, or fails with ErrQuote.
func Quote(value string) (string, error) {
	for _, text := range spellings(value) {
		if alike(text, value, Everybody) {
			return text, nil
		}
	}
	return "", ErrQuote
}

// QuoteHere is Quote as long as that works, and else writes a value so that readme-ops and as many others as can be read it.
func QuoteHere(value string) (string, error) {
	if text, err := Quote(value); err == nil {
		return text, nil
	}
	for _, readers := range []Readers{Everybody &^ Next, Go | Bash, Go | Next, Go} {
		for _, text := range spellings(value) {
			if alike(text, value, readers) {
				return text, nil
			}
		}
	}
	return "", ErrQuote
}

// spellings are the ways to write a value, the plainest first.
func spellings(value string) []string {
	var out []string
	if value == strings.TrimSpace(value) && !strings.ContainsAny(value, "\r\n") {
		out = append(out, value)
	}
	out = append(
		out, "'"+value+"'", `"`+value+`"`,
		`"`+strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(value)+`"`,
		`"`+strings.NewReplacer("$", `\$`, "\r", `\r`, "\n", `\n`).Replace(value)+`"`,
	)
	return append(out, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "\r", `\r`, "\n", `\n`, "`", "\\`").Replace(value)+`"`)
}

// alike reports whether a spelling gives the value to each of the readers.
func alike(text, value string, readers Readers) bool {
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		return false
	}
	f, findings := Scan("", []byte("A="+text+"\nB=\n"))
	if len(findings) > 0 || len(f.Entries) != 2 || f.Entries[0].Value.Reveal() != value || f.Entries[0].Inline != "" {
		return false
	}
	return readers&differently(f.Entries[0], release.NewSecret(text)) == 0
}
