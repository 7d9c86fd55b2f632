package lint

// createTable is what a CREATE TABLE says.
type createTable struct {
	table    ident
	temp     bool
	columns  []column
	partOf   *ident // the partitioned table that it is a part of
	elements [][]tok
}

// readCreateTable reads CREATE [TEMP|UNLOGGED] TABLE, or CREATE FOREIGN TABLE.
func readCreateTable(s stmt) (createTable, bool) {
	var t createTable
	c := &cursor{toks: s.toks}
	if !c.take("create") {
		return t, false
	}
	c.one("global", "local")
	kind := c.one("temp", "temporary", "unlogged", "foreign")
	t.temp = kind == "temp" || kind == "temporary"
	if !c.take("table") {
		return t, false
	}
	c.take("if", "not", "exists")
	var ok bool
	if t.table, ok = c.ident(); !ok {
		return t, false
	}
	t.temp = t.temp || t.table.schema == "pg_temp"
	if c.take("partition", "of") {
		if of, ok := c.ident(); ok {
			t.partOf = &of
		}
	}
	t.elements = split(c.group())
	for _, e := range t.elements {
		if e[0].bare {
			switch e[0].word {
			case "constraint", "check", "unique", "primary", "foreign", "exclude", "like":
				continue
			}
		}
		if col, ok := readColumn(e); ok {
			t.columns = append(t.columns, col)
		}
	}
	return t, true
}

// alterTable is what an ALTER TABLE says.
type alterTable struct {
	table   ident
	actions []action
}

// action is one of the changes of an ALTER TABLE.
type action struct {
	do     string // one of those below
	name   tok    // the column or constraint; zero where it has none
	toks   []tok  // all of it
	rest   []tok  // what follows the name
	column column // for addColumn
}

// What an action does; "" for what no rule asks about.
const (
	addColumn       = "add column"
	addConstraint   = "add constraint"
	dropColumn      = "drop column"
	alterType       = "alter type"
	setNotNull      = "set not null"
	dropNotNull     = "drop not null"
	renameColumn    = "rename column"
	renameTo        = "rename to"
	validate        = "validate"
	enableRLS       = "enable row level security"
	disableRLS      = "disable row level security"
	detachPartition = "detach partition"
)

// readAlterTable reads ALTER [FOREIGN] TABLE.
func readAlterTable(s stmt) (alterTable, bool) {
	var t alterTable
	c := &cursor{toks: s.toks}
	if !c.take("alter") {
		return t, false
	}
	c.take("foreign")
	if !c.take("table") {
		return t, false
	}
	c.take("if", "exists")
	c.take("only")
	var ok bool
	if t.table, ok = c.ident(); !ok {
		return t, false
	}
	c.take("*")
	for _, toks := range split(c.rest()) {
		t.actions = append(t.actions, readAction(toks))
	}
	return t, true
}

func readAction(toks []tok) action {
	a := action{toks: toks}
	c := &cursor{toks: toks}
	switch c.one("add", "drop", "alter", "rename", "validate", "enable", "disable", "detach") {
	case "add":
		a.add(c)
	case "drop":
		a.drop(c)
	case "alter":
		a.alter(c)
	case "rename":
		a.rename(c)
	case "validate":
		if c.take("constraint") {
			a.named(validate, c)
		}
	case "enable":
		if c.take("row", "level", "security") {
			a.do = enableRLS
		}
	case "disable":
		if c.take("row", "level", "security") {
			a.do = disableRLS
		}
	case "detach":
		if c.take("partition") {
			a.named(detachPartition, c)
		}
	}
	return a
}

// named takes the name that is next.
func (a *action) named(do string, c *cursor) {
	if n, ok := c.ident(); ok {
		a.do, a.name, a.rest = do, n.toks[len(n.toks)-1], c.rest()
	}
}

func (a *action) add(c *cursor) {
	at := c.i
	if c.take("constraint") {
		a.named(addConstraint, c)
		return
	}
	switch c.one("check", "unique", "primary", "foreign", "exclude") {
	case "":
	default:
		a.do, a.rest = addConstraint, c.toks[at:]
		return
	}
	c.take("column")
	c.take("if", "not", "exists")
	if col, ok := readColumn(c.rest()); ok {
		a.do, a.name, a.rest, a.column = addColumn, col.name, col.toks[1:], col
	}
}

func (a *action) drop(c *cursor) {
	if c.take("constraint") {
		return
	}
	c.take("column")
	c.take("if", "exists")
	a.named(dropColumn, c)
}

func (a *action) alter(c *cursor) {
	if c.take("constraint") {
		return
	}
	c.take("column")
	n, ok := c.ident()
	if !ok {
		return
	}
	a.name = n.toks[len(n.toks)-1]
	switch {
	case c.take("set", "data", "type"), c.take("type"):
		a.do = alterType
	case c.take("set", "not", "null"):
		a.do = setNotNull
	case c.take("drop", "not", "null"):
		a.do = dropNotNull
	}
	a.rest = c.rest()
}

func (a *action) rename(c *cursor) {
	switch {
	case c.take("to"):
		a.named(renameTo, c)
	case c.take("constraint"):
	default:
		c.take("column")
		a.named(renameColumn, c)
	}
}
