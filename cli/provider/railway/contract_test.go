package railway_test

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	gotoken "go/token"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	gql "github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"readme/cli/provider/railway"
)

// The documents are read from the source, so that a new one cannot be forgotten.
func TestDocuments_validateAgainstTheContract(t *testing.T) {
	raw, err := os.ReadFile("testdata/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&gql.Source{Name: "schema.graphql", Input: string(raw)})
	if err != nil {
		t.Fatal(err)
	}
	documents := constants(t, "wire.go")
	needed, optional := railway.Documents()
	sent := slices.Concat(needed, optional)
	count := 0
	for name, document := range documents {
		if !strings.HasSuffix(name, "Query") && !strings.HasSuffix(name, "Mutation") {
			continue
		}
		count++
		if !slices.Contains(sent, document) {
			t.Errorf("doctor does not hold %s against the schema", name)
		}
		if _, errs := gqlparser.LoadQueryWithRules(schema, document, rules.NewDefaultRules()); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
		}
	}
	if count < 15 {
		t.Errorf("only %d documents were found in wire.go", count)
	}
}

// The emulator's copy of the contract is this one.
func TestContract_isTheEmulators(t *testing.T) {
	ours, err := os.ReadFile("testdata/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile("../../box/railway/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if string(ours) != string(theirs) {
		t.Error("testdata/schema.graphql and cli/box/railway/schema.graphql differ")
	}
}

// constants evaluates the string constants of a file.
func constants(t *testing.T, file string) map[string]string {
	t.Helper()
	fset := gotoken.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Importer: importer.Default(), Error: func(error) {}}
	pkg, _ := conf.Check("railway", fset, []*ast.File{f}, nil) // imports need not resolve for constants
	out := map[string]string{}
	for _, name := range pkg.Scope().Names() {
		if c, ok := pkg.Scope().Lookup(name).(*types.Const); ok && c.Val().Kind() == constant.String {
			out[name] = constant.StringVal(c.Val())
		}
	}
	return out
}
