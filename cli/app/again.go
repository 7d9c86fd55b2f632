package app

import (
	"cmp"
	"strings"

	"readme/cli/release"
)

// named is the environment that was named, by --env or READMEOPS_ENV; "" if none was.
func (a *app) named() string { return cmp.Or(a.env, a.sys.Get("READMEOPS_ENV")) }

// again is the command that was typed, with another value of a flag such as --env.
func (a *app) again(flag, value string) string {
	words := []string{"readme-ops"}
	for i := 0; i < len(a.args); i++ {
		switch name, _, joined := strings.Cut(strings.TrimLeft(a.args[i], "-"), "="); {
		case name != strings.TrimLeft(flag, "-") || !strings.HasPrefix(a.args[i], "-"):
			words = append(words, release.ShellWord(a.args[i]))
		case !joined:
			i++ // its value
		}
	}
	return strings.Join(append(words, flag, release.ShellWord(value)), " ")
}
