package steps

import (
	"slices"

	"readme/cli/migrate"
	"readme/cli/migrate/lint"
)

// linted lets the rules look at what is pending: errors refuse the release before anything moves, warnings are lines of the
// plan. In the box nobody has the public roles of Supabase, so nothing can be open to them.
func linted(files []migrate.Migration, st migrate.Status, supabase bool) ([]string, error) {
	pending := func(name string) bool {
		return slices.ContainsFunc(st.Pending, func(m migrate.Migration) bool { return m.Name == name })
	}
	found := lint.Of(lint.Check(files, lint.Project{Supabase: supabase, New: pending}), pending)
	return lint.Lines(found), lint.Refused(found)
}
