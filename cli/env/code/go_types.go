package code

import (
	"go/ast"
	"go/token"
	"slices"
)

// typ is a type as far as the text tells it. The zero value is one that is not known.
type typ struct {
	pkg  *goPackage // of a named type of the project
	name string
	file *goFile // where expr stands
	expr ast.Expr
	far  bool // it is known, and not of this project
}

const deepest = 12

// typeExpr reads an expression that stands for a type, or for a pointer to one.
func (g *golangs) typeExpr(f *goFile, e ast.Expr, depth int) typ {
	if depth > deepest {
		return typ{}
	}
	switch e := e.(type) {
	case *ast.StarExpr:
		return g.typeExpr(f, e.X, depth+1)
	case *ast.ParenExpr:
		return g.typeExpr(f, e.X, depth+1)
	case *ast.IndexExpr:
		return g.typeExpr(f, e.X, depth+1)
	case *ast.IndexListExpr:
		return g.typeExpr(f, e.X, depth+1)
	case *ast.Ident, *ast.SelectorExpr:
		ent, ok := g.resolve(f, e)
		if !ok {
			_, builtin := e.(*ast.Ident)
			return typ{far: builtin}
		}
		if ent.obj == nil {
			return typ{far: true}
		}
		spec, ok := ent.obj.Decl.(*ast.TypeSpec)
		if !ok {
			return typ{} // a parameter of a generic function
		}
		if spec.Assign.IsValid() {
			return g.typeExpr(ent.file, spec.Type, depth+1)
		}
		return typ{pkg: ent.file.pkg, name: ent.name, file: ent.file, expr: spec.Type}
	case *ast.ArrayType, *ast.MapType, *ast.StructType, *ast.FuncType, *ast.InterfaceType:
		return typ{file: f, expr: e}
	}
	return typ{}
}

// typeOf tells the type of an expression, or nothing.
func (g *golangs) typeOf(f *goFile, e ast.Expr, depth int) typ {
	if depth > deepest {
		return typ{}
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		return g.typeOf(f, e.X, depth+1)
	case *ast.StarExpr:
		return g.typeOf(f, e.X, depth+1)
	case *ast.CompositeLit:
		if e.Type != nil {
			return g.typeExpr(f, e.Type, depth+1)
		}
	case *ast.IndexExpr:
		return g.typeOf(f, e.X, depth+1).inner(g, element)
	case *ast.CallExpr:
		return g.typeOfCall(f, e, depth+1)
	case *ast.Ident:
		if ent, ok := g.resolve(f, e); ok && ent.obj != nil {
			return g.typeOfObject(ent, depth+1)
		}
	case *ast.SelectorExpr:
		if ent, ok := g.resolve(f, e); ok {
			if ent.obj == nil {
				return typ{far: true}
			}
			return g.typeOfObject(ent, depth+1)
		}
		x := g.typeOf(f, e.X, depth+1)
		if x.far {
			return x
		}
		return x.field(g, e.Sel.Name)
	}
	return typ{}
}

func (g *golangs) typeOfObject(ent entity, depth int) typ {
	switch d := ent.obj.Decl.(type) {
	case *ast.Field:
		return g.typeExpr(ent.file, d.Type, depth)
	case *ast.ValueSpec:
		if d.Type != nil {
			return g.typeExpr(ent.file, d.Type, depth)
		}
		if i := slices.IndexFunc(d.Names, func(id *ast.Ident) bool { return id.Name == ent.name }); i >= 0 && i < len(d.Values) {
			return g.typeOf(ent.file, d.Values[i], depth)
		}
	case *ast.AssignStmt:
		if len(d.Rhs) != 1 && len(d.Rhs) != len(d.Lhs) {
			return typ{}
		}
		i := slices.IndexFunc(d.Lhs, func(e ast.Expr) bool {
			id, ok := e.(*ast.Ident)
			return ok && objectOf(id) == ent.obj
		})
		switch {
		case i < 0:
		case ranges(d.Rhs[0]):
			r, _ := d.Rhs[0].(*ast.UnaryExpr)
			return g.typeOf(ent.file, r.X, depth).inner(g, []string{key, element}[min(i, 1)])
		case len(d.Rhs) == len(d.Lhs):
			return g.typeOf(ent.file, d.Rhs[i], depth)
		case i == 0:
			return g.typeOf(ent.file, d.Rhs[0], depth)
		}
	}
	return typ{}
}

func (g *golangs) typeOfCall(f *goFile, call *ast.CallExpr, depth int) typ {
	if g.converts(f, call.Fun) {
		return g.typeExpr(f, call.Fun, depth)
	}
	if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "new" && len(call.Args) == 1 {
		return g.typeExpr(f, call.Args[0], depth)
	}
	ent, ok := g.resolve(f, call.Fun)
	if !ok || ent.obj == nil {
		if sel, isSel := call.Fun.(*ast.SelectorExpr); !ok && isSel && g.typeOf(f, sel.X, depth).far {
			return typ{far: true}
		}
		return typ{far: ok}
	}
	fn, ok := ent.obj.Decl.(*ast.FuncDecl)
	if !ok || fn.Type.Results == nil || len(fn.Type.Results.List) == 0 {
		return typ{}
	}
	return g.typeExpr(ent.file, fn.Type.Results.List[0].Type, depth)
}

// inner is the type of an element or a key.
func (t typ) inner(g *golangs, step string) typ {
	switch e := t.expr.(type) {
	case *ast.ArrayType:
		if step == element {
			return g.typeExpr(t.file, e.Elt, 0)
		}
	case *ast.MapType:
		if step == element {
			return g.typeExpr(t.file, e.Value, 0)
		}
		return g.typeExpr(t.file, e.Key, 0)
	}
	return typ{far: t.far}
}

// fields names those of a struct, in order.
func (t typ) fields() []string {
	s, ok := t.expr.(*ast.StructType)
	if !ok {
		return nil
	}
	var out []string
	for _, field := range s.Fields.List {
		for _, id := range field.Names {
			out = append(out, id.Name)
		}
		if len(field.Names) == 0 {
			out = append(out, embedded(field.Type))
		}
	}
	return out
}

// field is the type of one.
func (t typ) field(g *golangs, name string) typ {
	s, ok := t.expr.(*ast.StructType)
	if !ok {
		return typ{}
	}
	for _, field := range s.Fields.List {
		if slices.ContainsFunc(field.Names, func(id *ast.Ident) bool { return id.Name == name }) || len(field.Names) == 0 && embedded(field.Type) == name {
			return g.typeExpr(t.file, field.Type, 0)
		}
	}
	return typ{}
}

func embedded(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return embedded(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return embedded(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// mayBe reports whether an expression can be of a type, or hold it: what is not known can.
func (g *golangs) mayBe(f *goFile, e ast.Expr, want typ) bool {
	got := g.typeOf(f, e, 0)
	switch expr := got.expr.(type) {
	case nil:
		return !got.far
	case *ast.InterfaceType:
		return true
	case *ast.StructType:
		if got.pkg == want.pkg && got.name == want.name {
			return true
		}
		return slices.ContainsFunc(expr.Fields.List, func(field *ast.Field) bool {
			return len(field.Names) == 0 && field.Tag == nil && field.Pos() != token.NoPos
		})
	}
	return got.pkg == want.pkg && got.name == want.name
}
