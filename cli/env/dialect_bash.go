package env

import "strings"

// readBash reads KEY=… as bash's source does. It has no opinion on carriage returns: a file with the line ends of Windows is not
// for bash at all.
func readBash(l line) (string, bool) {
	if l.before != "" {
		return "", false
	}
	w := word{rest: l.tail, start: true}
	for w.ok = true; w.ok && w.rest != "" && !w.ended; {
		w.next()
	}
	rest := strings.Trim(w.rest, " \t")
	return w.value.String(), w.ok && (rest == "" || rest[0] == '#' && len(rest) < len(w.rest))
}

// word is one word of a shell while it is read.
type word struct {
	value     strings.Builder
	rest      string
	start     bool // where a ~ means the home directory
	ended, ok bool
}

func (w *word) next() {
	c := w.rest[0]
	start := w.start
	w.start = c == ':'
	switch {
	case c == ' ' || c == '\t':
		w.ended = true
	case c == '\'':
		i := strings.IndexByte(w.rest[1:], '\'')
		if w.ok = i >= 0; w.ok {
			w.value.WriteString(w.rest[1 : i+1])
			w.rest = w.rest[i+2:]
		}
	case c == '"':
		w.rest = w.rest[1:]
		w.double()
	case c == '\\' && len(w.rest) > 1 && w.rest[1] != '\n':
		w.take(w.rest[1:2], 2)
	case strings.IndexByte("\\;&|<>()`\n", c) >= 0, c == '~' && start, c == '$' && dollars(w.rest[1:], true):
		w.ok = false
	default:
		w.take(w.rest[:1], 1)
	}
}

// double reads on behind a double quote.
func (w *word) double() {
	for w.rest != "" && w.ok {
		switch c := w.rest[0]; {
		case c == '"':
			w.rest = w.rest[1:]
			return
		case c == '\\' && len(w.rest) > 1 && w.rest[1] == '\n':
			w.take("", 2)
		case c == '\\' && len(w.rest) > 1 && strings.IndexByte("$`\"\\", w.rest[1]) >= 0:
			w.take(w.rest[1:2], 2)
		case c == '`', c == '$' && dollars(w.rest[1:], false):
			w.ok = false
		default:
			w.take(w.rest[:1], 1)
		}
	}
	w.ok = false
}

func (w *word) take(value string, n int) {
	w.value.WriteString(value)
	w.rest = w.rest[n:]
}

// dollars reports whether a $ means something before a text.
func dollars(text string, bare bool) bool {
	if text == "" {
		return false
	}
	return isLetter(text[0]) || '0' <= text[0] && text[0] <= '9' || strings.IndexByte("{([@*#?$!-", text[0]) >= 0 || bare && strings.IndexByte(`'"`, text[0]) >= 0
}
