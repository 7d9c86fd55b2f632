package books

import (
	"errors"
	"strings"
)

// ID is a UUID in its one canonical form: 36 characters, lower case. Values that did not come from ParseID or from a
// generator are not valid.
type ID string

// ParseID accepts exactly the 8-4-4-4-12 form, in either case, and returns it in lower case. The error says what is
// wrong and never repeats the text, which may be anything.
func ParseID(text string) (ID, error) {
	if len(text) != 36 {
		return "", errors.New("a UUID has 36 characters")
	}
	text = strings.ToLower(text)
	for i, c := range []byte(text) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return "", errors.New("a UUID looks like 00000000-0000-4000-8000-000000000000")
			}
			continue
		}
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", errors.New("a UUID holds only 0-9, a-f and -")
		}
	}
	return ID(text), nil
}
