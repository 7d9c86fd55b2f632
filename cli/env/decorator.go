package env

import "strings"

// decorator is one word of an annotation: @name, @name=value or @name(arguments), as varlock reads them in a comment line
// that begins with one.
type decorator struct {
	name, value string // the value of @type=string(min=1) is string(min=1)
	at, end     int    // bytes of the line
}

// decorators finds those of a line. What follows the last one, such as a comment behind the annotation, is not looked at.
func decorators(line string) (out []decorator) {
	i := blanks(line, 0)
	if i == len(line) || line[i] != '#' {
		return nil
	}
	return decoratorsFrom(line, blanks(line, i+1))
}

// decoratorsFrom finds those that stand one behind the other from i on.
func decoratorsFrom(line string, i int) (out []decorator) {
	for ; i < len(line) && line[i] == '@'; i = blanks(line, i) {
		d := decorator{at: i, end: decoratorEnd(line, i)}
		word := line[d.at+1 : d.end]
		n := strings.IndexAny(word, "=(")
		if n < 0 {
			n = len(word)
		}
		if n == 0 {
			return out
		}
		d.name, d.value = word[:n], strings.TrimPrefix(word[n:], "=")
		out, i = append(out, d), d.end
	}
	return out
}

// decoratorEnd is where white space ends the word that begins at i, unless it stands in quotes or brackets.
func decoratorEnd(line string, i int) int {
	depth, quote := 0, byte(0)
	for ; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'', c == '"', c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case (c == ' ' || c == '\t') && depth <= 0:
			return i
		}
	}
	return i
}

// blanks skips white space.
func blanks(line string, i int) int {
	for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
		i++
	}
	return i
}

// without takes a decorator out of its line, with the white space that parted it from the others.
func (d decorator) without(line string) string {
	rest := strings.TrimLeft(line[d.end:], " \t")
	if rest == "" {
		return strings.TrimRight(line[:d.at], " \t")
	}
	return line[:d.at] + rest
}
