package env

import "slices"

// The rules of Check, beside those of a single file.
const (
	RuleEmpty      = "env/empty"       // an example leaves a value empty that has a default
	RuleDefault    = "env/default"     // an example has another value than envmatrix.yaml
	RuleDiffers    = "env/differs"     // services are to have the same value, and have two
	RuleFixed      = "env/fixed"       // a value is given by hand that comes from envmatrix.yaml
	RuleShared     = "env/shared"      // two environments lead to one database or queue
	RuleTarget     = "env/target"      // a value leads to another target than the pinned one
	RulePooler     = "env/pooler"      // migrations would go through a transaction pooler
	RulePublic     = "env/public"      // a secret under a name that is built into what browsers load
	RuleUnmarked   = "env/unmarked"    // a secret that envmatrix.yaml does not call one
	RuleTracked    = "env/tracked"     // git tracks a file with values
	RuleUnignored  = "env/not-ignored" // git would take a file with values
	RuleUndeclared = "env/undeclared"  // code reads a variable that envmatrix.yaml does not give to it
	RuleUnread     = "env/unread"      // no code reads a variable that envmatrix.yaml declares
	RuleNoCode     = "env/no-code"     // a folder of code that is not there
)

// Stops reports whether a release refuses to begin because of a finding. A declaration that nobody needs, and what only a reader of
// a page or of a comment would miss, is found by env check, in CI, and keeps nobody from a release at night.
func (f Finding) Stops() bool {
	return !slices.Contains([]string{RuleDocs, RuleAnnotation, RuleUnread}, f.Rule)
}

// Rules lists the rules that Check finds broken. RuleOracle is not among them: no text is known in which godotenv would read
// anything else and nothing else says so.
func Rules() []string {
	return []string{
		RuleNoFile, RuleMissing, RuleExtra, RuleOrder, RuleDuplicate, RuleSecretValue, RuleSyntax, RuleExpansion, RuleDialect,
		RuleType, RuleSpace, RuleAnnotation, RuleDocs, RuleReference, RulePlaceholder, RuleUnset,
		RuleEmpty, RuleDefault, RuleDiffers, RuleFixed, RuleShared, RuleTarget, RulePooler, RulePublic, RuleUnmarked,
		RuleTracked, RuleUnignored, RuleUndeclared, RuleUnread, RuleNoCode,
	}
}
