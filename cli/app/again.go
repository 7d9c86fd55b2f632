package app

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// again is the command that was typed, with another value of a flag such as --env.
func (a *app) again(flag, value string) string {
	words := []string{"readme-ops"}
	for i := 0; i < len(a.args); i++ {
		switch name, _, joined := strings.Cut(strings.TrimLeft(a.args[i], "-"), "="); {
		case name != strings.TrimLeft(flag, "-") || !strings.HasPrefix(a.args[i], "-"):
			words = append(words, shellWord(a.args[i]))
		case !joined:
			i++ // its value
		}
	}
	return strings.Join(append(words, flag, shellWord(value)), " ")
}

// shellWord is a word as a person would type it in a shell.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_=./:,+@%", r))
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
