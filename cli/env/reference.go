package env

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"strings"

	"readme/cli/release"
)

// The two spellings of a reference.
const (
	onePassword = "op://"
	command     = "cmd:"
)

// Reference stands where a value would, and says which program prints it: the value itself lies in a secret store.
type Reference struct{ Argv []string }

// Program is what people call the program of a reference. Its arguments may be secret, and are never shown.
func (r Reference) Program() string { return path.Base(r.Argv[0]) }

// ParseReference reads the text that stands for a value in a values file: op://vault/item/field is what 1Password's own program
// reads, and cmd: ["pass", "show", "x"] is any other program with its arguments, as a JSON list; no shell ever sees it. is
// tells whether the text is meant as a reference; err, which shows nothing of it, that it is not a right one.
func ParseReference(text string) (r Reference, is bool, err error) {
	switch {
	case IsOnePassword(text):
		parts := strings.Split(strings.TrimPrefix(text, onePassword), "/")
		if len(parts) < 3 || len(parts) > 4 {
			return Reference{}, true, errors.New("it is op://vault/item/field, or op://vault/item/section/field")
		}
		for _, p := range parts {
			if strings.TrimSpace(p) == "" || strings.ContainsAny(p, "\x00\r\n") {
				return Reference{}, true, errors.New("it is op://vault/item/field, and none of them is empty")
			}
		}
		return Reference{Argv: []string{"op", "read", "--no-newline", text}}, true, nil
	case strings.HasPrefix(text, command):
		var argv []string
		if err := json.Unmarshal([]byte(strings.TrimPrefix(text, command)), &argv); err != nil || len(argv) == 0 || argv[0] == "" {
			return Reference{}, true, errors.New(`it is cmd: and a JSON list, of a program and each of its arguments: 'cmd: ["pass", "show", "x"]'`)
		}
		if strings.Contains(strings.Join(argv, ""), "\x00") {
			return Reference{}, true, errors.New("a program's arguments hold no NUL")
		}
		return Reference{Argv: argv}, true, nil
	}
	return Reference{}, false, nil
}

// IsOnePassword reports whether a text is meant as a reference to 1Password: the one that counts in the process's environment, too.
// What stands there comes from more hands than a file of one's own, so it names no program to run.
func IsOnePassword(text string) bool { return strings.HasPrefix(text, onePassword) }

// Open runs the program of a reference, and gives what it printed. Errors show nothing of it; a release.Fault tells more, such as
// the program's last words. An error that is ErrUnusable stands for every reference to that program.
type Open func(ctx context.Context, r Reference) (release.Secret, error)

// ErrUnusable means that a program cannot be used at all, now: it is not installed, or it waits for somebody to unlock it.
var ErrUnusable = errors.New("the program cannot be used")
