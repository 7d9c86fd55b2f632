package lint

// schema is what the statements that were read say about tables: not all that is true, but nothing that is not.
type schema struct {
	types  map[string]string // of columns, by "schema.table.column"
	checks map[string]string // CHECK (column IS NOT NULL), by "schema.table.constraint": the column's key
	proven map[string]bool   // columns of which such a check was validated

	pathSet map[string]bool // functions whose search_path is fixed
	fresh   map[string]bool // tables and so on that files of the same release make
}

// learn takes note of what a statement makes.
func (k *schema) learn(f *file, s stmt) {
	if t := s.create; t != nil {
		f.make(t.table.key())
		for _, c := range t.columns {
			k.types[t.table.key()+"."+c.name.word] = typeName(c.typ)
		}
		return
	}
	if kind, name, ok := created(s); ok && kind == "view" {
		f.make(name.key())
		return
	}
	if name, ok := createdIndex(s); ok {
		if table, known := indexed(s); known && f.has(table.key()) {
			name.schema = table.schema // an index is where its table is
			f.make(name.key())
		}
		return
	}
	if name, ok := pathSet(s); ok {
		k.pathSet[name.key()] = true
		return
	}
	t := s.alter
	if t == nil {
		return
	}
	for _, a := range t.actions {
		k.alter(f, t.table, a)
	}
}

// createdIndex gives the name of an index that a statement makes.
func createdIndex(s stmt) (ident, bool) {
	c := &cursor{toks: s.toks}
	if !c.take("create") {
		return ident{}, false
	}
	c.take("unique")
	if !c.take("index") {
		return ident{}, false
	}
	c.take("concurrently")
	c.take("if", "not", "exists")
	return c.ident()
}

func (k *schema) alter(f *file, table ident, a action) {
	key := table.key() + "." + a.name.word
	switch a.do {
	case addColumn:
		k.types[key] = typeName(a.column.typ)
	case alterType:
		k.types[key] = typeName(newType(a))
	case dropColumn:
		delete(k.types, key)
	case renameColumn:
		k.rename(key, table.key(), a)
	case renameTo:
		renamed := table
		renamed.name = a.name.word
		if f.has(table.key()) {
			f.make(renamed.key())
		}
	case addConstraint:
		if column, ok := checksNotNull(a.rest); ok {
			k.checks[key] = table.key() + "." + column
			k.proven[table.key()+"."+column] = !has(a.rest, "not", "valid")
		}
	case validate:
		if column, ok := k.checks[key]; ok {
			k.proven[column] = true
		}
	}
}

// rename moves what is known of a column to its new name.
func (k *schema) rename(key, table string, a action) {
	c := &cursor{toks: a.rest}
	if !c.take("to") {
		return
	}
	if to, ok := c.ident(); ok {
		k.types[table+"."+to.name] = k.types[key]
		delete(k.types, key)
	}
}

// checksNotNull reads CHECK (column IS NOT NULL).
func checksNotNull(toks []tok) (column string, ok bool) {
	c := &cursor{toks: toks}
	if !c.take("check") {
		return "", false
	}
	inner := c.group()
	for len(inner) > 2 && inner[0].is("(") {
		inner = (&cursor{toks: inner}).group()
	}
	if len(inner) == 4 && inner[0].isName() && matches(inner[1:], []string{"is", "not", "null"}) {
		return inner[0].word, true
	}
	return "", false
}

// newType is the type of ALTER COLUMN TYPE.
func newType(a action) []tok { return readType(&cursor{toks: a.rest}) }
