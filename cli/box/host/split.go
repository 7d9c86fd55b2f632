package host

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// special are the characters that only a shell could give a meaning to, and specialFirst those at the start of a word.
const (
	special      = "|&;<>()$`*?[]{}\n"
	specialFirst = "~#"
)

// assignment is a variable before the command.
var assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)

// Split splits a command as a shell would, with its three kinds of quotes, into words that are executed without one.
// What would need a shell is an error and not passed on as if it were text.
func Split(command string) ([]string, error) {
	if strings.Contains(command, "\\\n") {
		return nil, errors.New("a line that goes on after a backslash: write it as one")
	}
	var words []string
	var word strings.Builder
	open := false // a word has begun, be it an empty one
	for i := 0; i < len(command); i++ {
		c := command[i]
		switch {
		case c == ' ' || c == '\t':
			if open {
				words = append(words, word.String())
				word.Reset()
			}
			open = false
			continue
		case c == '\'' || c == '"':
			end, err := quoted(command[i:], &word)
			if err != nil {
				return nil, err
			}
			i += end
		case c == '\\':
			if i++; i == len(command) {
				return nil, errors.New("a backslash at the end")
			}
			word.WriteByte(command[i])
		case strings.IndexByte(special, c) >= 0 || !open && strings.IndexByte(specialFirst, c) >= 0:
			return nil, fmt.Errorf("%q needs a shell: quote it, or write sh -c '...'", string(c))
		default:
			word.WriteByte(c)
		}
		open = true
	}
	if open {
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return nil, errors.New("it is empty")
	}
	if assignment.MatchString(words[0]) {
		return nil, fmt.Errorf("%q needs a shell: set the variable for the service, or write sh -c '...'", words[0])
	}
	return words, nil
}

// quoted reads a quoted part at the start of s into word, and gives the index of its closing quote.
func quoted(s string, word *strings.Builder) (int, error) {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote:
			return i, nil
		case quote == '"' && (c == '$' || c == '`'):
			return 0, fmt.Errorf("%q needs a shell: put it in single quotes, or write sh -c '...'", string(c))
		case quote == '"' && c == '\\' && i+1 < len(s) && strings.IndexByte("\"\\$`", s[i+1]) >= 0:
			i++
			word.WriteByte(s[i])
		default:
			word.WriteByte(c)
		}
	}
	return 0, fmt.Errorf("a quote %c that is not closed", quote)
}
