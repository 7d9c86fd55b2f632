package smoke

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// curl writes a request as a command to type. A reference to a secret becomes the shell's variable of its name, so that
// the command works where the variable is set and shows nothing.
func curl(h HTTP, env Env) string {
	secret := map[string]bool{}
	for _, s := range env.Secrets {
		secret[s.Reveal()] = true
	}
	word := func(text string) string { return shellWord(text, env, secret) }
	args := []string{"curl", "-sS", "-i"}
	posts := len(h.Form) > 0 || h.JSON != nil // by itself
	if method := strings.ToUpper(h.Method); (method != "GET" || posts) && (method != "POST" || !posts) {
		args = append(args, "-X", method)
	}
	args = append(args, word(h.URL))
	for _, name := range slices.Sorted(maps.Keys(h.Headers)) {
		args = append(args, "-H", word(name+": "+h.Headers[name]))
	}
	for _, f := range h.Form {
		args = append(args, "-F", word(f.Name+"="+f.Value))
	}
	if h.JSON != nil {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if e.Encode(h.JSON) == nil {
			args = append(args, "-H", "'Content-Type: application/json'", "-d", word(strings.TrimSpace(b.String())))
		}
	}
	return strings.Join(args, " ")
}

// shellWord expands a text to one word of the shell.
func shellWord(text string, env Env, secret map[string]bool) string {
	out, err := Expand(text, func(name string) (string, bool) {
		v, ok := env.lookup(name)
		if ok && v != "" && secret[v] && shellName.MatchString(name) {
			return "\x00" + name + "\x00", true
		}
		return v, ok
	})
	if err != nil {
		out = text
	}
	var b strings.Builder
	for i, piece := range strings.Split(out, "\x00") {
		switch {
		case i%2 == 1:
			b.WriteString(`"$` + piece + `"`)
		case piece != "":
			b.WriteString(quote(piece))
		}
	}
	return b.String()
}

var (
	shellName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	shellPlain = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,=-]+$`)
)

// quote makes one word of the shell.
func quote(s string) string {
	if shellPlain.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
