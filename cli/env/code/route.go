package code

import "strings"

// route is the way from a value to the name within it: steps, each ended by a slash. "" is the value itself.
type route string

// The steps that are no fields: ".name/" is one.
const (
	element = "[]" // of a slice, array or map
	key     = "{}" // of a map
)

// cut takes the first step off.
func (r route) cut() (step string, rest route) {
	step, tail, _ := strings.Cut(string(r), "/")
	return step, route(tail)
}

// after puts a step before a route.
func (r route) after(step string) route { return route(step+"/") + r }

// tooLong reports a route that only recursion makes.
func (r route) tooLong() bool { return strings.Count(string(r), "/") > 8 }

// affix is what is put around a name: "APP_" + strings.ToUpper(name).
type affix struct {
	before, behind string
	upper          bool
}

func (a affix) of(name string) string {
	if a.upper {
		name = strings.ToUpper(name)
	}
	return a.before + name + a.behind
}

// around puts more between what is put around a name and the name.
func (a affix) around(before, behind string) affix {
	plain := affix{upper: a.upper}
	return affix{a.before + plain.of(before), plain.of(behind) + a.behind, a.upper}
}
