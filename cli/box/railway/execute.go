package railway

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// object is one GraphQL object: values, or a resolver where computing one takes arguments.
type object map[string]any

type resolver func(args map[string]any) (any, error)

// refusal is an error with a code of its own; every other error is an internal one.
type refusal struct{ message, code string }

func (r refusal) Error() string { return r.message }

var (
	errNotAuthorized = errors.New("Not Authorized")          //nolint:staticcheck // Railway's own words
	errNoToken       = errors.New("Project Token not found") //nolint:staticcheck // Railway's own words
	errNoInstance    = errors.New("ServiceInstance not found")
	errNoCommit      = errors.New("Commit not found")           //nolint:staticcheck // Railway's own words
	errNoRepository  = errors.New("Repository not found")       //nolint:staticcheck // Railway's own words
	errNoDeployment  = errors.New("Deployment not found")       //nolint:staticcheck // Railway's own words
	errProcessing    = errors.New("Problem processing request") //nolint:staticcheck // Railway's own words
)

// offContract is a text that the schema does not allow, on purpose.
type offContract string

// mostObjects is how many objects one answer may have.
const mostObjects = 100_000

// execution carries out one operation. The emulator's lock is held from its first field to its last, but for what
// call.outside does.
type execution struct {
	ctx   context.Context //nolint:containedctx // an execution lives as long as its request
	e     *Emulator
	vars  map[string]any
	who   caller
	count int
}

func (x *execution) operation(op *ast.OperationDefinition) (map[string]any, []answerError) {
	x.e.mu.Lock()
	defer x.e.mu.Unlock()
	roots, typ := x.e.queries(), x.e.schema.Query
	if op.Operation == ast.Mutation {
		roots, typ = x.e.mutations(), x.e.schema.Mutation
	}
	o := object{}
	for name, answer := range roots {
		o[name] = resolver(func(args map[string]any) (any, error) {
			c := &call{ctx: x.ctx, e: x.e, who: x.who, write: op.Operation == ast.Mutation, field: name, args: args, in: input(args)}
			if err := c.authorize(); err != nil {
				return nil, err
			}
			return answer(c)
		})
	}
	data, err := x.object(op.SelectionSet, typ, o)
	if err != nil {
		return nil, []answerError{err.answer()}
	}
	return data, nil
}

// fieldError is an error with the field at which it happened.
type fieldError struct {
	field *ast.Field
	path  []string
	err   error
}

func (f *fieldError) answer() answerError {
	code := codeInternal
	if r, ok := errors.AsType[refusal](f.err); ok {
		code = r.code
	}
	a := newAnswerError(f.err.Error(), code)
	a.Path = f.path
	if p := f.field.Position; p != nil {
		a.Locations = []gqlerror.Location{{Line: p.Line, Column: p.Column}}
	}
	return a
}

// object computes the selected fields, in order, up to the first error.
func (x *execution) object(set ast.SelectionSet, typ *ast.Definition, o object) (map[string]any, *fieldError) {
	out := map[string]any{}
	x.count++
	for _, f := range fields(set) {
		if x.count > mostObjects {
			return nil, &fieldError{field: f, err: errProcessing}
		}
		if f.Name == "__typename" {
			out[f.Alias] = typ.Name
			continue
		}
		v, known := o[f.Name]
		var err error
		if r, ok := v.(resolver); ok {
			v, err = r(f.ArgumentMap(x.vars))
		} else if !known {
			err = fmt.Errorf("the emulator does not know %s.%s", typ.Name, f.Name)
		}
		if err != nil {
			return nil, &fieldError{field: f, path: []string{f.Alias}, err: err}
		}
		done, ferr := x.complete(f, f.Definition.Type, v)
		if ferr != nil {
			ferr.path = append([]string{f.Alias}, ferr.path...)
			return nil, ferr
		}
		out[f.Alias] = done
	}
	return out, nil
}

// complete holds a value against its type in the contract, so that the emulator cannot answer what Railway could not.
func (x *execution) complete(f *ast.Field, typ *ast.Type, v any) (any, *fieldError) {
	bad := func(err error) *fieldError { return &fieldError{field: f, err: err} }
	if v == nil {
		if typ.NonNull {
			return nil, bad(errors.New("Cannot return null for non-nullable field " + f.ObjectDefinition.Name + "." + f.Name))
		}
		return nil, nil
	}
	if typ.Elem != nil {
		list, ok := v.([]object)
		if !ok {
			texts, ok := v.([]string)
			if !ok {
				return nil, bad(fmt.Errorf("the emulator gives %T for the list %s", v, f.Name))
			}
			return texts, nil
		}
		out := []any{}
		for _, o := range list {
			done, err := x.complete(f, typ.Elem, o)
			if err != nil {
				return nil, err
			}
			out = append(out, done)
		}
		return out, nil
	}
	def := x.e.schema.Types[typ.NamedType]
	if o, ok := v.(object); ok && def.Kind == ast.Object {
		return x.object(f.SelectionSet, def, o)
	}
	if err := leaf(def, v); err != nil {
		return nil, bad(fmt.Errorf("%s: %w", f.Name, err))
	}
	return v, nil
}

// leaf checks a scalar or enum value.
func leaf(def *ast.Definition, v any) error {
	if _, ok := v.(offContract); ok {
		return nil
	}
	ok := true
	switch def.Kind {
	case ast.Enum:
		s, text := v.(string)
		ok = text && slices.ContainsFunc(def.EnumValues, func(e *ast.EnumValueDefinition) bool { return e.Name == s })
	case ast.Scalar:
		switch def.Name {
		case "String", "ID":
			_, ok = v.(string)
		case "Int":
			_, ok = v.(int)
		case "Boolean":
			_, ok = v.(bool)
		}
	default:
		ok = false
	}
	if !ok {
		return fmt.Errorf("the emulator gives %v (%T) for a %s", v, v, def.Name)
	}
	return nil
}

// fields flattens fragments; two selections of one field become one.
func fields(set ast.SelectionSet) []*ast.Field {
	var out []*ast.Field
	add := func(f *ast.Field) {
		for i, o := range out {
			if o.Alias == f.Alias {
				merged := *o
				merged.SelectionSet = append(slices.Clone(o.SelectionSet), f.SelectionSet...)
				out[i] = &merged
				return
			}
		}
		out = append(out, f)
	}
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			add(s)
		case *ast.FragmentSpread:
			for _, f := range fields(s.Definition.SelectionSet) {
				add(f)
			}
		case *ast.InlineFragment:
			for _, f := range fields(s.SelectionSet) {
				add(f)
			}
		}
	}
	return out
}

// text reads a string argument; "" if it is absent or null.
func text(args map[string]any, name string) string {
	s, _ := args[name].(string)
	return s
}

// whole reads an Int argument, whichever way it arrived.
func whole(args map[string]any, name string, otherwise int) int {
	switch n := args[name].(type) {
	case int:
		return n
	case int64:
		return int(n)
	case float64:
		return int(n)
	}
	return otherwise
}

func flag(args map[string]any, name string) bool {
	b, _ := args[name].(bool)
	return b
}

// input reads an input object.
func input(args map[string]any) map[string]any {
	in, _ := args["input"].(map[string]any)
	return in
}
