package smoke

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"readme/cli/release"
)

// masker replaces secrets, in the spellings that a request or an answer may give them.
type masker struct{ replacer *strings.Replacer }

func newMasker(secrets []release.Secret) masker {
	var spellings []string
	for _, s := range secrets {
		v := s.Reveal()
		quoted, err := json.Marshal(v)
		if v == "" || err != nil {
			continue
		}
		spellings = append(spellings, v, url.QueryEscape(v), url.PathEscape(v), string(quoted[1:len(quoted)-1]))
	}
	// The longest first: a secret may hold another one.
	slices.SortFunc(spellings, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range spellings {
		if s != "" {
			pairs = append(pairs, s, "•••")
		}
	}
	return masker{strings.NewReplacer(pairs...)}
}

// What a vendor has drawn just now, such as the token that opens a session's room, is a secret that nobody could tell us
// of: drawn finds it by the name that JSON gives it, and jwt by its shape.
var (
	drawn = regexp.MustCompile(`(?i)("[a-z0-9_-]*(?:token|secret|password|api_?key)"\s*:\s*")[^"]+(")`)
	jwt   = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*`)
)

func (m masker) mask(text string) string {
	text = drawn.ReplaceAllString(m.replacer.Replace(text), "${1}•••${2}")
	return jwt.ReplaceAllString(text, "•••")
}

// fault masks every text of a fault.
func (m masker) fault(f *release.Fault) *release.Fault {
	masked := *f
	masked.Title, masked.Detail, masked.Try = m.mask(f.Title), m.mask(f.Detail), m.mask(f.Try)
	masked.Evidence = nil
	for _, e := range f.Evidence {
		lines := make([]string, len(e.Lines))
		for i, line := range e.Lines {
			lines[i] = m.mask(line)
		}
		masked.Evidence = append(masked.Evidence, release.Evidence{Label: m.mask(e.Label), Lines: lines})
	}
	return &masked
}

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
