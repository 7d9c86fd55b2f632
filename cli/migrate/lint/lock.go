package lint

import (
	"slices"
	"strings"
)

// timeouts look at who switches off what the runner has set: both limits, for each file.
func timeouts(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	switch {
	case c.take("reset"):
		if which := c.one("lock_timeout", "statement_timeout", "all"); which != "" {
			f.unlimited(which, span(s.toks))
		}
	case c.take("set"):
		c.one("local", "session")
		which := c.one("lock_timeout", "statement_timeout")
		if which != "" && (c.take("to") || c.take("=")) && endless(c.rest()) {
			f.unlimited(which, span(s.toks))
		}
	default:
		i := slices.IndexFunc(s.toks, func(t tok) bool { return t.is("set_config") })
		if i < 0 || i+1 >= len(s.toks) {
			return
		}
		args := split((&cursor{toks: s.toks, i: i + 1}).group())
		if len(args) < 2 || len(args[0]) != 1 || !endless(args[1]) {
			return
		}
		if which := strings.ToLower(strings.Trim(args[0][0].text, "'")); which == "lock_timeout" || which == "statement_timeout" {
			f.unlimited(which, span(s.toks[i:i+2]))
		}
	}
}

// endless reports whether a setting is none: 0, '0', '0ms' or DEFAULT, which is what the server has, mostly 0.
func endless(value []tok) bool {
	if len(value) != 1 {
		return false
	}
	if value[0].is("default") {
		return true
	}
	digits := strings.TrimRight(strings.Trim(value[0].text, "'"), " abcdefghijklmnopqrstuvwxyz")
	return digits != "" && strings.Trim(digits, "0.") == ""
}

func (f *file) unlimited(which string, about Span) {
	d := Diagnostic{
		Rule: "require-timeout-settings", Level: Error,
		Title:  "this file may now wait for a lock without end, and everybody who comes after waits behind it",
		Help:   "leave the limits that readme-ops sets for each file, or set longer ones",
		Better: []string{"set local lock_timeout = '5s';"},
	}
	if which == "statement_timeout" {
		d.Title = "a statement may now run without end, and hold its locks"
		d.Better = []string{"set local statement_timeout = '30min';"}
	}
	f.say(d, about)
}

// rebuilds look at statements that write a table or an index anew while nobody may use it.
func rebuilds(f *file, _ int, s stmt) {
	c := &cursor{toks: s.toks}
	switch {
	case c.take("reindex"):
		options := c.group()
		kind := c.one("index", "table", "schema", "database", "system")
		if kind == "" || kind == "system" || c.take("concurrently") || has(options, "concurrently") {
			return
		}
		f.say(Diagnostic{
			Rule: "require-concurrent-reindex", Level: Warning,
			Title:  "nobody writes to the table, or uses the index, until it is built anew",
			Help:   "do it concurrently" + aloneHelp,
			Better: []string{alone, insert(s, c.i, "concurrently") + ";"},
		}, span(s.toks))
	case c.take("cluster"), c.take("vacuum") && (has(s.toks, "full") || has(c.group(), "full")):
		f.say(Diagnostic{
			Rule: "prefer-repack", Level: Warning,
			Title:  "the table is written anew, and nobody reads or writes it meanwhile",
			Help:   "VACUUM alone blocks nobody; where the space is needed back, the extension pg_repack does this while the table is in use",
			Better: []string{"vacuum (analyze) ...;"},
		}, span(s.toks))
	}
}

// partitions look at a part that leaves its table.
func partitions(f *file, _ int, s stmt) {
	t := s.alter
	if t == nil || f.has(t.table.key()) {
		return
	}
	for _, a := range t.actions {
		if a.do == detachPartition && !has(a.rest, "concurrently") && !has(a.rest, "finalize") {
			f.say(Diagnostic{
				Rule: "require-concurrent-partition-detach", Level: Warning,
				Title:  "nobody reads or writes " + t.table.name + " while the part leaves it, and this waits for all who do now",
				Help:   "detach it concurrently" + aloneHelp,
				Better: []string{alone, oneLine("alter table " + s.text(t.table.toks) + " " + s.text(a.toks) + " concurrently;")},
			}, span(a.toks))
		}
	}
}
