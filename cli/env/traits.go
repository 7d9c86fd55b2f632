package env

import (
	"slices"
	"strings"

	"readme/cli/spec"
)

// Annotate spells what the matrix says of a variable as varlock does, without the comment sign:
// "@required @sensitive @type=url".
func Annotate(v spec.Variable) string {
	var words []string
	for _, t := range traits(v) {
		if t.want != "" {
			words = append(words, t.want)
		}
	}
	return strings.Join(words, " ")
}

// trait is one of the three things that an annotation says and that the matrix knows. People may spell it in several
// ways, and may say more.
type trait struct {
	name, opposite string // decorators that say it
	want           string // as we write it; "" where nothing is to be said
	v              spec.Variable
}

func traits(v spec.Variable) [3]trait {
	required := "@required"
	switch {
	case v.Optional:
		required = "@optional"
	case v.Required != nil:
		required = "@required=forEnv(" + strings.Join(v.Required, ", ") + ")"
	}
	sensitive := "@sensitive"
	if !v.Secret {
		sensitive = "@sensitive=false" // without it, varlock takes every variable for a secret
	}
	kind := ""
	if k := spec.PlainType(v.Type); k != "" {
		kind = "@type=" + k // varlock refuses a file with a type that it does not know
	}
	return [3]trait{{"required", "optional", required, v}, {"sensitive", "public", sensitive, v}, {"type", "", kind, v}}
}

func (t trait) is(d decorator) bool {
	return d.name == t.name || d.name == t.opposite
}

// agrees reports whether a decorator of this trait says what the matrix says, in whatever spelling.
func (t trait) agrees(d decorator) bool {
	switch {
	case t.name == "type":
		return typeAgrees(t.v, d.value)
	case t.name == "required":
		return says(d, t) == saysEnvironments(t.v)
	case t.v.Secret:
		return says(d, t) == "yes"
	}
	return says(d, t) == "no"
}

// says is "yes", "no" or for which environments.
func says(d decorator, t trait) string {
	switch {
	case d.name == t.name && (d.value == "" || d.value == "true"), d.name == t.opposite && d.value == "false":
		return "yes"
	case d.name == t.opposite && (d.value == "" || d.value == "true"), d.name == t.name && d.value == "false":
		return "no"
	}
	if list, ok := strings.CutPrefix(d.value, "forEnv("); ok && d.name == t.name && strings.HasSuffix(list, ")") {
		names := strings.FieldsFunc(strings.TrimSuffix(list, ")"), func(r rune) bool { return strings.ContainsRune(", \t", r) })
		return environmentList(names)
	}
	return "something else"
}

func saysEnvironments(v spec.Variable) string {
	switch {
	case v.Optional:
		return "no"
	case v.Required == nil:
		return "yes"
	}
	return environmentList(v.Required)
}

func environmentList(names []string) string {
	return "in " + strings.Join(slices.Compact(slices.Sorted(slices.Values(names))), " ")
}

// typeAgrees takes a type of varlock's that says more than the matrix can, such as enum(a, b) for a string.
func typeAgrees(v spec.Variable, value string) bool {
	base, _, _ := strings.Cut(value, "(")
	if want := spec.PlainType(v.Type); want != "" {
		return base == want
	}
	return base == "string" || !slices.Contains(spec.Types(), base)
}
