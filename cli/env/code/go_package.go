package code

import (
	"context"
	"go/ast"
	"path"
)

// golangs are the Go files of a project.
type golangs struct {
	project   *project
	modules   []module
	seen      map[string]bool // folders whose module is known
	listed    map[string]bool // folders all whose Go files are known
	packages  map[string]*goPackage
	flowed    map[flow]bool
	asked     map[question]bool
	importers map[string][]*goFile // by folder
	ctx       context.Context      //nolint:containedctx // of solve, which it lives as long as
}

// goPackage is a folder with Go files.
type goPackage struct {
	dir   string
	files []*goFile
	decls map[string]*declared
}

// declared is what a package declares under a name.
type declared struct {
	file *goFile
	obj  *object
}

func newGolangs(p *project) *golangs {
	return &golangs{
		project: p, seen: map[string]bool{}, listed: map[string]bool{}, packages: map[string]*goPackage{},
		flowed: map[flow]bool{}, asked: map[question]bool{}, importers: map[string][]*goFile{},
	}
}

// imported lists the files of the packages that a file imports: of one that was listed before, the first.
func (g *golangs) imported(s *source) []string {
	var out []string
	for _, importPath := range s.imports {
		dir := g.dirOf(importPath)
		if dir == "" {
			continue
		}
		for _, name := range g.project.folder(dir).files {
			if languageOf(name) != golang {
				continue
			}
			out = append(out, path.Join(dir, name))
			if g.listed[dir] {
				break
			}
		}
		g.listed[dir] = true
	}
	return out
}

// package of a folder, with the files that were read.
func (g *golangs) in(dir string) *goPackage {
	pkg := g.packages[dir]
	if pkg == nil {
		pkg = &goPackage{dir: dir, decls: map[string]*declared{}}
		g.packages[dir] = pkg
	}
	return pkg
}

// declaration finds what a package declares under a name, or nil.
func (p *goPackage) declaration(name string) *declared {
	if d, ok := p.decls[name]; ok {
		return d
	}
	var out *declared
	for _, f := range p.files {
		if out == nil && f.mentions(name) {
			f.parse()
			if obj := f.scope()[name]; obj != nil {
				out = &declared{f, obj}
			}
		}
	}
	p.decls[name] = out
	return out
}

// entity is what a name in an expression stands for.
type entity struct {
	obj  *object // a variable, parameter or function of a file, or what a package declares
	file *goFile // where obj is declared
	pkg  *goPackage
	name string // of what a package declares
	std  string // the path of a package that is not of this project
}

// resolve finds what an identifier or pkg.Name stands for.
func (g *golangs) resolve(f *goFile, e ast.Expr) (entity, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		if obj := objectOf(e); obj != nil {
			ent := entity{obj: obj, file: f, name: e.Name}
			if f.scope()[e.Name] == obj {
				ent.pkg = f.pkg
			}
			return ent, true
		}
		if d := f.pkg.declaration(e.Name); d != nil {
			return entity{obj: d.obj, file: d.file, pkg: f.pkg, name: e.Name}, true
		}
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok || objectOf(x) != nil {
			return entity{}, false
		}
		importPath, ok := f.local[x.Name]
		if !ok {
			return entity{}, false
		}
		dir := g.dirOf(importPath)
		if dir == "" {
			return entity{std: importPath, name: e.Sel.Name}, true
		}
		if d := g.in(dir).declaration(e.Sel.Name); d != nil {
			return entity{obj: d.obj, file: d.file, pkg: g.in(dir), name: e.Sel.Name}, true
		}
	}
	return entity{}, false
}

// qualifier reports whether a selector's left side is a package: what a file imports, no package declares itself.
func (f *goFile) qualifier(e *ast.SelectorExpr) bool {
	x, ok := e.X.(*ast.Ident)
	return ok && objectOf(x) == nil && f.local[x.Name] != ""
}
