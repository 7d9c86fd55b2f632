package smoke

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"readme/cli/release"
)

// masker hides the secrets that are known, and those that a vendor has just drawn.
type masker struct{ known *release.Mask }

func newMasker(secrets []release.Secret) masker { return masker{release.NewMask(secrets...)} }

// What a vendor has drawn just now, such as the token that opens a session's room, is a secret that nobody could tell us
// of: drawn finds it by the name that JSON gives it, and jwt by its shape.
var (
	drawn = regexp.MustCompile(`(?i)("[a-z0-9_-]*(?:token|secret|password|api_?key)"\s*:\s*")[^"]+(")`)
	jwt   = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*`)
)

func (m masker) mask(text string) string {
	text = drawn.ReplaceAllString(m.known.Text(text), "${1}•••${2}")
	return jwt.ReplaceAllString(text, "•••")
}

// fault masks every text of a fault.
func (m masker) fault(f *release.Fault) *release.Fault { return f.Masked(m.mask) }

// plainLines makes foreign text fit to be shown: lines, few and short, without what a terminal would obey.
func plainLines(text string, most int) []string {
	const longest = 240
	lines := strings.Split(strings.TrimRight(strings.ToValidUTF8(text, "�"), "\r\n"), "\n")
	if len(lines) > most {
		cut := []string{"…"}
		lines = append(cut, lines[len(lines)-most:]...)
	}
	for i, line := range lines {
		line = strings.Map(func(r rune) rune {
			switch {
			case r == '\t':
				return ' '
			case r == '\r' || (unicode.IsControl(r) && r != '\t'):
				return -1
			}
			return r
		}, line)
		lines[i] = shorten(line, longest)
	}
	return lines
}

// shorten cuts a text to its first most characters.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
