package env_test

import (
	"fmt"
	"strings"

	"readme/cli/spec"
)

// example writes the env.example of a service: for each variable what it is, an annotation in varlock's spelling, and
// the key, with the default if there is one.
func example(m *spec.Matrix, s spec.Service) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The variables of %s. Their truth is envmatrix.yaml; values go into .env.<environment>, never in here.\n", s.Name)
	for _, v := range m.Of(s.Name) {
		fmt.Fprintf(&b, "\n# %s\n# %s\n%s=%s\n", v.About, annotation(v), v.Name, plain(v.Default))
	}
	return b.String()
}

// annotation spells what the matrix says as varlock does. It refuses types that it does not know, so ours become
// its own.
func annotation(v spec.Variable) string {
	parts := []string{"@required", "@sensitive"}
	switch {
	case v.Optional:
		parts[0] = "@optional"
	case v.Required != nil:
		parts[0] = "@required=forEnv(" + strings.Join(v.Required, ", ") + ")"
	}
	if !v.Secret {
		parts[1] = "@sensitive=false" // without it, varlock takes every variable for a secret
	}
	switch v.Type {
	case "postgres-url", "redis-url":
		parts = append(parts, "@type=url")
	case "string", "supabase-secret-key":
	default:
		parts = append(parts, "@type="+v.Type)
	}
	return strings.Join(parts, " ")
}

// plain quotes a default where .env files need it.
func plain(value string) string {
	if strings.ContainsAny(value, " \t#'\"$\\`\n") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "\n", `\n`).Replace(value) + `"`
	}
	return value
}
