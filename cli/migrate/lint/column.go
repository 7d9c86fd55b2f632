package lint

import (
	"slices"
	"strings"
)

// column is the definition of a column, in CREATE TABLE or ADD COLUMN.
type column struct {
	name   tok
	typ    []tok
	rest   []tok // constraints, default and so on
	toks   []tok
	expr   []tok // of the default, or of what it is generated from
	stored bool  // it is generated, and kept in the table
}

// endsType are the words that follow the type of a column.
var endsType = []string{ //nolint:gochecknoglobals // a table
	"constraint", "not", "null", "default", "generated", "unique", "primary", "references", "check", "collate",
	"deferrable", "initially", "storage", "compression", "using",
}

// readType reads a type: timestamp(3) with time zone, varchar(10)[], public.mood.
func readType(c *cursor) []tok {
	from, depth := c.i, 0
	for ; c.i < len(c.toks); c.i++ {
		t := c.toks[c.i]
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		if depth == 0 && t.bare && slices.Contains(endsType, t.word) {
			break
		}
	}
	return c.toks[from:c.i]
}

// readColumn reads what follows ADD COLUMN, or stands in CREATE TABLE.
func readColumn(toks []tok) (column, bool) {
	if len(toks) < 2 || !toks[0].isName() {
		return column{}, false
	}
	c := &cursor{toks: toks, i: 1}
	col := column{name: toks[0], toks: toks, typ: readType(c)}
	col.rest = c.rest()
	if i := find(col.rest, "default"); i >= 0 {
		col.expr = expression(col.rest[i+1:])
	}
	if i := find(col.rest, "as"); i >= 0 && has(col.rest, "generated", "always") && i+1 < len(col.rest) && col.rest[i+1].is("(") {
		col.expr = (&cursor{toks: col.rest, i: i + 1}).group()
		col.stored = has(col.rest[i:], "stored")
	}
	return col, true
}

// expression is a default up to the next part of the column's definition.
func expression(toks []tok) []tok {
	depth := 0
	for i, t := range toks {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		if i > 0 && depth == 0 && t.bare && slices.Contains(endsType, t.word) {
			return toks[:i]
		}
	}
	return toks
}

// notNull gives the NOT NULL of a column.
func (c column) notNull() []tok {
	if i := find(c.rest, "not", "null"); i >= 0 {
		return c.rest[i : i+2]
	}
	return nil
}

// null reports whether the default is NULL, which is none.
func (c column) noDefault() bool {
	return len(c.expr) == 0 || (len(c.expr) == 1 && c.expr[0].is("null"))
}

func (c column) identity() bool {
	return has(c.rest, "as", "identity")
}

func (c column) serial() bool {
	return len(c.typ) == 1 && slices.Contains([]string{"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}, c.typ[0].word)
}

// typeName is a type in one spelling: "integer", "varchar(10)", "timestamp".
func typeName(typ []tok) string {
	var words []string
	for _, t := range typ {
		words = append(words, t.word)
	}
	name := strings.Join(words, " ")
	name = strings.NewReplacer(" ( ", "(", " )", ")", " , ", ",", " . ", ".", " [", "[", "[ ", "[", "pg_catalog . ", "").Replace(name)
	name, args, found := strings.Cut(name, "(")
	if alias := aliases[name]; alias != "" {
		name = alias
	}
	if found {
		if closing := strings.Index(args, ")"); closing >= 0 {
			if longer := aliases[name+args[closing+1:]]; longer != "" { // timestamp(3) with time zone
				return longer + "(" + args[:closing+1]
			}
		}
		name += "(" + args
	}
	return name
}

// aliases are the other spellings of types.
var aliases = map[string]string{ //nolint:gochecknoglobals // a table
	"int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "float8": "double precision", "float4": "real",
	"decimal": "numeric", "bool": "boolean", "character varying": "varchar", "character": "char", "bpchar": "char",
	"timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz",
	"time without time zone": "time", "time with time zone": "timetz",
	"serial4": "serial", "serial8": "bigserial", "serial2": "smallserial",
}
