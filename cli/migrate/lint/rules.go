package lint

// Rule is one of the rules, for lists and for who misspells one.
type Rule struct {
	ID     string
	Folder bool // it is about the folder's files, and not about SQL
}

// Rules lists all rules. Of squawk's, ban-uncommitted-transaction, transaction-nesting and the creation of a concurrent
// index in a transaction are refused by migrate.Load already, and a missing timeout is none here, for the runner sets both.
func Rules() []Rule {
	var out []Rule
	for _, id := range []string{
		"require-concurrent-index-creation", "require-concurrent-index-deletion",
	} {
		out = append(out, Rule{ID: id})
	}
	return out
}
