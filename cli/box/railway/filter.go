package railway

import (
	"strconv"
	"strings"
)

// filter decides whether a line matches.
type filter func(logLine) bool

// parseFilter reads Railway's filter language: words and "phrases" in the message, whatever their case, @attribute:value
// with numbers compared (>=10, 1..3), AND by standing side by side, OR, a minus, parentheses. An unquoted word with a
// colon names a field, so `discord: online` looks for a field called discord; there are no errors, only no matches.
func parseFilter(text string) filter {
	p := &filterParser{words: filterWords(text)}
	if len(p.words) == 0 {
		return func(logLine) bool { return true }
	}
	return p.or(0)
}

// filterWord is a token; quoted ones are never operators or fields.
type filterWord struct {
	text   string
	quoted bool
}

// deepest is how many parentheses may be open; deeper ones match nothing.
const deepest = 50

type filterParser struct {
	words []filterWord
}

func (p *filterParser) peek(operator string) bool {
	return len(p.words) > 0 && !p.words[0].quoted && p.words[0].text == operator
}

func (p *filterParser) next() filterWord {
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

func (p *filterParser) or(depth int) filter {
	any := []filter{p.and(depth)}
	for p.peek("OR") {
		p.next()
		any = append(any, p.and(depth))
	}
	return func(l logLine) bool {
		for _, f := range any {
			if f(l) {
				return true
			}
		}
		return false
	}
}

func (p *filterParser) and(depth int) filter {
	var all []filter
	for len(p.words) > 0 && !p.peek("OR") && !p.peek(")") {
		if p.peek("AND") {
			p.next()
			continue
		}
		all = append(all, p.term(depth))
	}
	if len(all) == 0 {
		return nothing
	}
	return func(l logLine) bool {
		for _, f := range all {
			if !f(l) {
				return false
			}
		}
		return true
	}
}

func (p *filterParser) term(depth int) filter {
	negated := false
	for p.peek("-") {
		p.next()
		negated = !negated
	}
	f := nothing
	switch {
	case len(p.words) == 0:
	case p.peek("("):
		p.next()
		if depth >= deepest {
			p.words = nil
			break
		}
		f = p.or(depth + 1)
		if p.peek(")") {
			p.next()
		}
	default:
		f = match(p.next())
	}
	if negated {
		return func(l logLine) bool { return !f(l) }
	}
	return f
}

func nothing(logLine) bool { return false }

func match(w filterWord) filter {
	if name, value, ok := strings.Cut(w.text, ":"); ok && !w.quoted {
		return field(strings.TrimPrefix(name, "@"), strings.Trim(value, `"`))
	}
	needle := strings.ToLower(w.text)
	return func(l logLine) bool { return strings.Contains(strings.ToLower(l.Message), needle) }
}

// field matches an attribute: a range, a comparison, or the same text whatever its case.
func field(name, value string) filter {
	low, high, ranged := strings.Cut(value, "..")
	lo, errLow := strconv.ParseFloat(low, 64)
	hi, errHigh := strconv.ParseFloat(high, 64)
	if ranged && errLow == nil && errHigh == nil {
		return number(name, func(n float64) bool { return n >= lo && n <= hi })
	}
	for _, op := range []string{">=", "<=", ">", "<"} {
		rest, ok := strings.CutPrefix(value, op)
		limit, err := strconv.ParseFloat(rest, 64)
		if !ok || err != nil {
			continue
		}
		return number(name, func(n float64) bool {
			switch op {
			case ">=":
				return n >= limit
			case "<=":
				return n <= limit
			case ">":
				return n > limit
			}
			return n < limit
		})
	}
	return func(l logLine) bool {
		is, ok := l.attribute(name)
		return ok && strings.EqualFold(is, value)
	}
}

func number(name string, fits func(float64) bool) filter {
	return func(l logLine) bool {
		is, _ := l.attribute(name)
		n, err := strconv.ParseFloat(is, 64)
		return err == nil && fits(n)
	}
}

// filterWords cuts a filter into tokens. A quote that nobody closes goes to the end; a quoted value of a field stays
// with its field.
func filterWords(text string) []filterWord {
	var words []filterWord
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case ' ', '\t', '\n', '\r':
			i++
		case '(', ')', '-':
			words = append(words, filterWord{text: string(c)})
			i++
		case '"':
			end := quoteEnd(text, i)
			words = append(words, filterWord{text: strings.Trim(text[i:end], `"`), quoted: true})
			i = end
		default:
			end := i
			for end < len(text) && !strings.ContainsRune(" \t\n\r()", rune(text[end])) {
				if text[end] == '"' {
					end = quoteEnd(text, end)
					continue
				}
				end++
			}
			words = append(words, filterWord{text: text[i:end]})
			i = end
		}
	}
	return words
}

// quoteEnd is the index after the quote that closes the one at i.
func quoteEnd(text string, i int) int {
	if n := strings.IndexByte(text[i+1:], '"'); n >= 0 {
		return i + n + 2
	}
	return len(text)
}
