package env

import (
	"errors"
	"math/bits"
	"slices"
	"strings"
)

// ErrQuote means that there is no such spelling of a value. It does not hold the value.
var ErrQuote = errors.New("no spelling of this value in a .env file is read as it is")

// Quote writes a value for a .env file so that readme-ops, Next.js, Python, bash and Docker all read exactly it, or fails with
// ErrQuote. A value with a $ before a letter, for instance, has no such spelling.
func Quote(value string) (string, error) {
	text, odd, ok := spell(value, Everybody)
	if !ok || odd != 0 {
		return "", ErrQuote
	}
	return text, nil
}

// QuoteHere writes a value so that readme-ops reads exactly it, and as many of the others as can be. It fails with ErrQuote for
// values that no .env file can hold: with a NUL, say.
func QuoteHere(value string) (string, error) {
	text, _, ok := spell(value, Everybody)
	if !ok {
		return "", ErrQuote
	}
	return text, nil
}

// spell finds the spelling that readme-ops reads rightly and that the fewest of the readers read otherwise: odd are those that do.
func spell(value string, readers Readers) (text string, odd Readers, ok bool) {
	for _, spelling := range spellings(value) {
		f, findings := Scan("", []byte("A="+spelling+"\nB=\n"))
		if len(findings) > 0 || len(f.Entries) != 2 || f.Entries[0].Value.Reveal() != value || f.Entries[0].Raw.Reveal() != spelling {
			continue
		}
		differ := readers & differently(lineOf(f.text.Reveal(), f.Entries[0]), value)
		if !ok || bits.OnesCount8(uint8(differ)) < bits.OnesCount8(uint8(odd)) {
			text, odd, ok = spelling, differ, true
		}
		if odd == 0 {
			break
		}
	}
	return text, odd, ok
}

// spellings are the ways to write a value, the plainest first. Not all of them are read as the value: spell tries.
func spellings(value string) []string {
	breaks := strings.NewReplacer("\r", `\r`, "\n", `\n`)
	dollars := strings.NewReplacer("$", `\$`, "\r", `\r`, "\n", `\n`)
	all := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "\r", `\r`, "\n", `\n`)
	out := []string{
		value, "'" + value + "'", `"` + value + `"`, `"` + breaks.Replace(value) + `"`,
		`"` + dollars.Replace(value) + `"`, `"` + all.Replace(value) + `"`, strings.ReplaceAll(value, "$", `\$`),
	}
	return slices.Compact(out)
}
