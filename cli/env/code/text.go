package code

// kind is what a token is.
type kind uint8

const (
	punct   kind = iota
	word         // an identifier or keyword
	quoted       // a string; the token is what stands between the quotes
	pieces       // a string with expressions in it, whose tokens follow
	number       // or anything else that is a value: a regular expression, an element of JSX
	newline      // the end of a logical line of Python; the token is the indentation of the next one
)

// lexeme is a token of TypeScript, JavaScript or Python.
type lexeme struct {
	kind    kind
	at, end int32
}

// text is a file as tokens.
type text struct {
	*source
	tokens  []lexeme
	pairs   []int32         // of each bracket the position of the other one, once asked for
	aliases map[string]bool // variables that are the environment
	handed  map[int]bool    // the parameters that are given the environment, by their position
	models  map[string]bool // classes of Python whose fields are variables
	seen    map[wrapper]bool
	asked   int // how many variables were looked for
	hidden  int // and of how many it was asked whether they are parameters
}

// Limits: more is not written by people.
const (
	maxNesting = 500  // how deep templates and elements may be nested
	maxAsked   = 300  // for how many variables it is looked what they hold
	maxSeen    = 100  // wrappers in a file
	longLines  = 1000 // characters a line: the mean of a file that a program wrote
)

func (t *text) put(k kind, at, end int) {
	t.tokens = append(t.tokens, lexeme{k, int32(at), int32(end)}) //nolint:gosec // a file has at most 1 MiB
}

func (t *text) in(i int) bool { return i >= 0 && i < len(t.tokens) }

func (t *text) bytes(i int) []byte { return t.data[t.tokens[i].at:t.tokens[i].end] }

func (t *text) string(i int) string {
	if !t.in(i) {
		return ""
	}
	return string(t.bytes(i))
}

// is tells whether a word or sign stands at i.
func (t *text) is(i int, what string) bool {
	return t.in(i) && t.tokens[i].kind <= word && string(t.bytes(i)) == what
}

// oneOf is the same for several.
func (t *text) oneOf(i int, what ...string) bool {
	for _, w := range what {
		if t.is(i, w) {
			return true
		}
	}
	return false
}

func (t *text) isKind(i int, k kind) bool { return t.in(i) && t.tokens[i].kind == k }

// are reports whether the tokens from i on are these.
func (t *text) are(i int, what ...string) bool {
	for n, w := range what {
		if !t.is(i+n, w) {
			return false
		}
	}
	return true
}

// parts calls do with the first and the last-but-one position of what commas part within the brackets at i.
func (t *text) parts(i int, do func(n, from, to int)) {
	end := t.close(i)
	n, from := 0, i+1
	for at := from; at <= end; at++ {
		switch {
		case at == end || t.is(at, ","):
			if from < at {
				do(n, from, at)
			}
			n, from = n+1, at+1
		case t.oneOf(at, "(", "[", "{"):
			at = t.close(at)
			if at >= end {
				return
			}
		}
	}
}

// name notes a token as the name of a variable.
func (t *text) name(i int) { t.use(t.string(i), t.offset(i)) }

// offset is where a token begins: a string does with its quote.
func (t *text) offset(i int) int {
	at := int(t.tokens[i].at)
	if t.isKind(i, quoted) {
		return max(0, at-1)
	}
	return at
}

// constant finds the string that a name is set to, once and for all as far as the file tells, or -1.
func (t *text) constant(name string) int {
	for i := range t.tokens {
		if !t.is(i, name) || t.is(i-1, ".") {
			continue
		}
		at := i + 1
		if t.is(at, ":") { // a type
			for at < i+6 && !t.is(at, "=") {
				at++
			}
		}
		if t.is(at, "=") && t.isKind(at+1, quoted) && !t.oneOf(at+2, "+", ".", "%") {
			return at + 1
		}
	}
	return -1
}
