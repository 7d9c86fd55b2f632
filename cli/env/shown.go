package env

import (
	"regexp"
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Shown is a change as it may be shown: where a value stands that the matrix does not call harmless, also in a comment, it is
// masked on both sides. What is written is Before and After.
func (c Change) Shown(m *spec.Matrix) (before, after []byte) {
	if !slices.ContainsFunc(m.Services, func(s spec.Service) bool { return s.Example == c.Path }) {
		return c.Before, c.After
	}
	harmless := map[string]bool{}
	for _, v := range m.Variables {
		harmless[v.Name] = !veiled(v)
	}
	return maskText(c.Before, harmless), maskText(c.After, harmless)
}

// retired is a variable that was made a comment, with its value.
var retired = regexp.MustCompile(`(?m)^([ \t]*#+[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*)([^ \t\r\n][^\r\n]*)`)

func maskText(data []byte, harmless map[string]bool) []byte {
	if data == nil {
		return nil
	}
	f, _ := Scan("", data)
	text, at := string(data), 0
	var b strings.Builder
	for _, e := range f.Entries {
		if e.Raw.Empty() || harmless[e.Key] {
			continue
		}
		b.WriteString(text[at:e.raw] + release.Secret{}.String() + strings.Repeat("\n", e.End-e.At.Line)) // as many lines as there are
		at = e.rawEnd
	}
	b.WriteString(text[at:])
	return []byte(retired.ReplaceAllStringFunc(spec.HideCredentials(b.String()), func(line string) string {
		part := retired.FindStringSubmatch(line)
		if harmless[part[2]] {
			return line
		}
		return part[1] + release.Secret{}.String()
	}))
}
