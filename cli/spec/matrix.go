package spec

import (
	"slices"

	"readme/cli/release"
)

// Matrix is envmatrix.yaml: the one truth about every variable of every service.
type Matrix struct {
	File      string
	Services  []Service  // in file order
	Variables []Variable // in file order
}

// Service is a reader of variables.
type Service struct {
	Name    string
	At      release.Place
	Example string   // path of its env.example
	Deploy  string   // the entry of release.yaml's deploy that brings it; "" for readme-ops itself
	Code    []string // folders with the code that reads its variables
	// Provided are variables that the code reads and that whoever runs it provides, beside those that its host is known for: PORT.
	Provided []string
}

// Variable is one variable and who needs it where.
type Variable struct {
	Name           string
	At             release.Place
	About          string
	Type           string // one of Types; string by default
	Secret         bool
	Services       []string
	Required       []string // environments; nil means all of them
	Optional       bool     // `required: false` or []
	Default        string
	Value          string // a fixed value or a template: "${bot.start_url}"
	SameEverywhere bool   // every service of an environment has the same value
	Unread         bool   // `code: false`: no code of ours reads it by its name, such as what a library reads
}

// RequiredIn reports whether env needs the variable.
func (v Variable) RequiredIn(env string) bool {
	if v.Optional {
		return false
	}
	if v.Required == nil {
		return true
	}
	return slices.Contains(v.Required, env)
}

// Of lists the variables that a service reads, in file order.
func (m *Matrix) Of(service string) []Variable {
	var vs []Variable
	for _, v := range m.Variables {
		if slices.Contains(v.Services, service) {
			vs = append(vs, v)
		}
	}
	return vs
}
