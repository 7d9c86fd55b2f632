package code

import (
	"go/ast"
	"slices"
)

// reader is a function that reads a variable: which of its arguments is the name, or holds it.
type reader struct {
	param    int
	variadic bool  // the parameter takes the rest of the arguments
	route    route // from the argument to the name
	around   affix // what is put around the name
	roundly  bool  // it came here in a roundabout way, and could be another function: names must look like names
}

// flow is a reader at a place.
type flow struct {
	node ast.Node
	reader
}

// flow follows a reader that stands at a node: a function that is called, handed on, stored or returned.
func (g *golangs) flow(f *goFile, at int32, r reader) {
	e, _ := f.nodes[at].(ast.Expr)
	key := flow{e, r}
	if g.flowed[key] || g.ctx.Err() != nil || f.up[at] < 0 {
		return
	}
	g.flowed[key] = true
	up := f.up[at]
	switch p := f.nodes[up].(type) {
	case *ast.ParenExpr, *ast.IndexExpr, *ast.IndexListExpr:
		g.flow(f, up, r)
	case *ast.CallExpr:
		if p.Fun == e {
			g.read(f, p, r)
		} else if i := slices.Index(p.Args, e); i >= 0 {
			g.pass(f, up, p, i, r)
		}
	case *ast.AssignStmt:
		if i := slices.Index(p.Rhs, e); i >= 0 && len(p.Lhs) == len(p.Rhs) {
			g.store(f, p.Lhs[i], r)
		}
	case *ast.ValueSpec:
		if i := slices.Index(p.Values, e); i >= 0 && i < len(p.Names) {
			g.store(f, p.Names[i], r)
		}
	case *ast.KeyValueExpr, *ast.CompositeLit:
		g.kept(f, up, e, r)
	case *ast.ReturnStmt:
		if len(p.Results) == 1 {
			g.returned(f, up, r)
		}
	}
}

// kept is a reader in a literal of a struct.
func (g *golangs) kept(f *goFile, at int32, e ast.Expr, r reader) {
	switch p := f.nodes[at].(type) {
	case *ast.KeyValueExpr:
		if key, ok := p.Key.(*ast.Ident); ok && p.Value == e {
			g.field(f, f.nodes[f.up[at]], key.Name, r)
		}
	case *ast.CompositeLit:
		i := slices.Index(p.Elts, e)
		if names := g.fieldsOf(f, p); i >= 0 && i < len(names) {
			g.field(f, p, names[i], r)
		}
	}
}

// read is a call of a reader.
func (g *golangs) read(f *goFile, call *ast.CallExpr, r reader) {
	for i, arg := range call.Args {
		switch {
		case i == r.param && (!r.variadic || call.Ellipsis.IsValid()):
			g.names(f, arg, r.route, r.around, r.roundly)
		case i >= r.param && r.variadic:
			if step, rest := r.route.cut(); step == element {
				g.names(f, arg, rest, r.around, r.roundly)
			}
		}
	}
}

// pass is a reader that is an argument of a call.
func (g *golangs) pass(f *goFile, at int32, call *ast.CallExpr, i int, r reader) {
	fun := ast.Unparen(call.Fun)
	if e, ok := g.resolve(f, fun); ok {
		switch {
		case e.std == "cmp" && e.name == "Or":
			g.flow(f, at, r)
		case e.std == "os" && e.name == "Expand" && i == 1:
			g.expanded(f, call.Args[0])
		case e.obj != nil && e.obj.Kind == ast.Typ:
			g.flow(f, at, r)
		}
	}
	for _, fn := range g.callees(f, fun) {
		if _, obj := fn.parameter(i); obj != nil {
			r := r
			r.roundly = true
			g.object(fn.file, obj, r)
		}
	}
}

// store is a reader that is put into a variable or field.
func (g *golangs) store(f *goFile, into ast.Expr, r reader) {
	r.roundly = true
	switch into := ast.Unparen(into).(type) {
	case *ast.Ident:
		if e, ok := g.resolve(f, into); ok && e.obj != nil {
			g.entity(e, r)
		}
	case *ast.SelectorExpr:
		if e, ok := g.resolve(f, into); ok && e.obj != nil {
			g.entity(e, r)
			return
		}
		g.selected(f.pkg, into.Sel.Name, r)
	}
}

// entity follows a variable or function that is a reader to where it is used.
func (g *golangs) entity(e entity, r reader) {
	if e.pkg == nil {
		g.object(e.file, e.obj, r)
		return
	}
	g.everywhere(e.pkg, e.name, func(f *goFile, at int32) {
		if up := f.up[at]; up >= 0 {
			if sel, ok := f.nodes[up].(*ast.SelectorExpr); ok && sel.Sel == f.nodes[at] {
				if got, ok := g.resolve(f, sel); ok && got.pkg == e.pkg && got.name == e.name {
					g.flow(f, up, r)
				}
				return
			}
		}
		if id, ok := f.nodes[at].(*ast.Ident); ok && f.pkg == e.pkg {
			if got, ok := g.resolve(f, id); ok && got.pkg == e.pkg {
				g.flow(f, at, r)
			}
		}
	})
}

// object follows a local variable or parameter that is a reader.
func (g *golangs) object(f *goFile, obj *object, r reader) {
	f.index()
	for _, at := range f.known[obj] {
		g.flow(f, at, r)
	}
}

// field is a reader that a composite literal puts into a field.
func (g *golangs) field(f *goFile, lit ast.Node, name string, r reader) {
	r.roundly = true
	pkg := f.pkg
	if lit, ok := lit.(*ast.CompositeLit); ok && lit.Type != nil {
		if t := g.typeExpr(f, lit.Type, 0); t.pkg != nil {
			pkg = t.pkg
		}
	}
	g.selected(pkg, name, r)
}

// selected follows a field that holds a reader to where it is selected.
func (g *golangs) selected(pkg *goPackage, name string, r reader) {
	g.everywhere(pkg, name, func(f *goFile, at int32) {
		if up := f.up[at]; up >= 0 {
			if sel, ok := f.nodes[up].(*ast.SelectorExpr); ok && sel.Sel == f.nodes[at] && !f.qualifier(sel) {
				g.flow(f, up, r)
			}
		}
	})
}

// returned is a reader that a function gives to its callers.
func (g *golangs) returned(f *goFile, at int32, r reader) {
	fn, ok := f.enclosing(at)
	if !ok {
		return
	}
	r.roundly = true
	g.uses(fn, func(f *goFile, at int32) {
		if up := f.up[at]; up >= 0 {
			if call, ok := f.nodes[up].(*ast.CallExpr); ok && call.Fun == f.nodes[at] {
				g.flow(f, up, r)
			}
		}
	})
}

// everywhere calls do for the identifiers of a name, in a package and, if it is exported, in the files that import it.
func (g *golangs) everywhere(pkg *goPackage, name string, do func(*goFile, int32)) {
	var files []*source
	for _, f := range pkg.files {
		if f.mentions(name) {
			files = append(files, f.source)
		}
	}
	if ast.IsExported(name) {
		for _, f := range g.importers[pkg.dir] {
			if f.pkg != pkg && f.mentions(name) {
				files = append(files, f.source)
			}
		}
	}
	_ = each(g.ctx, files, func(s *source) error { s.golang.index(); return nil })
	if g.ctx.Err() != nil {
		return
	}
	for _, s := range files {
		for _, at := range s.golang.named[name] {
			do(s.golang, at)
		}
	}
}
