package code

import (
	"go/ast"
	"go/token"
	"slices"
)

// variable asks everything that is put into a variable.
func (g *golangs) variable(f *goFile, obj *object, w wanted) {
	q := w.question(obj)
	if g.asked[q] {
		return
	}
	g.asked[q] = true
	f.index()
	switch d := obj.Decl.(type) {
	case *ast.Field:
		g.parameter(f, obj, d, w)
	case *ast.AssignStmt:
		g.defined(f, d, obj, w)
	case *ast.ValueSpec:
		i := slices.IndexFunc(d.Names, func(id *ast.Ident) bool { return id.Name == obj.Name })
		if i >= 0 && len(d.Values) == len(d.Names) {
			g.find(f, d.Values[i], w)
		} else if i >= 0 && len(d.Values) == 1 {
			g.results(f, d.Values[0], i, w)
		}
	}
	for _, at := range f.known[obj] {
		g.assigned(f, at, w)
	}
}

// defined is what the statement that made a variable gives to it: name := x, or for _, name := range xs.
func (g *golangs) defined(f *goFile, d *ast.AssignStmt, obj *object, w wanted) {
	i := slices.IndexFunc(d.Lhs, func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && objectOf(id) == obj
	})
	switch {
	case i < 0:
	case len(d.Rhs) == len(d.Lhs) && !ranges(d.Rhs[0]):
		g.find(f, d.Rhs[i], w)
	case len(d.Rhs) == 1:
		if r, ok := d.Rhs[0].(*ast.UnaryExpr); ok && r.Op == token.RANGE {
			g.ranged(f, r.X, i, w)
			return
		}
		g.results(f, d.Rhs[0], i, w)
	}
}

// ranges reports what go/parser makes of a range clause.
func ranges(e ast.Expr) bool {
	r, ok := e.(*ast.UnaryExpr)
	return ok && r.Op == token.RANGE
}

// ranged is the first or second variable of a range over x.
func (g *golangs) ranged(f *goFile, x ast.Expr, i int, w wanted) {
	step := []string{key, element}[min(i, 1)]
	if call, ok := ast.Unparen(x).(*ast.CallExpr); ok && len(call.Args) > 0 {
		if e, ok := g.resolve(f, call.Fun); ok {
			switch e.std + "." + e.name {
			case "slices.Values", "maps.Values":
				x, step = call.Args[0], element
			case "maps.Keys":
				x, step = call.Args[0], key
			case "slices.All", "slices.Backward", "maps.All":
				x = call.Args[0]
			}
		}
	}
	w.route = w.route.after(step)
	g.find(f, x, w)
}

// assigned is a variable on the left side of an assignment: itself, a field of it, or an element.
func (g *golangs) assigned(f *goFile, at int32, w wanted) {
	for up := f.up[at]; up >= 0; at, up = up, f.up[up] {
		e, _ := f.nodes[at].(ast.Expr)
		step, rest := w.route.cut()
		switch p := f.nodes[up].(type) {
		case *ast.SelectorExpr:
			if p.X != e || step != "."+p.Sel.Name {
				return
			}
			w.route = rest
		case *ast.IndexExpr:
			if p.X != e || step != element && step != key {
				return
			}
			w.route = rest
			if step == key {
				g.find(f, p.Index, w)
				return
			}
		case *ast.ParenExpr, *ast.StarExpr:
		case *ast.AssignStmt:
			g.set(f, p, e, w)
			return
		default:
			return
		}
	}
}

// set is what an assignment gives to what stands on its left side.
func (g *golangs) set(f *goFile, p *ast.AssignStmt, e ast.Expr, w wanted) {
	i := slices.Index(p.Lhs, e)
	if i >= 0 && len(p.Lhs) == len(p.Rhs) {
		g.find(f, p.Rhs[i], w)
	} else if i >= 0 && len(p.Rhs) == 1 {
		g.results(f, p.Rhs[0], i, w)
	}
}

// parameter makes the function a reader, and asks its callers; of a receiver, all that makes values of its type.
func (g *golangs) parameter(f *goFile, obj *object, d *ast.Field, w wanted) {
	list := f.up[f.find(d)]
	if list < 0 {
		return
	}
	fn, ok := f.enclosing(list)
	if !ok {
		return
	}
	if i, variadic, ok := fn.position(obj); ok {
		if w.into != nil {
			return // who calls it can give it anything
		}
		r := reader{i, variadic, w.route, w.around, w.roundly}
		g.uses(fn, func(f *goFile, at int32) { g.flow(f, at, r) })
		return
	}
	if fn.decl != nil && fn.decl.Recv != nil && len(fn.decl.Recv.List) == 1 && fn.decl.Recv.List[0] == d {
		g.made(g.typeExpr(f, d.Type, 0), w)
	}
}

// made asks the literals of a type, and what is assigned to the field of one.
func (g *golangs) made(t typ, w wanted) {
	step, rest := w.route.cut()
	if t.pkg == nil || len(step) < 2 || step[0] != '.' {
		return
	}
	g.everywhere(t.pkg, t.name, func(f *goFile, at int32) {
		_, at = f.selects(at)
		if up := f.up[at]; up >= 0 {
			if lit, ok := f.nodes[up].(*ast.CompositeLit); ok && lit.Type == f.nodes[at] {
				g.composite(f, lit, t, w)
			}
		}
	})
	g.everywhere(t.pkg, step[1:], func(f *goFile, at int32) {
		sel, up := f.selects(at)
		if sel == nil || f.up[up] < 0 || !g.mayBe(f, sel.X, t) {
			return
		}
		if set, ok := f.nodes[f.up[up]].(*ast.AssignStmt); ok && len(set.Lhs) == len(set.Rhs) {
			if i := slices.Index(set.Lhs, ast.Expr(sel)); i >= 0 {
				w := w
				w.route, w.roundly = rest, true
				g.find(f, set.Rhs[i], w)
			}
		}
	})
}
