package env

import (
	"regexp"
	"strings"
	"unicode"
)

// The readers, each as its own source reads (@next/env 16, python-dotenv 1.2, compose-go 2). They tell the value of one line;
// false is that they read none, or one that depends on other variables.

var (
	nextValue   = regexp.MustCompile("\\A[\\s\\v\\p{Z}\ufeff]*?([\\s\\v\\p{Z}\ufeff]*'(?:\\\\'|[^'])*'|[\\s\\v\\p{Z}\ufeff]*\"(?:\\\\\"|[^\"])*\"|[\\s\\v\\p{Z}\ufeff]*`(?:\\\\`|[^`])*`|[^#\\r\\n]+)?[\\s\\v\\p{Z}\ufeff]*(?:#.*)?(?m:$)")
	nextDollar  = regexp.MustCompile(`^\$\{?\w+`)
	pythonOne   = regexp.MustCompile(`(?s)\A'((?:\\.|[^'\\])*)'`)
	pythonTwo   = regexp.MustCompile(`(?s)\A"((?:\\.|[^"\\])*)"`)
	pythonRest  = regexp.MustCompile(`\A[^\S\n]*(?:#[^\n]*)?\z`)
	pythonNote  = regexp.MustCompile(`[\s\v\p{Z}]+#.*`)
	pythonNames = regexp.MustCompile(`\$\{[^}:]*(?::-[^}]*)?\}`)
	escapesOne  = regexp.MustCompile(`\\[\\']`)
	escapesTwo  = regexp.MustCompile(`\\[\\'"abfnrtv]`)
	escapesGo   = regexp.MustCompile(`\\(?:[abcfnrtv$"\\]|0\d{0,3})`)
)

func readNext(l line) (string, bool) {
	m := nextValue.FindStringSubmatch(l.tail)
	if m == nil {
		return "", false
	}
	value := strings.TrimFunc(m[1], jsSpace)
	double := strings.HasPrefix(value, `"`)
	if n := len(value); n > 1 && strings.IndexByte("'\"`", value[0]) >= 0 && value[0] == value[n-1] {
		value = value[1 : n-1]
	}
	if double {
		value = strings.ReplaceAll(strings.ReplaceAll(value, `\n`, "\n"), `\r`, "\r")
	}
	for i := len(value) - 1; i >= 0; i-- { // only the last $ without a backslash matters: if that is none of a variable, no other is looked at
		if value[i] == '$' && (i == 0 || value[i-1] != '\\') {
			if nextDollar.MatchString(value[i:]) {
				return "", false
			}
			break
		}
	}
	return strings.ReplaceAll(value, `\$`, "$"), true
}

func jsSpace(r rune) bool { return r == '\ufeff' || r != 0x85 && unicode.IsSpace(r) }

func readPython(l line) (string, bool) {
	body := strings.TrimLeftFunc(l.tail, func(r rune) bool { return r != '\n' && unicode.IsSpace(r) })
	var value string
	quoted, escapes := pythonOne, escapesOne
	switch {
	case len(body) < len(l.tail) && strings.HasPrefix(body, "#"):
		return "", true
	case strings.HasPrefix(body, `"`):
		quoted, escapes = pythonTwo, escapesTwo
		fallthrough
	case strings.HasPrefix(body, "'"):
		m := quoted.FindStringSubmatch(body)
		if m == nil || !pythonRest.MatchString(body[len(m[0]):]) {
			return "", false
		}
		value = escapes.ReplaceAllStringFunc(m[1], func(c string) string { return escaped(c[1]) })
	default:
		value = strings.TrimRightFunc(pythonNote.ReplaceAllString(body, ""), unicode.IsSpace)
	}
	return value, !pythonNames.MatchString(value)
}

// escaped is what a backslash and a letter stand for in C, and so in Python and Go.
func escaped(c byte) string {
	if i := strings.IndexByte("abfnrtv", c); i >= 0 {
		return "\a\b\f\n\r\t\v"[i : i+1]
	}
	return string(rune(c))
}

func readDocker(l line) (string, bool) {
	body := strings.TrimLeftFunc(l.tail, isSpace)
	if body == "" || body[0] != '\'' && body[0] != '"' {
		value, _, _ := strings.Cut(body, " #")
		return dockerDollars(strings.TrimRightFunc(value, unicode.IsSpace))
	}
	quote := body[0]
	var b strings.Builder
	for i := 1; i < len(body); i++ {
		switch c := body[i]; {
		case c == '\\' && i+1 < len(body) && body[i+1] == quote:
			b.WriteByte(quote)
			i++
		case c == '\\' && i+1 < len(body):
			b.WriteString(body[i : i+2])
			i++
		case c != quote:
			b.WriteByte(c)
		default:
			rest := strings.TrimLeftFunc(body[i+1:], unicode.IsSpace)
			return dockerQuoted(b.String(), rest == "" || rest[0] == '#', quote)
		}
	}
	return "", false
}

// dockerQuoted reads what is between the quotes.
func dockerQuoted(text string, ok bool, quote byte) (string, bool) {
	if quote == '\'' || !ok {
		return text, ok
	}
	value := escapesGo.ReplaceAllStringFunc(text, func(c string) string {
		switch {
		case c == `\$`:
			return "$$"
		case c[1] == '0':
			ok = false // an octal number
			return c
		case c[1] == 'c':
			return c
		}
		return escaped(c[1])
	})
	value, plain := dockerDollars(value)
	return value, ok && plain
}

// dockerDollars reads $$ as one $; any other before a name makes a value that depends on other variables.
func dockerDollars(text string) (string, bool) {
	rest := strings.ReplaceAll(text, "$$", "")
	for i := range len(rest) - 1 {
		if rest[i] == '$' && (isLetter(rest[i+1]) || rest[i+1] == '{') {
			return "", false
		}
	}
	return strings.ReplaceAll(text, "$$", "$"), true
}
