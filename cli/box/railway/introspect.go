package railway

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// schemaView is the contract as introspection shows it.
func (e *Emulator) schemaView() object {
	s := e.schema
	return object{
		"description": nil, "queryType": e.typeView(s.Query), "mutationType": e.typeView(s.Mutation), "subscriptionType": e.typeView(s.Subscription),
		"types": resolver(func(map[string]any) (any, error) {
			list := []object{}
			for _, name := range slices.Sorted(maps.Keys(s.Types)) {
				list = append(list, e.typeView(s.Types[name]))
			}
			return list, nil
		}),
		"directives": resolver(func(map[string]any) (any, error) {
			list := []object{}
			for _, name := range slices.Sorted(maps.Keys(s.Directives)) {
				d := s.Directives[name]
				var where []string
				for _, l := range d.Locations {
					where = append(where, string(l))
				}
				list = append(list, object{
					"name": d.Name, "description": orNull(d.Description), "locations": where, "isRepeatable": d.IsRepeatable,
					"args": resolver(func(map[string]any) (any, error) { return e.argumentViews(d.Arguments), nil }),
				})
			}
			return list, nil
		}),
	}
}

func (e *Emulator) queryType(c *call) (any, error) {
	if def := e.schema.Types[text(c.args, "name")]; def != nil {
		return e.typeView(def), nil
	}
	return nil, nil
}

// typeView is a named type; its parts are computed when they are asked for, because types contain one another.
func (e *Emulator) typeView(def *ast.Definition) object {
	return object{
		"kind": string(def.Kind), "name": def.Name, "description": orNull(def.Description), "specifiedByURL": nil, "ofType": nil, "isOneOf": nil,
		"fields": resolver(func(map[string]any) (any, error) {
			if def.Kind != ast.Object && def.Kind != ast.Interface {
				return nil, nil
			}
			list := []object{}
			for _, f := range def.Fields {
				if len(f.Name) > 1 && f.Name[:2] == "__" {
					continue
				}
				list = append(list, object{
					"name": f.Name, "description": orNull(f.Description), "type": e.wrappedView(f.Type), "isDeprecated": false, "deprecationReason": nil,
					"args": resolver(func(map[string]any) (any, error) { return e.argumentViews(f.Arguments), nil }),
				})
			}
			return list, nil
		}),
		"inputFields": resolver(func(map[string]any) (any, error) {
			if def.Kind != ast.InputObject {
				return nil, nil
			}
			list := []object{}
			for _, f := range def.Fields {
				list = append(list, e.inputView(f.Name, f.Description, f.Type, f.DefaultValue))
			}
			return list, nil
		}),
		"enumValues": resolver(func(map[string]any) (any, error) {
			if def.Kind != ast.Enum {
				return nil, nil
			}
			list := []object{}
			for _, v := range def.EnumValues {
				list = append(list, object{"name": v.Name, "description": orNull(v.Description), "isDeprecated": false, "deprecationReason": nil})
			}
			return list, nil
		}),
		"interfaces": resolver(func(map[string]any) (any, error) {
			if def.Kind != ast.Object {
				return nil, nil
			}
			return []object{}, nil // the trimmed contract has none
		}),
		"possibleTypes": nil,
	}
}

// wrappedView is a type with what makes it a list or non-null.
func (e *Emulator) wrappedView(t *ast.Type) object {
	wrap := func(kind string, of object) object {
		return object{
			"kind": kind, "name": nil, "description": nil, "specifiedByURL": nil, "isOneOf": nil, "ofType": of,
			"fields": nil, "inputFields": nil, "enumValues": nil, "interfaces": nil, "possibleTypes": nil,
		}
	}
	switch {
	case t.NonNull:
		inner := *t
		inner.NonNull = false
		return wrap("NON_NULL", e.wrappedView(&inner))
	case t.Elem != nil:
		return wrap("LIST", e.wrappedView(t.Elem))
	}
	return e.typeView(e.schema.Types[t.NamedType])
}

func (e *Emulator) argumentViews(args ast.ArgumentDefinitionList) []object {
	list := []object{}
	for _, a := range args {
		list = append(list, e.inputView(a.Name, a.Description, a.Type, a.DefaultValue))
	}
	return list
}

func (e *Emulator) inputView(name, about string, t *ast.Type, otherwise *ast.Value) object {
	value := any(nil)
	if otherwise != nil {
		value = otherwise.String()
	}
	return object{
		"name": name, "description": orNull(about), "type": e.wrappedView(t), "defaultValue": value, "isDeprecated": false, "deprecationReason": nil,
	}
}
