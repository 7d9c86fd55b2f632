package env

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"readme/cli/spec"
)

// docsMarkOf says whether a service reads a variable, and whether it needs it anywhere.
func docsMarkOf(v spec.Variable, service string) string {
	switch {
	case !slices.Contains(v.Services, service):
		return ""
	case v.Optional:
		return "○"
	}
	return "●"
}

func needed(v spec.Variable, environment string) string {
	if v.RequiredIn(environment) {
		return "required"
	}
	return "optional"
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// comesFrom says who makes the value. A secret's own text is never told, wherever it stands.
func comesFrom(v spec.Variable) string {
	out := "given"
	switch {
	case v.Value != "" && strings.Contains(v.Value, "${"):
		out = "made by the release: " + span(v.Value)
	case v.Value != "" && veiled(v), v.Default != "" && veiled(v):
		out = span(spec.MatrixFile)
	case v.Value != "":
		out = "always " + span(v.Value)
	case v.Default != "":
		out = "given, else " + span(v.Default)
	}
	if v.SameEverywhere {
		out += "; the same in every service"
	}
	if v.Unread {
		out += "; no code of ours reads it by its name"
	}
	return out
}

// veiled reports whether no value of a variable is shown, also where it is not marked as a secret and is one by its type.
func veiled(v spec.Variable) bool { return v.Secret || spec.SecretType(v.Type) }

func hostName(to string) string {
	switch to {
	case "railway":
		return "Railway"
	case "vercel":
		return "Vercel"
	case "pipecat":
		return "Pipecat Cloud"
	}
	return markdown(to)
}

// docsLink links a file or folder of the project from the page, which lies in a folder of its own.
func docsLink(file string) string {
	if file == "" {
		return ""
	}
	return "[" + span(file) + "](" + (&url.URL{Path: path.Join("..", file)}).EscapedPath() + ")"
}

// markdown escapes text for the cell of a table or a heading.
func markdown(text string) string {
	var b strings.Builder
	runes := []rune(oneLine(text))
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	for i, r := range runes {
		switch {
		case r == '<':
			b.WriteString("&lt;")
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case r == '_' && word(i-1) && word(i+1): // inside a word it is only a letter
		case strings.ContainsRune("\\`*_[]|~", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// span shows text as code in the cell of a table, where a bar ends the cell even inside of code.
func span(text string) string {
	text = strings.ReplaceAll(oneLine(text), "|", `\|`)
	if text == "" {
		return ""
	}
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
