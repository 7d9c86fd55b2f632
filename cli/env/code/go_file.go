package code

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"
)

// goFile is a Go file: its imports, and once it is parsed its tree.
type goFile struct {
	*source
	pkg     *goPackage
	tree    *ast.File         // nil until somebody needs it
	clause  *ast.File         // its imports, nil if it cannot be read
	local   map[string]string // the name under which an import is known here -> its path
	methods []*ast.FuncDecl
	calls   []*ast.CallExpr // of os.Getenv and the like, with a name that is no literal
	hard    bool            // something else of it has to be followed

	// Once somebody needs them: all nodes in the order of the text, the position of each one's parent, the positions of the
	// identifiers of each name and of each object, and of what functions are made of.
	nodes []ast.Node
	up    []int32
	named map[string][]int32
	known map[*object][]int32
	at    map[ast.Node]int32
}

// object is what go/parser knows of a name within one file. go/types would need whole packages and all that they
// import, which a look at a few files cannot afford.
type object = ast.Object //nolint:staticcheck // see above; what it does not know is looked up by name

func objectOf(id *ast.Ident) *object { return id.Obj }

// scope is what a file declares for its package.
func (f *goFile) scope() map[string]*object { return f.tree.Scope.Objects }

// parse reads the whole file. A file with a mistake is read as far as it goes: its compiler tells what is wrong.
func (f *goFile) parse() {
	if f.tree != nil {
		return
	}
	tree, _ := parser.ParseFile(token.NewFileSet(), f.path, f.data, 0)
	if tree == nil || tree.Scope == nil {
		tree = &ast.File{Name: ast.NewIdent("_"), Scope: ast.NewScope(nil)}
	}
	f.tree = tree
	for _, d := range tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
			f.methods = append(f.methods, fn)
		}
	}
}

// head reads no more than the imports.
func (f *goFile) head() {
	tree := f.tree
	if tree == nil {
		tree, _ = parser.ParseFile(token.NewFileSet(), f.path, f.data, parser.ImportsOnly|parser.SkipObjectResolution)
	}
	if tree == nil {
		return
	}
	f.clause, f.local = tree, map[string]string{}
	for _, spec := range tree.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		f.imports = append(f.imports, importPath)
		name := packageName(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		f.local[name] = importPath
	}
}

// packageName guesses the name of a package: the last part of its path that is no version.
func packageName(importPath string) string {
	name := path.Base(importPath)
	if len(name) > 1 && name[0] == 'v' && digit(name[1]) {
		name = path.Base(path.Dir(importPath))
	}
	name, _, _ = strings.Cut(name, ".")
	return name
}

// index lists the nodes.
func (f *goFile) index() {
	f.parse()
	if f.nodes != nil {
		return
	}
	var stack []int32
	at := int32(-1)
	f.nodes, f.up = make([]ast.Node, 0, len(f.data)/4), make([]int32, 0, len(f.data)/4)
	f.named, f.known, f.at = map[string][]int32{}, map[*object][]int32{}, map[ast.Node]int32{}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		at++
		up := int32(-1)
		if len(stack) > 0 {
			up = stack[len(stack)-1]
		}
		stack = append(stack, at)
		f.nodes, f.up = append(f.nodes, n), append(f.up, up)
		switch n := n.(type) {
		case *ast.Ident:
			f.named[n.Name] = append(f.named[n.Name], at)
			if obj := objectOf(n); obj != nil {
				f.known[obj] = append(f.known[obj], at)
			}
		case *ast.FuncLit, *ast.Field:
			f.at[n] = at
		}
		return true
	})
}

// mentions is quick where the file was parsed before, and else sometimes wrong in one direction.
func (f *goFile) mentions(name string) bool {
	if f.nodes != nil {
		return len(f.named[name]) > 0
	}
	return f.source.mentions(name)
}

func (f *goFile) offset(n ast.Node) int {
	return max(0, min(int(n.Pos()-f.tree.FileStart), len(f.data)))
}

// counts reports whether a file is code that a person wrote and that is built with the others.
func counts(data []byte) bool {
	head := data[:min(len(data), 4096)]
	if i := bytes.Index(head, []byte("\npackage ")); i >= 0 {
		head = head[:i+1]
	} else if bytes.HasPrefix(head, []byte("package ")) {
		return true
	}
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		if bytes.HasPrefix(line, []byte("// Code generated ")) && bytes.HasSuffix(line, []byte(" DO NOT EDIT.")) || bytes.Equal(line, []byte("//go:build ignore")) {
			return false
		}
	}
	return true
}
