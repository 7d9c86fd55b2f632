package code

import (
	"go/ast"
	"slices"
)

// function is a function of the project with a body: declared, a method, or a literal.
type function struct {
	file *goFile
	decl *ast.FuncDecl // or
	lit  *ast.FuncLit
	at   int32 // of lit
}

func (fn function) typ() *ast.FuncType {
	if fn.decl != nil {
		return fn.decl.Type
	}
	return fn.lit.Type
}

func (fn function) body() *ast.BlockStmt {
	if fn.decl != nil {
		return fn.decl.Body
	}
	return fn.lit.Body
}

// parameter gives the name and object of the parameter that takes an argument, or nil.
func (fn function) parameter(i int) (variadic bool, obj *object) {
	n := 0
	for _, field := range fn.typ().Params.List {
		_, variadic = field.Type.(*ast.Ellipsis)
		for _, id := range field.Names {
			if n == i || variadic {
				return variadic, objectOf(id)
			}
			n++
		}
		if len(field.Names) == 0 {
			n++
		}
	}
	return false, nil
}

// position gives the index of a parameter.
func (fn function) position(obj *object) (i int, variadic, ok bool) {
	for _, field := range fn.typ().Params.List {
		_, variadic = field.Type.(*ast.Ellipsis)
		for _, id := range field.Names {
			if objectOf(id) == obj {
				return i, variadic, true
			}
			i++
		}
		if len(field.Names) == 0 {
			i++
		}
	}
	return 0, false, false
}

// enclosing gives the function that a node stands in.
func (f *goFile) enclosing(at int32) (function, bool) {
	for ; at >= 0; at = f.up[at] {
		switch n := f.nodes[at].(type) {
		case *ast.FuncDecl:
			return function{file: f, decl: n}, true
		case *ast.FuncLit:
			return function{file: f, lit: n, at: at}, true
		}
	}
	return function{}, false
}

// uses calls do for the places where a function is named: as a callee or as a value.
func (g *golangs) uses(fn function, do func(*goFile, int32)) {
	f := fn.file
	switch {
	case fn.lit != nil:
		do(f, fn.at)
	case fn.decl.Recv != nil:
		receiver := g.typeExpr(f, fn.decl.Recv.List[0].Type, 0)
		g.everywhere(f.pkg, fn.decl.Name.Name, func(f *goFile, at int32) {
			if sel, up := f.selects(at); sel != nil && g.mayBe(f, sel.X, receiver) {
				do(f, up)
			}
		})
	default:
		g.everywhere(f.pkg, fn.decl.Name.Name, func(in *goFile, at int32) {
			if sel, up := in.selects(at); sel != nil {
				return // a method or field of that name
			} else if in.pkg == f.pkg && up == at {
				if id, ok := in.nodes[at].(*ast.Ident); ok && (objectOf(id) == nil || in.scope()[id.Name] == objectOf(id)) {
					do(in, at)
				}
			} else if e, ok := g.resolve(in, in.nodes[up].(ast.Expr)); ok && e.pkg == f.pkg && up != at {
				do(in, up)
			}
		})
	}
}

// selects gives the selector whose right side an identifier is, unless its left side is a package; and the position of
// the whole, which is the identifier's own where it is not selected.
func (f *goFile) selects(at int32) (*ast.SelectorExpr, int32) {
	up := f.up[at]
	if up < 0 {
		return nil, at
	}
	sel, ok := f.nodes[up].(*ast.SelectorExpr)
	if !ok || ast.Node(sel.Sel) != f.nodes[at] {
		return nil, at
	}
	if f.qualifier(sel) {
		return nil, up
	}
	return sel, up
}

// callees lists the functions of the project that an expression in the place of a function stands for.
func (g *golangs) callees(f *goFile, fun ast.Expr) []function {
	switch fun := ast.Unparen(fun).(type) {
	case *ast.FuncLit:
		return []function{{file: f, lit: fun, at: f.find(fun)}}
	case *ast.IndexExpr:
		return g.callees(f, fun.X)
	case *ast.IndexListExpr:
		return g.callees(f, fun.X)
	case *ast.Ident, *ast.SelectorExpr:
		if e, ok := g.resolve(f, fun); ok {
			return g.functions(e)
		}
		if sel, ok := fun.(*ast.SelectorExpr); ok && !f.qualifier(sel) {
			return g.methods(f, sel)
		}
	}
	return nil
}

// functions are what a name stands for: a declared function, or the literal that a variable was made with.
func (g *golangs) functions(e entity) []function {
	if e.obj == nil {
		return nil
	}
	var value ast.Expr
	switch d := e.obj.Decl.(type) {
	case *ast.FuncDecl:
		if d.Body != nil {
			return []function{{file: e.file, decl: d}}
		}
	case *ast.AssignStmt:
		value = valueOf(d.Lhs, d.Rhs, e.obj)
	case *ast.ValueSpec:
		if i := slices.IndexFunc(d.Names, func(id *ast.Ident) bool { return objectOf(id) == e.obj }); i >= 0 && i < len(d.Values) {
			value = d.Values[i]
		}
	}
	if lit, ok := value.(*ast.FuncLit); ok {
		return []function{{file: e.file, lit: lit, at: e.file.find(lit)}}
	}
	return nil
}

// methods are those of a selector's name that its left side may have, in this package and those that the file imports.
func (g *golangs) methods(f *goFile, sel *ast.SelectorExpr) []function {
	var out []function
	look := func(pkg *goPackage) {
		for _, in := range pkg.files {
			if !in.mentions(sel.Sel.Name) {
				continue
			}
			in.parse()
			for _, m := range in.methods {
				if m.Name.Name == sel.Sel.Name && m.Body != nil && g.mayBe(f, sel.X, g.typeExpr(in, m.Recv.List[0].Type, 0)) {
					out = append(out, function{file: in, decl: m})
				}
			}
		}
	}
	look(f.pkg)
	if ast.IsExported(sel.Sel.Name) {
		for _, importPath := range f.imports {
			if dir := g.dirOf(importPath); dir != "" && g.in(dir) != f.pkg {
				look(g.in(dir))
			}
		}
	}
	return out
}

// find gives the position of a literal or a field, or that of the file where it is in another one.
func (f *goFile) find(n ast.Node) int32 {
	f.index()
	return f.at[n]
}

// valueOf gives what an assignment gives to a variable, or nil.
func valueOf(left, right []ast.Expr, obj *object) ast.Expr {
	for i, e := range left {
		if id, ok := e.(*ast.Ident); ok && objectOf(id) == obj && len(left) == len(right) {
			return right[i]
		}
	}
	return nil
}
