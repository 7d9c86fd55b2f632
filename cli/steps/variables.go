package steps

import (
	"slices"

	"readme/cli/provider"
)

// find gives the variable of that name.
func find(vars []provider.Variable, name string) (provider.Variable, bool) {
	i := slices.IndexFunc(vars, func(v provider.Variable) bool { return v.Name == name })
	if i < 0 {
		return provider.Variable{}, false
	}
	return vars[i], true
}
