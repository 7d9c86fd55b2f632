package lint

import "slices"

// newColumns look at columns that a table in use gets.
func newColumns(f *file, _ int, s stmt) {
	t := s.alter
	if t == nil || f.has(t.table.key()) {
		return
	}
	for _, a := range t.actions {
		if a.do == addColumn {
			f.required(s, t.table, a)
			f.rewriting(s, t.table, a)
		}
	}
}

func (f *file) required(s stmt, table ident, a action) {
	col := a.column
	notNull := col.notNull()
	if notNull == nil || !col.noDefault() || col.identity() || col.serial() {
		return
	}
	head, name := s.text(table.toks), col.name.text
	f.say(Diagnostic{
		Rule: "adding-required-field", Level: Error,
		Title: "this fails as soon as " + table.name + " has a row, and code that is live cannot insert one without " + col.name.word,
		Help:  "give it a default; or add it without NOT NULL, fill it, and forbid NULL in a later migration",
		Better: []string{
			oneLine("alter table " + head + " add column " + name + " " + s.text(col.typ) + ";"),
			"-- and when the code that is live writes it, and the old rows are filled:",
			"alter table " + head + " add constraint " + quoted(table.name+"_"+col.name.word+"_not_null") + " check (" + name + " is not null) not valid;",
		},
	}, span(notNull))
}

// rewriting warns of a column whose value differs from row to row, so that Postgres writes all of them anew.
func (f *file) rewriting(s stmt, table ident, a action) {
	col, head := a.column, s.text(table.toks)
	d := Diagnostic{
		Rule: "adding-field-with-default", Level: Warning,
		Title: "this writes all of " + table.name + " anew, and nobody reads or writes it meanwhile",
		Help:  "add the column without a default, then set the default for new rows, and fill the old ones in batches",
	}
	add := "alter table " + head + " add column " + col.name.text + " "
	switch {
	case col.stored:
		d.Help = "fill a plain column by a trigger and in batches, or let a view compute it"
		d.Better = []string{oneLine(add + s.text(col.typ) + ";")}
		f.say(d, span(col.toks))
	case col.serial(), col.identity():
		d.Help = "add an empty column, fill it in batches, and make it an identity then"
		d.Better = []string{add + "bigint;"}
		f.say(d, span(col.toks))
	case volatile(col.expr) != "":
		d.Title = volatile(col.expr) + " gives each row a value of its own: " + d.Title
		d.Better = []string{
			oneLine(add + s.text(col.typ) + ";"),
			oneLine("alter table " + head + " alter column " + col.name.text + " set default " + s.text(col.expr) + ";"),
		}
		f.say(d, span(col.expr))
	}
}

// steady are functions that give every row of a statement the same value, so that Postgres stores it once.
var steady = []string{ //nolint:gochecknoglobals // a table
	"now", "transaction_timestamp", "statement_timestamp", "current_timestamp", "localtimestamp", "current_time", "localtime", "current_setting",
	"current_database", "current_schema", "date_trunc", "date_part", "extract", "timezone", "to_timestamp", "to_date", "to_char", "make_interval",
	"make_date", "make_timestamptz", "lower", "upper", "md5", "coalesce", "nullif", "greatest", "least", "cast", "row", "array", "array_fill",
	"jsonb_build_object", "jsonb_build_array", "json_build_object", "json_build_array", "to_json", "to_jsonb", "concat", "format", "round", "floor",
	"ceil", "abs", "length", "replace", "trim", "btrim", "ltrim", "rtrim", "substring", "substr", "left", "right", "encode", "decode", "int4range",
	"int8range", "numrange", "tsrange", "tstzrange", "daterange", "point", "inet", "uuid_nil",
}

// typesWithSize are followed by parentheses without being functions.
var typesWithSize = []string{ //nolint:gochecknoglobals // a table
	"varchar", "char", "character", "varying", "numeric", "decimal", "bit", "timestamp", "timestamptz", "time", "timetz", "interval", "float", "in",
}

// volatile names the first function of an expression that may give each row a value of its own, or is "". Of one that is not
// known it says so, too: Postgres takes functions for volatile unless they say otherwise.
func volatile(expr []tok) string {
	for i, t := range expr {
		if i+1 < len(expr) && t.isName() && expr[i+1].is("(") && !slices.Contains(steady, t.word) && !slices.Contains(typesWithSize, t.word) {
			return t.word + "()"
		}
	}
	return ""
}
