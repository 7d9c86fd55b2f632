package steps

import (
	"slices"
	"strings"

	"readme/cli/provider"
	"readme/cli/release"
)

// variables are those that a client gives by their names, nil for a value that cannot be read.
func variables(by map[string]*string) []provider.Variable {
	out := make([]provider.Variable, 0, len(by))
	for name, value := range by {
		v := provider.Variable{Name: name, Readable: value != nil, Sensitive: value == nil}
		if value != nil {
			v.Value = release.NewSecret(*value)
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b provider.Variable) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// find gives the variable of that name.
func find(vars []provider.Variable, name string) (provider.Variable, bool) {
	i := slices.IndexFunc(vars, func(v provider.Variable) bool { return v.Name == name })
	if i < 0 {
		return provider.Variable{}, false
	}
	return vars[i], true
}
