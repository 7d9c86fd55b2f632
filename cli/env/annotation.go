package env

import (
	"slices"
	"strings"

	"readme/cli/spec"
)

// Annotation spells what the matrix says of a variable as varlock does, without the comment sign:
// "@required @sensitive @type=url".
func Annotation(v spec.Variable) string {
	want := wanted(v)
	return strings.Join(slices.DeleteFunc([]string{want.required, want.sensitive, want.kind}, func(s string) bool { return s == "" }), " ")
}

// annotated are the three decorators that say what the matrix says.
type annotated struct {
	required, sensitive string
	kind                string // "" for a string
}

func wanted(v spec.Variable) annotated {
	out := annotated{required: "@required", sensitive: "@sensitive"}
	switch {
	case v.Optional:
		out.required = "@optional"
	case v.Required != nil:
		out.required = "@required=forEnv(" + strings.Join(v.Required, ", ") + ")"
	}
	if !v.Secret {
		out.sensitive = "@sensitive=false" // without it, varlock takes every variable for a secret
	}
	if kind := varlockType(v.Type); kind != "string" {
		out.kind = "@type=" + kind
	}
	return out
}

// varlockType is varlock's name for a type. It refuses a file with a type that it does not know, so ours become its own.
func varlockType(kind string) string {
	switch {
	case slices.Contains([]string{"url", "port", "uuid", "number", "boolean"}, kind):
		return kind
	case strings.HasSuffix(kind, "-url"):
		return "url"
	}
	return "string"
}
