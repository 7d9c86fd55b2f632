package lint

import "strings"

// constraints look at what an ALTER TABLE adds to a table that is in use.
func constraints(f *file, _ int, s stmt) {
	t := s.alter
	if t == nil || f.has(t.table.key()) {
		return
	}
	for _, a := range t.actions {
		switch a.do {
		case addConstraint:
			f.constraint(s, t.table, a)
		case addColumn:
			f.columnConstraint(s, t.table, a)
		case validate:
			f.validated(s, t.table, a)
		}
	}
}

func (f *file) constraint(s stmt, table ident, a action) {
	head := s.text(table.toks)
	name := constraintName(table, a)
	switch first := a.rest[0]; {
	case first.is("check") && !has(a.rest, "not", "valid"):
		f.say(Diagnostic{
			Rule: "constraint-missing-not-valid", Level: Warning,
			Title:  "this reads all of " + table.name + ", and nobody reads or writes it meanwhile",
			Help:   "add the constraint as NOT VALID, which binds new rows at once, and check the old ones in a later migration",
			Better: later(head, name, s.text(a.rest)),
		}, span(a.toks))
	case first.is("foreign") && !has(a.rest, "not", "valid"):
		f.say(Diagnostic{
			Rule: "adding-foreign-key-constraint", Level: Warning,
			Title:  "this checks every row of " + table.name + ", and blocks all writes to it and to the table that it refers to meanwhile",
			Help:   "add the constraint as NOT VALID, which binds new rows at once, and check the old ones in a later migration",
			Better: later(head, name, s.text(a.rest)),
		}, span(a.toks))
	case first.is("unique") && !has(a.rest, "using", "index"):
		f.say(uniqueIndex(head, name, "unique", s.text((&cursor{toks: a.rest, i: listAt(a.rest)}).list()), table), span(a.toks))
	case first.is("primary") && !has(a.rest, "using", "index"):
		f.say(uniqueIndex(head, name, "primary key", s.text((&cursor{toks: a.rest, i: listAt(a.rest)}).list()), table), span(a.toks))
	}
}

// constraintName is the name that is written, or one like those that Postgres gives.
func constraintName(table ident, a action) string {
	if a.name.word != "" {
		return a.name.text
	}
	var columns []string
	for _, t := range (&cursor{toks: a.rest, i: listAt(a.rest)}).group() {
		if t.isName() && len(columns) < 1 {
			columns = append(columns, t.word)
		}
	}
	kind := map[string]string{"check": "check", "unique": "key", "primary": "pkey", "foreign": "fkey"}[a.rest[0].word]
	if kind == "pkey" {
		columns = nil
	}
	return quoted(strings.Join(append(append([]string{table.name}, columns...), kind), "_"))
}

// listAt is where the first parenthesis opens.
func listAt(toks []tok) int {
	for i, t := range toks {
		if t.is("(") {
			return i
		}
	}
	return len(toks)
}

// list is a pair of parentheses with what is in it.
func (c *cursor) list() []tok {
	from := c.i
	c.group()
	return c.toks[from:c.i]
}

// later is the safe way in two migrations.
func later(table, name, constraint string) []string {
	return []string{
		oneLine("alter table " + table + " add constraint " + name + " " + constraint + " not valid;"),
		"-- and in the next migration, which blocks neither reads nor writes:",
		"alter table " + table + " validate constraint " + name + ";",
	}
}

// uniqueIndex says how an index is built first and made a constraint then.
func uniqueIndex(head, name, kind, columns string, table ident) Diagnostic {
	d := Diagnostic{
		Rule: "disallowed-unique-constraint", Level: Warning,
		Title: "this builds an index while nobody reads or writes " + table.name,
		Help:  "build the index concurrently first" + aloneHelp + "; the next migration makes it the constraint in no time",
		Better: []string{
			alone, "create unique index concurrently " + name + " on " + head + " " + columns + ";",
			"-- and in the next migration:",
			"alter table " + head + " add constraint " + name + " " + kind + " using index " + name + ";",
		},
	}
	if kind == "primary key" {
		d.Rule = "adding-serial-primary-key-field"
	}
	return d
}

// columnConstraint looks at the constraints of a new column. A reference alone is none of them: the column is empty, and
// Postgres does not look at the rows.
func (f *file) columnConstraint(s stmt, table ident, a action) {
	col, head := a.column, s.text(table.toks)
	list, name := "("+col.name.text+")", table.name+"_"+col.name.word
	switch {
	case has(col.rest, "primary", "key"):
		f.say(uniqueIndex(head, quoted(table.name+"_pkey"), "primary key", list, table), span(a.toks))
	case has(col.rest, "unique"):
		f.say(uniqueIndex(head, quoted(name+"_key"), "unique", list, table), span(a.toks))
	}
	if i := find(col.rest, "check"); i >= 0 {
		f.say(Diagnostic{
			Rule: "constraint-missing-not-valid", Level: Warning,
			Title:  "this reads all of " + table.name + ", and nobody reads or writes it meanwhile",
			Help:   "add the column first, then the constraint as NOT VALID; check the old rows in a later migration",
			Better: later(head, quoted(name+"_check"), s.text((&cursor{toks: col.rest, i: i}).check())),
		}, span(col.rest[i:i+1]))
	}
	if i := find(col.rest, "references"); i >= 0 && !col.noDefault() {
		f.say(Diagnostic{
			Rule: "adding-foreign-key-constraint", Level: Warning,
			Title:  "with a default this checks every row of " + table.name + ", and nobody reads or writes it meanwhile",
			Help:   "add the column first, then the reference as NOT VALID; check the old rows in a later migration",
			Better: later(head, quoted(name+"_fkey"), "foreign key "+list+" "+s.text(reference(col.rest[i:]))),
		}, span(col.rest[i:i+1]))
	}
}

// check is CHECK with its parentheses.
func (c *cursor) check() []tok {
	from := c.i
	c.i++
	c.group()
	return c.toks[from:c.i]
}

// reference is REFERENCES with its table and columns.
func reference(toks []tok) []tok {
	c := &cursor{toks: toks, i: 1}
	c.ident()
	c.group()
	return toks[:c.i]
}

// validated warns of a constraint that is checked in the transaction that added it, whose lock is held until the end.
func (f *file) validated(s stmt, table ident, a action) {
	if f.m.NoTransaction || !f.added[table.key()+"."+a.name.word] {
		return
	}
	f.say(Diagnostic{
		Rule: "constraint-missing-not-valid", Level: Warning,
		Title:  "the lock of ADD CONSTRAINT is still held while all of " + table.name + " is read: both are one transaction",
		Help:   "validate it in a migration of its own",
		Better: []string{"-- in the next migration:", "alter table " + s.text(table.toks) + " validate constraint " + a.name.text + ";"},
	}, span(a.toks))
}

// addsConstraints notes the constraints that the file adds.
func addsConstraints(f *file, _ int, s stmt) {
	t := s.alter
	if t == nil {
		return
	}
	for _, a := range t.actions {
		if a.do == addConstraint && a.name.word != "" {
			f.added[t.table.key()+"."+a.name.word] = true
		}
	}
}
