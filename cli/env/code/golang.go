package code

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
)

// goUses finds the variables that a Go file reads by a literal name.
func goUses(name string, data []byte) []spot {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, data, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	var out []spot
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Getenv" && sel.Sel.Name != "LookupEnv" {
			return true
		}
		if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				out = append(out, spot{text, files.Position(lit.Pos()).Offset})
			}
		}
		return true
	})
	return out
}
