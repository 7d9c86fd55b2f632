package lint

// Rule is one of the rules, for lists and for who misspells one.
type Rule struct {
	ID     string
	Folder bool // it is about the folder's files, and not about SQL
}

// Rules lists all rules. Of squawk's, ban-uncommitted-transaction, transaction-nesting and
// ban-concurrent-index-creation-in-transaction are not among them, for migrate.Load refuses such files; and of a missing timeout
// nothing is said, for the runner sets both, only of one that is switched off.
func Rules() []Rule {
	var out []Rule
	for _, id := range []string{
		"require-concurrent-index-creation", "require-concurrent-index-deletion", "require-concurrent-reindex",
		"require-concurrent-partition-detach", "prefer-robust-stmts",
		"constraint-missing-not-valid", "adding-foreign-key-constraint", "disallowed-unique-constraint", "adding-serial-primary-key-field",
		"ban-alter-domain-with-add-constraint",
		"adding-required-field", "adding-field-with-default", "adding-not-nullable-field", "changing-column-type", "ban-drop-not-null",
		"ban-drop-column", "ban-drop-table", "ban-drop-schema", "ban-drop-database", "ban-drop-view", "ban-drop-function", "ban-drop-type",
		"ban-truncate", "ban-truncate-cascade", "missing-where", "renaming-column", "renaming-table",
		"require-timeout-settings", "prefer-repack",
		"prefer-bigint-over-int", "prefer-identity", "prefer-text-field", "prefer-timestamp-tz", "ban-char-field", "identifier-too-long",
		"rls-not-enabled", "security-definer-view", "security-definer-search-path", "supabase-schema", "unused-ignore",
	} {
		out = append(out, Rule{ID: id})
	}
	return append(out, Rule{ID: "file-name", Folder: true}, Rule{ID: "file-order", Folder: true})
}
