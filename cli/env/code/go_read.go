package code

import (
	"bytes"
	"context"
	"go/ast"
	"go/token"
	"path"
	"strconv"
)

// seeds are the functions of the standard library that read a variable by its name.
func seed(std, name string) bool {
	switch std {
	case "os":
		return name == "Getenv" || name == "LookupEnv"
	case "syscall":
		return name == "Getenv"
	}
	return false
}

// hint reports whether a file can read variables by itself. Those that do it through others are found from there.
func hint(data []byte) bool {
	if !bytes.Contains(data, []byte("nv")) {
		return false // nearly all
	}
	return hasAny(data, "Getenv", "LookupEnv", "ExpandEnv", "BindEnv", "EnvVar", "Envar", `env:"`, `envconfig:"`)
}

// first reads what a file says by itself. It runs beside others.
func (g *golangs) first(s *source) {
	if !counts(s.data) {
		s.data = nil
		return
	}
	f := &goFile{source: s}
	s.golang = f
	if hint(s.data) {
		f.parse()
	}
	f.head()
	if f.tree != nil && f.direct() {
		f.index()
		f.hard = true
	}
}

// known puts a file to its package.
func (g *golangs) known(s *source) {
	f := s.golang
	if f == nil {
		return
	}
	dir := path.Dir(s.path)
	g.module(dir)
	f.pkg = g.in(dir)
	f.pkg.files = append(f.pkg.files, f)
}

// direct finds what is read by a literal name, by struct tags and by well-known libraries, and reports whether there is more.
func (f *goFile) direct() (more bool) {
	done := map[*ast.SelectorExpr]bool{}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || len(n.Args) == 0 {
				return true
			}
			if f.seeds(sel) {
				f.call(n)
				done[sel] = true
			}
			more = more || library(sel.Sel.Name)
		case *ast.SelectorExpr:
			more = more || f.seeds(n) && !done[n]
		case *ast.StructType:
			f.tags(n, "")
		case *ast.KeyValueExpr:
			f.commandFlag(n)
		}
		return true
	})
	return more
}

// call is one of os.Getenv and the like.
func (f *goFile) call(call *ast.CallExpr) {
	if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
		f.literal(lit, affix{})
		return
	}
	f.calls = append(f.calls, call)
}

// seeds reports whether a selector is os.Getenv or one like it.
func (f *goFile) seeds(sel *ast.SelectorExpr) bool {
	x, ok := sel.X.(*ast.Ident)
	return ok && objectOf(x) == nil && seed(f.local[x.Name], sel.Sel.Name)
}

// literal notes a name that stands there in quotes.
func (f *goFile) literal(lit *ast.BasicLit, around affix) {
	if text, err := strconv.Unquote(lit.Value); err == nil {
		f.use(around.of(text), f.offset(lit))
	}
}

// solve follows the readers and the names that are handed around, through all files.
func (g *golangs) solve(ctx context.Context, files []*source) error {
	g.ctx = ctx
	for _, s := range files {
		if s.golang != nil {
			g.linked(s.golang)
		}
	}
	for _, s := range files {
		f := s.golang
		if f == nil {
			continue
		}
		for _, call := range f.calls {
			g.read(f, call, reader{})
		}
		if !f.hard {
			continue
		}
		for at, n := range f.nodes {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				g.begin(f, int32(at), sel)
			}
		}
	}
	return ctx.Err()
}

// linked makes known who imports what.
func (g *golangs) linked(f *goFile) {
	for _, importPath := range f.imports {
		if dir := g.dirOf(importPath); dir != "" {
			g.importers[dir] = append(g.importers[dir], f)
			g.renamed(f, importPath, dir)
		}
	}
}

// renamed corrects a guess: a package of the project can have another name than its folder.
func (g *golangs) renamed(f *goFile, importPath, dir string) {
	files := g.in(dir).files
	if len(files) == 0 || files[0].clause == nil {
		return
	}
	guess, name := packageName(importPath), files[0].clause.Name.Name
	if name != guess && f.local[guess] == importPath && f.local[name] == "" {
		f.local[name] = importPath
	}
}

// begin follows one selector, if it is where variables come from.
func (g *golangs) begin(f *goFile, at int32, sel *ast.SelectorExpr) {
	if f.seeds(sel) {
		g.flow(f, at, reader{})
		return
	}
	call, ok := f.nodes[max(0, f.up[at])].(*ast.CallExpr)
	if ok && library(sel.Sel.Name) && call.Fun == ast.Expr(sel) {
		g.fromLibrary(f, sel, call)
	}
}
