package env

import (
	"fmt"
	"strings"

	"readme/cli/spec"
)

// Example is the env.example of a service as the matrix says it: for each variable what it is, an annotation in varlock's
// spelling, and the key, with its default if there is one. Lines end with \n.
func Example(m *spec.Matrix, s spec.Service) []byte {
	var b strings.Builder
	b.WriteString(exampleHead(s) + "\n")
	for _, v := range m.Of(s.Name) {
		b.WriteString("\n" + strings.Join(exampleLines(v), "\n") + "\n")
	}
	return []byte(b.String())
}

func exampleHead(s spec.Service) string {
	return fmt.Sprintf("# The variables of %s. Their truth is %s; values go into .env.<environment>, never in here.", s.Name, spec.MatrixFile)
}

// exampleLines are what stands in an env.example for one variable.
func exampleLines(v spec.Variable) []string {
	about := v.About
	if strings.HasPrefix(strings.TrimSpace(about), "@") {
		about = "it is " + about // else it would be an annotation itself
	}
	return []string{"# " + about, "# " + Annotate(v), v.Name + "=" + exampleValue(v)}
}

// exampleValue is the default, in a spelling that all programs read alike if there is one. A secret has none in a file that
// is committed.
func exampleValue(v spec.Variable) string {
	if veiled(v) {
		return ""
	}
	spelling, err := QuoteHere(v.Default)
	if err != nil {
		return "" // empty is read rightly: as no value
	}
	return spelling
}
