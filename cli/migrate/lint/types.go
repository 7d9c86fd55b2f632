package lint

import "strings"

// types look at the types of new columns: what they cost comes later, when changing them needs the whole table.
func types(f *file, _ int, s stmt) {
	if t := s.create; t != nil && !t.temp {
		for _, c := range t.columns {
			f.columnType(s, t.table, c, isKey(*t, c))
		}
	}
	if t := s.alter; t != nil {
		for _, a := range t.actions {
			if a.do == addColumn {
				f.columnType(s, t.table, a.column, has(a.column.rest, "primary", "key"))
			}
		}
	}
}

// isKey reports whether a column is the primary key by itself.
func isKey(t createTable, col column) bool {
	if has(col.rest, "primary", "key") {
		return true
	}
	for _, e := range t.elements {
		i := find(e, "primary", "key")
		if i < 0 {
			continue
		}
		list := (&cursor{toks: e, i: i + 2}).group()
		if len(list) == 1 && list[0].word == col.name.word {
			return true
		}
	}
	return false
}

func (f *file) columnType(s stmt, table ident, col column, key bool) {
	typ := typeName(col.typ)
	base, _ := sized(strings.TrimRight(typ, "[]"))
	d := Diagnostic{Level: Warning, Later: true}
	written := col.name.text + " "
	switch {
	case base == "timestamp":
		d.Rule = "prefer-timestamp-tz"
		d.Title = "the times in " + col.name.word + " are those of whatever time zone the session had that wrote them"
		d.Help = "let the column hold moments: timestamptz"
		d.Better = []string{written + "timestamptz" + strings.TrimPrefix(typ, base)}
	case base == "char" && !strings.HasPrefix(col.typ[0].text, `"`): // "char" is another type
		d.Rule = "ban-char-field"
		d.Title = "char pads what is stored with spaces, and is neither smaller nor faster than text"
		d.Help = "take text"
		d.Better = []string{written + "text"}
	case base == "varchar" && base != typ:
		d.Rule = "prefer-text-field"
		d.Title = "another length is a change of the column's type, under a lock that keeps everybody out"
		d.Help = "take text, and a check where the length matters: it can be changed without blocking anybody"
		d.Better = []string{written + "text check (length(" + col.name.text + ") <= " + strings.Trim(strings.TrimPrefix(typ, base), "()") + ")"}
	case col.serial():
		d.Rule = "prefer-identity"
		d.Title = "whoever inserts into " + table.name + " needs rights on the sequence of a serial column too, and may write any number into it"
		d.Help = "make it an identity"
		d.Better = []string{written + "bigint generated always as identity"}
	}
	if d.Rule != "" {
		f.say(d, span(col.typ))
	}
	if narrow := base == "integer" || base == "smallint" || base == "serial" || base == "smallserial"; narrow && (key || col.serial() || col.identity()) {
		f.say(Diagnostic{
			Rule: "prefer-bigint-over-int", Level: Warning, Later: true,
			Title:  "the numbers of " + col.name.word + " run out, after 2,147,483,647 at the latest, and then no row can be inserted",
			Help:   "take bigint: to change it later writes the whole table anew",
			Better: []string{oneLine(strings.TrimSpace(written + "bigint " + s.text(col.rest)))},
		}, span(col.typ))
	}
}

// longest is how many bytes of a name Postgres keeps.
const longest = 63

// lengths look at names that Postgres cuts off.
func lengths(f *file, _ int, s stmt) {
	said := map[string]bool{}
	for _, t := range s.toks {
		if !t.isName() || len(t.word) <= longest || said[t.word] {
			continue
		}
		said[t.word] = true
		f.say(Diagnostic{
			Rule: "identifier-too-long", Level: Warning,
			Title:  "Postgres cuts this name off after 63 bytes, and says so in a notice only",
			Help:   "take a shorter name: two long ones that begin alike would be one",
			Better: []string{strings.ToValidUTF8(t.word[:longest], "")},
		}, Span{t.start, t.end})
	}
}
