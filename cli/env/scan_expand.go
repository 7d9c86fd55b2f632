package env

import "strings"

// maxValue is how long a value may grow by what its $ stand for.
const maxValue = 1 << 20

// unescape reads the backslashes of double quotes: \n and \r, and \$ that expand needs; any other stands for what follows.
func unescape(text string) string {
	i := strings.IndexByte(text, '\\')
	if i < 0 {
		return text
	}
	var b strings.Builder
	for ; i >= 0 && i+1 < len(text); i = strings.IndexByte(text, '\\') {
		b.WriteString(text[:i])
		switch c := text[i+1]; c {
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case '$':
			b.WriteString(`\$`)
		default:
			b.WriteByte(c)
		}
		text = text[i+2:]
	}
	b.WriteString(text)
	return b.String()
}

// expand replaces $NAME and ${NAME} by the values of earlier lines, as godotenv does, and finds fault with it.
func (s *scanner) expand(e Entry, text string) string {
	i := strings.IndexByte(text, '$')
	if i < 0 {
		return text
	}
	var b strings.Builder
	replaced := false
	for ; i >= 0; i = strings.IndexByte(text, '$') {
		length, name := reference(text[i:])
		switch {
		case i > 0 && text[i-1] == '\\':
			b.WriteString(text[:i-1] + text[i:i+length])
		case name != "":
			b.WriteString(text[:i] + s.earlier(name))
			replaced = true
		default:
			b.WriteString(text[:i+length])
		}
		text = text[i+length:]
		if b.Len() > maxValue {
			s.broken(e.At, e.Key+" grows without end by the $ in its value", "put the value into single quotes")
			return ""
		}
	}
	b.WriteString(text)
	if replaced {
		s.find(RuleExpansion, e.At, e.Key+" has a $ in its value, which godotenv replaces", "put the value into single quotes")
	}
	return b.String()
}

// reference measures what godotenv takes for one after a $: $NAME, ${NAME}, and even $(NAME or ${NAME without an end.
func reference(text string) (length int, name string) {
	i := 1
	if i < len(text) && text[i] == '(' {
		i++
	}
	if i < len(text) && text[i] == '{' {
		i++
	}
	from := i
	for i < len(text) && ('A' <= text[i] && text[i] <= 'Z' || '0' <= text[i] && text[i] <= '9' || text[i] == '_') {
		i++
	}
	name = text[from:i]
	if i < len(text) && text[i] == '}' {
		i++
	}
	return i, name
}

// earlier is the value of a key above.
func (s *scanner) earlier(name string) string {
	if s.known == nil {
		s.known = make(map[string]string, len(s.entries))
		for _, e := range s.entries {
			s.known[e.Key] = e.Value.Reveal()
		}
	}
	return s.known[name]
}
