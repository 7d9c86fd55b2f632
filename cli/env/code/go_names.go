package code

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// question is asked once.
type question struct {
	of      any // a node, or the object of a variable
	route   route
	around  affix
	roundly bool
	into    *[]string
}

func (w wanted) question(of any) question { return question{of, w.route, w.around, w.roundly, w.into} }

// wanted is what is looked for in an expression: the names on a route from it.
type wanted struct {
	route   route
	around  affix
	roundly bool
	site    site      // where they are read
	into    *[]string // where they go if they are only a part of a name
}

// site is an expression in a file.
type site struct {
	file *goFile
	e    ast.Expr
}

const unknown = "the name of a variable that is read here is only known when it runs"

// names finds the names that an expression can stand for, and notes them where they are written.
func (g *golangs) names(f *goFile, e ast.Expr, r route, around affix, roundly bool) {
	g.find(f, e, wanted{route: r, around: around, roundly: roundly, site: site{f, e}})
}

func (g *golangs) find(f *goFile, e ast.Expr, w wanted) {
	e = ast.Unparen(e)
	q := w.question(e)
	if g.asked[q] || w.route.tooLong() || g.ctx.Err() != nil {
		return
	}
	g.asked[q] = true
	if w.route == "" {
		if text, ok := g.constant(f, e, 0); ok {
			g.found(f, e, text, w)
			return
		}
	}
	switch e := e.(type) {
	case *ast.Ident, *ast.SelectorExpr:
		g.named(f, e, w)
	case *ast.BinaryExpr:
		g.joined(f, e, w)
	case *ast.CompositeLit:
		g.composite(f, e, typ{}, w)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			g.find(f, e.X, w)
		}
	case *ast.StarExpr:
		g.find(f, e.X, w)
	case *ast.IndexExpr:
		w.route = w.route.after(element)
		g.find(f, e.X, w)
	case *ast.SliceExpr:
		g.find(f, e.X, w)
	case *ast.TypeAssertExpr:
		g.find(f, e.X, w)
	case *ast.CallExpr:
		g.called(f, e, w)
	}
}

// found notes a name. One that came in a roundabout way could be something else, such as the key of a form.
func (g *golangs) found(f *goFile, e ast.Expr, text string, w wanted) {
	name := w.around.of(text)
	if w.into != nil {
		*w.into = append(*w.into, name)
		return
	}
	if w.roundly && !shouted(name) {
		return
	}
	f.use(name, f.offset(e))
}

// lost notes that a name is not known.
func (g *golangs) lost(w wanted) {
	if !w.roundly && w.into == nil {
		w.site.file.note(unknown, w.site.file.offset(w.site.e))
	}
}

// named is a variable, a parameter, or a field.
func (g *golangs) named(f *goFile, e ast.Expr, w wanted) {
	if ent, ok := g.resolve(f, e); ok {
		if ent.obj != nil && ent.obj.Kind == ast.Var {
			g.variable(ent.file, ent.obj, w)
		} else if ent.obj == nil {
			g.lost(w)
		}
		return
	}
	if sel, ok := e.(*ast.SelectorExpr); ok && !f.qualifier(sel) {
		w.route = w.route.after("." + sel.Sel.Name)
		g.find(f, sel.X, w)
	}
}

// joined is "APP_" + name.
func (g *golangs) joined(f *goFile, e *ast.BinaryExpr, w wanted) {
	if e.Op != token.ADD || w.route != "" {
		return
	}
	if left := g.values(f, e.X); len(left) > 0 {
		for _, before := range left {
			w := w
			w.around = w.around.around(before, "")
			g.find(f, e.Y, w)
		}
		return
	}
	if right, ok := g.constant(f, e.Y, 0); ok {
		w.around = w.around.around("", right)
		g.find(f, e.X, w)
		return
	}
	g.lost(w)
}

// values lists what a part of a name can be. More than a few is no list that a person wrote.
func (g *golangs) values(f *goFile, e ast.Expr) []string {
	if text, ok := g.constant(f, e, 0); ok {
		return []string{text}
	}
	var out []string
	g.find(f, e, wanted{into: &out})
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > 16 {
		return nil
	}
	return out
}

// constant folds what the compiler would: literals, constants of any package of the project, their sums and conversions.
func (g *golangs) constant(f *goFile, e ast.Expr, depth int) (string, bool) {
	if depth > 20 {
		return "", false
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return text, err == nil
		}
	case *ast.Ident, *ast.SelectorExpr:
		if ent, ok := g.resolve(f, e); ok && ent.obj != nil && ent.obj.Kind == ast.Con {
			return g.declared(ent, depth+1)
		}
	case *ast.BinaryExpr:
		left, ok := g.constant(f, e.X, depth+1)
		if !ok || e.Op != token.ADD {
			return "", false
		}
		right, ok := g.constant(f, e.Y, depth+1)
		return left + right, ok
	case *ast.CallExpr:
		if len(e.Args) == 1 && g.converts(f, e.Fun) {
			return g.constant(f, e.Args[0], depth+1)
		}
	}
	return "", false
}

// declared is the value of a constant.
func (g *golangs) declared(ent entity, depth int) (string, bool) {
	spec, ok := ent.obj.Decl.(*ast.ValueSpec)
	if !ok {
		return "", false
	}
	i := slices.IndexFunc(spec.Names, func(id *ast.Ident) bool { return id.Name == ent.name })
	if i < 0 || i >= len(spec.Values) {
		return "", false
	}
	return g.constant(ent.file, spec.Values[i], depth)
}

// converts reports whether an expression in the place of a function is a type.
func (g *golangs) converts(f *goFile, fun ast.Expr) bool {
	fun = ast.Unparen(fun)
	if _, ok := fun.(*ast.ArrayType); ok {
		return true
	}
	if ent, ok := g.resolve(f, fun); ok {
		return ent.obj != nil && ent.obj.Kind == ast.Typ
	}
	id, ok := fun.(*ast.Ident)
	return ok && id.Name == "string"
}

// expanded finds the names in os.Expand and os.ExpandEnv: "$HOST:${PORT}".
func (g *golangs) expanded(f *goFile, e ast.Expr) {
	text, ok := g.constant(f, e, 0)
	if !ok {
		g.lost(wanted{site: site{f, e}})
		return
	}
	for part := range strings.SplitAfterSeq(text, "$") {
		name := strings.TrimPrefix(part, "{")
		end := 0
		for end < len(name) && (letter(name[end]) || end > 0 && digit(name[end])) {
			end++
		}
		if end > 0 && strings.Contains(text, "$"+part) {
			f.use(name[:end], f.offset(e))
		}
	}
}
