// Package env reads the variables of the services: .env files, the env.example files that must agree with
// envmatrix.yaml, and the values of an environment. No message of it ever shows a value.
package env

import "readme/cli/release"

// Finding is one thing that does not agree with envmatrix.yaml.
type Finding struct {
	Rule  string // one of the Rule constants
	Where release.Place
	Title string // without any value
	Fix   string // what to change, in words
	Try   string // a command, if one helps
}

// The rules.
const (
	RuleNoFile      = "env/no-file"      // a service's env.example does not exist, or cannot be read
	RuleMissing     = "env/missing"      // a variable of the matrix is not there
	RuleExtra       = "env/extra"        // a variable that the matrix does not give to this service
	RuleOrder       = "env/order"        // another order than in the matrix
	RuleDuplicate   = "env/duplicate"    // a key stands there twice: only the last one counts
	RuleSecretValue = "env/secret-value" // a secret has a value in a file that is committed
	RuleSyntax      = "env/syntax"       // a line that is read differently from how it looks, or not at all
	RuleExpansion   = "env/expansion"    // a "$" in a value, which godotenv takes for a variable
	RuleDialect     = "env/dialect"      // a line that the programs which read .env files read in different ways
	RuleOracle      = "env/oracle"       // a line that godotenv reads otherwise than we do
	RuleType        = "env/type"         // a value that is not of the variable's type
	RuleSpace       = "env/space"        // a value with white space around it, which no token has
	RuleReference   = "env/reference"    // what looks like a reference to a secret store, and is none
	RulePlaceholder = "env/placeholder"  // "[SENSITIVE]", "*****": what stands for a value that somebody hid
	RuleAnnotation  = "env/annotation"   // an annotation that says something else than the matrix
	RuleDocs        = "env/docs"         // docs/release-env-matrix.md is not what the matrix says
	RuleUnset       = "env/unset"        // an environment needs the variable, and nothing gives its value
)

// Fault renders the finding; the exit code is that of parity and drift.
func (f Finding) Fault() *release.Fault {
	out := &release.Fault{Title: f.Title, Detail: f.Fix + " (" + f.Rule + ")", Try: f.Try, Exit: release.ExitDrift}
	if f.Where.File != "" {
		out.Where = &f.Where
	}
	if out.Try == "" {
		out.Try = "readme-ops doctor"
	}
	return out
}

// Faults renders findings as one error, or nil if there are none.
func Faults(findings []Finding) error {
	if len(findings) == 0 {
		return nil
	}
	out := make(release.Faults, len(findings))
	for i, f := range findings {
		out[i] = f.Fault()
	}
	return out
}
