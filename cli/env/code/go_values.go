package code

import (
	"go/ast"
	"slices"
	"strings"
)

// composite asks the parts of a literal of a slice, array, map or struct. t is its type where the literal leaves it out.
func (g *golangs) composite(f *goFile, lit *ast.CompositeLit, t typ, w wanted) {
	if lit.Type != nil && t.expr == nil {
		t = g.typeExpr(f, lit.Type, 0)
	}
	step, rest := w.route.cut()
	w.route = rest
	if name, ok := strings.CutPrefix(step, "."); ok {
		g.fieldIn(f, lit, t, name, w)
		return
	}
	if step != element && step != key {
		return
	}
	inner := t.inner(g, step)
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			elt = kv.Value
			if step == key {
				elt = kv.Key
			}
		} else if step == key {
			continue
		}
		if u, ok := elt.(*ast.UnaryExpr); ok {
			elt = u.X
		}
		if part, ok := elt.(*ast.CompositeLit); ok && part.Type == nil {
			g.composite(f, part, inner, w)
			continue
		}
		g.find(f, elt, w)
	}
}

// fieldIn asks one field of a literal of a struct.
func (g *golangs) fieldIn(f *goFile, lit *ast.CompositeLit, t typ, name string, w wanted) {
	var at int
	for i, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			if i == 0 {
				at = slices.Index(t.fields(), name)
			}
			if i != at {
				continue
			}
			g.part(f, elt, t, name, w)
			return
		}
		if id, ok := kv.Key.(*ast.Ident); ok && id.Name == name {
			g.part(f, kv.Value, t, name, w)
			return
		}
	}
	if w.into != nil && w.route == "" {
		*w.into = append(*w.into, w.around.of(""))
	}
}

// part asks the value of a field, whose type is known where it leaves it out.
func (g *golangs) part(f *goFile, e ast.Expr, t typ, name string, w wanted) {
	if lit, ok := e.(*ast.CompositeLit); ok && lit.Type == nil {
		g.composite(f, lit, t.field(g, name), w)
		return
	}
	g.find(f, e, w)
}

// fieldsOf names the fields of a literal of a struct, in order.
func (g *golangs) fieldsOf(f *goFile, lit *ast.CompositeLit) []string {
	if lit.Type == nil {
		return nil
	}
	return g.typeExpr(f, lit.Type, 0).fields()
}

// called asks what a call gives back.
func (g *golangs) called(f *goFile, call *ast.CallExpr, w wanted) {
	if len(call.Args) > 0 && g.converts(f, call.Fun) {
		g.find(f, call.Args[0], w)
		return
	}
	if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "append" && objectOf(id) == nil {
		g.appended(f, call, w)
		return
	}
	if e, ok := g.resolve(f, call.Fun); ok && e.std != "" {
		g.standard(f, call, e, w)
		return
	}
	g.results(f, call, 0, w)
}

func (g *golangs) appended(f *goFile, call *ast.CallExpr, w wanted) {
	step, rest := w.route.cut()
	for i, arg := range call.Args {
		if i == 0 || call.Ellipsis.IsValid() {
			g.find(f, arg, w)
		} else if step == element {
			w := w
			w.route = rest
			g.find(f, arg, w)
		}
	}
}

// standard knows what some functions of the standard library give back.
func (g *golangs) standard(f *goFile, call *ast.CallExpr, e entity, w wanted) {
	if len(call.Args) == 0 {
		g.lost(w)
		return
	}
	step, rest := w.route.cut()
	switch e.std + "." + e.name {
	case "strings.ToUpper":
		w.around.upper = true
		g.find(f, call.Args[0], w)
	case "strings.TrimSpace", "strings.Clone", "slices.Clone", "slices.Compact", "maps.Clone":
		g.find(f, call.Args[0], w)
	case "cmp.Or", "slices.Concat":
		for _, arg := range call.Args {
			g.find(f, arg, w)
		}
	case "slices.Sorted", "slices.Collect":
		if step == element {
			w.route = rest
			g.ranged(f, call.Args[0], 0, w)
		}
	case "strings.Fields", "strings.Split":
		g.split(f, call, w)
	case "fmt.Sprintf":
		format, ok := g.constant(f, call.Args[0], 0)
		before, behind, one := strings.Cut(format, "%s")
		if ok && one && len(call.Args) == 2 && !strings.Contains(before+behind, "%") {
			w.around = w.around.around(before, behind)
			g.find(f, call.Args[1], w)
			return
		}
		g.lost(w)
	default:
		g.lost(w)
	}
}

func (g *golangs) split(f *goFile, call *ast.CallExpr, w wanted) {
	text, ok := g.constant(f, call.Args[0], 0)
	if !ok {
		return
	}
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;:\t\n", r) }) {
		g.found(f, call, name, w)
	}
}

// result is one of those of a function.
type result struct {
	of *ast.FuncType
	i  int
}

// results asks the i-th of what a call gives back.
func (g *golangs) results(f *goFile, e ast.Expr, i int, w wanted) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		if i == 0 { // value, ok := m[k]
			g.find(f, e, w)
		}
		return
	}
	callees := g.callees(f, call.Fun)
	if len(callees) == 0 {
		g.lost(w)
	}
	for _, fn := range callees {
		q := w.question(result{fn.typ(), i})
		if g.asked[q] {
			continue
		}
		g.asked[q] = true
		ast.Inspect(fn.body(), func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				if i < len(n.Results) {
					g.find(fn.file, n.Results[i], w)
				}
			}
			return true
		})
	}
}
