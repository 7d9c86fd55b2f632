package lint

import (
	"fmt"
	"strings"
)

// oldColumns look at what becomes of columns that are there.
func oldColumns(f *file, _ int, s stmt) {
	t := s.alter
	if t == nil || f.has(t.table.key()) {
		return
	}
	for _, a := range t.actions {
		switch a.do {
		case setNotNull:
			f.forbidsNull(s, t.table, a)
		case dropNotNull:
			f.say(Diagnostic{
				Rule: "ban-drop-not-null", Level: Warning,
				Title:  "code that is live does not expect " + a.name.word + " to be NULL",
				Help:   "release first the code that copes with it, or give the column a default",
				Better: []string{"alter table " + s.text(t.table.toks) + " alter column " + a.name.text + " set default '...';"},
			}, span(a.toks))
		case alterType:
			f.retypes(s, t.table, a)
		}
	}
}

func (f *file) forbidsNull(s stmt, table ident, a action) {
	if f.seen.proven[table.key()+"."+a.name.word] {
		return // the check spares Postgres the look at each row
	}
	head, name := s.text(table.toks), quoted(table.name+"_"+a.name.word+"_not_null")
	f.say(Diagnostic{
		Rule: "adding-not-nullable-field", Level: Warning,
		Title: "this reads all of " + table.name + ", and nobody reads or writes it meanwhile",
		Help:  "prove it by a check first, whose validation blocks nobody; then SET NOT NULL takes no time",
		Better: []string{
			"alter table " + head + " add constraint " + name + " check (" + a.name.text + " is not null) not valid;",
			"-- and in the next migration:",
			"alter table " + head + " validate constraint " + name + ";",
			"alter table " + head + " alter column " + a.name.text + " set not null;",
			"alter table " + head + " drop constraint " + name + ";",
		},
	}, span(a.toks))
}

func (f *file) retypes(s stmt, table ident, a action) {
	typ := newType(a)
	was, to := f.seen.types[table.key()+"."+a.name.word], typeName(typ)
	if !has(a.rest, "using") && widens(was, to) {
		return
	}
	title := "this writes all of " + table.name + " and its indexes anew, and nobody reads or writes it meanwhile"
	if was == "" {
		title = "unless the type was a narrower one of its kind, " + title
	}
	f.say(Diagnostic{
		Rule: "changing-column-type", Level: Warning, Title: title,
		Help: "add a column of the new type, write both, fill it in batches, read the new one, and drop the old one in an after-deploy migration",
		Better: []string{
			oneLine("alter table " + s.text(table.toks) + " add column " + quoted(a.name.word+"_new") + " " + s.text(typ) + ";"),
		},
	}, span(a.toks))
}

// widens reports whether Postgres only notes the new type: no row has to be looked at.
func widens(was, to string) bool {
	if was == "" || to == "" {
		return false
	}
	if was == to {
		return true
	}
	wasName, wasArgs := sized(was)
	toName, toArgs := sized(to)
	switch {
	case toName == "text" && len(toArgs) == 0:
		return wasName == "varchar" || wasName == "text"
	case toName == "varchar" && wasName == "text":
		return len(toArgs) == 0
	case toName == "varchar" && wasName == "varchar":
		return len(toArgs) == 0 || (len(wasArgs) == 1 && len(toArgs) == 1 && toArgs[0] >= wasArgs[0])
	case toName == "numeric" && wasName == "numeric":
		return len(toArgs) == 0 || (len(wasArgs) == 2 && len(toArgs) == 2 && toArgs[0] >= wasArgs[0] && toArgs[1] == wasArgs[1])
	}
	return false
}

// sized parts "varchar(10)".
func sized(typ string) (name string, args []int) {
	name, list, found := strings.Cut(typ, "(")
	if !found || !strings.HasSuffix(list, ")") {
		return typ, nil
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(list, ")"), ",") {
		var n int
		if _, err := fmt.Sscan(part, &n); err != nil {
			return typ, nil
		}
		args = append(args, n)
	}
	if name == "numeric" && len(args) == 1 {
		args = append(args, 0)
	}
	return name, args
}
