package railway

import (
	"context"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// wireType is a type in an introspection: a name, or what wraps one.
type wireType struct {
	Kind   string    `json:"kind"`
	Name   string    `json:"name"`
	OfType *wireType `json:"ofType"`
}

// String writes it as GraphQL does: [String!]!
func (t wireType) String() string {
	switch {
	case t.OfType == nil:
		return t.Name
	case t.Kind == "NON_NULL":
		return t.OfType.String() + "!"
	case t.Kind == "LIST":
		return "[" + t.OfType.String() + "]"
	}
	return t.OfType.String()
}

// named is the type's innermost name.
func (t wireType) named() string {
	if t.OfType != nil {
		return t.OfType.named()
	}
	return t.Name
}

type wireField struct {
	Name       string   `json:"name"`
	Deprecated bool     `json:"isDeprecated"`
	Type       wireType `json:"type"`
	Args       []struct {
		Name    string   `json:"name"`
		Default *string  `json:"defaultValue"`
		Type    wireType `json:"type"`
	} `json:"args"`
}

// schema is Railway's, as it is today.
type schema struct {
	roots map[ast.Operation]string
	types map[string]map[string]wireField // fields by name, by the type's name
}

// readSchema asks for it, which needs no token.
func (c *Client) readSchema(ctx context.Context) (schema, error) {
	var a struct {
		Schema struct {
			QueryType    named `json:"queryType"`
			MutationType named `json:"mutationType"`
			Types        []struct {
				Name   string      `json:"name"`
				Fields []wireField `json:"fields"`
			} `json:"types"`
		} `json:"__schema"`
	}
	if err := c.ask(ctx, request{op: "read the schema", document: schemaQuery, login: byNothing}, &a); err != nil {
		return schema{}, err
	}
	s := schema{
		roots: map[ast.Operation]string{ast.Query: a.Schema.QueryType.Name, ast.Mutation: a.Schema.MutationType.Name},
		types: map[string]map[string]wireField{},
	}
	for _, t := range a.Schema.Types {
		s.types[t.Name] = map[string]wireField{}
		for _, f := range t.Fields {
			s.types[t.Name][f.Name] = f
		}
	}
	return s, nil
}

// drift says in a line each what of our documents the schema does not know any more (broken), and what it will not know
// for long (deprecated).
func (s schema) drift(documents []string) (broken, deprecated []string) {
	w := walk{schema: s}
	for _, document := range documents {
		parsed, err := parser.ParseQuery(&ast.Source{Input: document})
		if err != nil {
			broken = append(broken, err.Error())
			continue
		}
		for _, op := range parsed.Operations {
			w.op, w.vars = op.Name, op.VariableDefinitions
			w.fields(s.roots[op.Operation], op.SelectionSet)
		}
	}
	return append(broken, w.broken...), w.deprecated
}

// walk goes through the selections of one document after the other.
type walk struct {
	schema             schema
	op                 string
	vars               ast.VariableDefinitionList
	broken, deprecated []string
}

func (w *walk) fields(typeName string, set ast.SelectionSet) {
	for _, sel := range set {
		f, ok := sel.(*ast.Field)
		if !ok || strings.HasPrefix(f.Name, "__") {
			continue
		}
		is, found := w.schema.types[typeName][f.Name]
		if !found {
			w.broken = append(w.broken, fmt.Sprintf("%s: %s has no field %s", w.op, typeName, f.Name))
			continue
		}
		if is.Deprecated {
			w.deprecated = append(w.deprecated, fmt.Sprintf("%s: %s.%s", w.op, typeName, f.Name))
		}
		w.arguments(f, is)
		w.fields(is.Type.named(), f.SelectionSet)
	}
}

func (w *walk) arguments(f *ast.Field, is wireField) {
	sent := map[string]bool{}
	for _, a := range f.Arguments {
		sent[a.Name] = true
	}
	for _, want := range is.Args {
		must := want.Type.Kind == "NON_NULL" && want.Default == nil
		if !sent[want.Name] && must {
			w.broken = append(w.broken, fmt.Sprintf("%s: %s needs an argument %s", w.op, f.Name, want.Name))
		}
		if a := f.Arguments.ForName(want.Name); a != nil && a.Value.Kind == ast.Variable {
			w.variable(f, a, want.Type.String(), must)
		}
		delete(sent, want.Name)
	}
	for name := range sent {
		w.broken = append(w.broken, fmt.Sprintf("%s: %s has no argument %s", w.op, f.Name, name))
	}
}

// variable holds the type that we declare against the type that is asked for.
func (w *walk) variable(f *ast.Field, a *ast.Argument, want string, must bool) {
	v := w.vars.ForName(a.Value.Raw)
	if v == nil {
		return
	}
	have := v.Type.String()
	if strings.TrimSuffix(have, "!") != strings.TrimSuffix(want, "!") || must && !strings.HasSuffix(have, "!") {
		w.broken = append(w.broken, fmt.Sprintf("%s: argument %s of %s is %s, and we send %s", w.op, a.Name, f.Name, want, have))
	}
}
