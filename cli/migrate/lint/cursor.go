package lint

import "slices"

// cursor reads tokens from left to right.
type cursor struct {
	toks []tok
	i    int
}

// take goes past these keywords or signs, one after the other, if they are next.
func (c *cursor) take(words ...string) bool {
	if !matches(c.toks[c.i:], words) {
		return false
	}
	c.i += len(words)
	return true
}

// one goes past any of these words, if one is next, and says which.
func (c *cursor) one(words ...string) string {
	if c.i < len(c.toks) && c.toks[c.i].bare && slices.Contains(words, c.toks[c.i].word) {
		c.i++
		return c.toks[c.i-1].word
	}
	return ""
}

// rest is what has not been read.
func (c *cursor) rest() []tok { return c.toks[c.i:] }

// ident is the name of a table, an index and so on, with its schema if one is written.
type ident struct {
	schema, name string
	toks         []tok
}

// key tells tables apart: without a schema public is meant, as it is for a role whose search_path nobody has changed.
func (n ident) key() string {
	if n.schema == "" {
		return "public." + n.name
	}
	return n.schema + "." + n.name
}

// ident reads a name, which may have a schema, or a database and a schema, in front.
func (c *cursor) ident() (ident, bool) {
	from := c.i
	var parts []string
	for c.i < len(c.toks) && c.toks[c.i].isName() {
		parts = append(parts, c.toks[c.i].word)
		c.i++
		if !c.take(".") {
			break
		}
	}
	if len(parts) == 0 {
		return ident{}, false
	}
	n := ident{name: parts[len(parts)-1], toks: c.toks[from:c.i]}
	if len(parts) > 1 {
		n.schema = parts[len(parts)-2]
	}
	return n, true
}

// idents reads names with commas between them.
func (c *cursor) idents() []ident {
	var out []ident
	for {
		n, ok := c.ident()
		if !ok {
			return out
		}
		out = append(out, n)
		if c.i < len(c.toks) && c.toks[c.i].is("(") { // the arguments of a function
			c.group()
		}
		if !c.take(",") {
			return out
		}
	}
}

// group reads a pair of parentheses and gives what is in it.
func (c *cursor) group() []tok {
	if c.i >= len(c.toks) || !c.toks[c.i].is("(") {
		return nil
	}
	depth, from := 0, c.i+1
	for ; c.i < len(c.toks); c.i++ {
		switch {
		case c.toks[c.i].is("("):
			depth++
		case c.toks[c.i].is(")"):
			if depth--; depth == 0 {
				c.i++
				return c.toks[from : c.i-1]
			}
		}
	}
	return c.toks[from:]
}
