package lint

import (
	"strings"
	"unicode/utf8"
)

// alone is what a statement needs that Postgres does not run in a transaction.
const alone = "-- readme-ops: no-transaction"

// aloneHelp says where such a statement goes.
const aloneHelp = ", in a file of its own that runs outside a transaction"

func indexCreation(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	if !c.take("create") {
		return
	}
	c.take("unique")
	if !c.take("index") {
		return
	}
	head := c.i
	if c.take("concurrently") {
		return
	}
	table, ok := indexed(s)
	if !ok || f.has(table.key()) || has(s.toks, "on", "only") { // ONLY: of a partitioned table, whose parts get theirs later
		return
	}
	f.say(Diagnostic{
		Rule: "require-concurrent-index-creation", Level: Warning,
		Title:  "building this index blocks every write to " + table.name + " until it is done",
		Help:   "build it concurrently" + aloneHelp,
		Better: []string{alone, insert(s, head, "concurrently") + ";"},
	}, span(s.toks[:head]))
}

// indexed gives the table of a CREATE INDEX.
func indexed(s stmt) (ident, bool) {
	i := find(s.toks, "on")
	if i < 0 {
		return ident{}, false
	}
	c := &cursor{toks: s.toks, i: i + 1}
	c.take("only")
	return c.ident()
}

func indexDeletion(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	if !c.take("drop", "index") || c.take("concurrently") {
		return
	}
	c.take("if", "exists")
	better := []string{alone}
	for _, index := range c.idents() { // it takes one at a time, and no CASCADE
		if !f.has(index.key()) {
			better = append(better, "drop index concurrently if exists "+s.text(index.toks)+";")
		}
	}
	if len(better) == 1 {
		return
	}
	f.say(Diagnostic{
		Rule: "require-concurrent-index-deletion", Level: Warning,
		Title:  "dropping an index waits for every query on its table, and blocks all that come after",
		Help:   "drop it concurrently" + aloneHelp,
		Better: better,
	}, span(s.toks))
}

// insert is a statement with words put in front of its token i, on one line.
func insert(s stmt, i int, words string) string {
	return oneLine(s.text(s.toks[:i]) + " " + words + " " + s.text(s.toks[i:]))
}

// quoted is a name as SQL takes it.
func quoted(name string) string {
	plain := func(r rune) bool {
		return r == '_' || r >= utf8.RuneSelf || (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9')
	}
	if name != "" && (name[0] < '0' || name[0] > '9') && !strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// oneLine makes SQL short enough to be shown as an example.
func oneLine(sql string) string {
	if strings.Contains(sql, "--") || strings.ContainsAny(sql, `'"$`) {
		return sql // space and line ends may mean something
	}
	return strings.Join(strings.Fields(sql), " ")
}
