package code

import (
	"go/ast"
	"go/token"
	"reflect"
	"strconv"
	"strings"
)

// library knows the calls that take names of variables in well-known libraries.
func library(name string) bool {
	switch name {
	case "BindEnv", "EnvVars", "EnvVar", "Envar", "ExpandEnv":
		return true
	}
	return false
}

// fromLibrary follows such a call.
func (g *golangs) fromLibrary(f *goFile, sel *ast.SelectorExpr, call *ast.CallExpr) {
	x, _ := sel.X.(*ast.Ident)
	isPackage := x != nil && f.qualifier(sel)
	switch sel.Sel.Name {
	case "ExpandEnv":
		if isPackage && f.local[x.Name] == "os" && len(call.Args) == 1 {
			g.expanded(f, call.Args[0])
		}
	case "BindEnv": // viper: the key, then its variables
		for _, arg := range call.Args[min(1, len(call.Args)):] {
			g.names(f, arg, "", affix{}, false)
		}
	case "EnvVars", "EnvVar": // urfave/cli
		if isPackage && strings.Contains(f.local[x.Name], "urfave/cli") {
			for _, arg := range call.Args {
				g.names(f, arg, "", affix{}, false)
			}
		}
	case "Envar": // kingpin
		if len(call.Args) == 1 {
			g.names(f, call.Args[0], "", affix{}, true)
		}
	}
}

// commandFlag is EnvVars: []string{"X"} of urfave/cli before its version 3.
func (f *goFile) commandFlag(kv *ast.KeyValueExpr) {
	id, ok := kv.Key.(*ast.Ident)
	if !ok || id.Name != "EnvVars" && id.Name != "EnvVar" {
		return
	}
	ast.Inspect(kv.Value, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			f.literal(lit, affix{})
		}
		_, call := n.(*ast.CallExpr)
		return !call
	})
}

// tags finds the names in a struct's tags: `env:"X"` (caarlos0/env, cleanenv, sethvargo, kong) and `envconfig:"X"`.
func (f *goFile) tags(s *ast.StructType, prefix string) {
	if prefix == "" && f.prefixed(s) {
		return // read with its prefix, from where it is embedded
	}
	for _, field := range s.Fields.List {
		if field.Tag == nil {
			continue
		}
		raw, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			continue
		}
		tag := reflect.StructTag(raw)
		if before := prefixIn(tag); before != "" {
			if inner := f.structOf(field.Type); inner != nil && prefix == "" {
				f.tags(inner, before)
			}
		}
		f.tag(field.Tag, tag.Get("env")+","+tag.Get("envconfig"), prefix)
	}
}

// tag finds the names among the parts of a tag: options are lower-case.
func (f *goFile) tag(at *ast.BasicLit, parts, prefix string) {
	for name := range strings.SplitSeq(parts, ",") {
		if name = strings.TrimSpace(name); shouted(name) {
			f.use(prefix+name, f.offset(at)+max(0, strings.Index(at.Value, name)))
		}
	}
}

// prefixIn is what a tag puts before the names of a nested struct: envPrefix, env-prefix, or env:", prefix=X".
func prefixIn(tag reflect.StructTag) string {
	for _, key := range []string{"envPrefix", "env-prefix"} {
		if p := tag.Get(key); p != "" {
			return p
		}
	}
	if _, p, ok := strings.Cut(tag.Get("env"), "prefix="); ok {
		p, _, _ = strings.Cut(p, ",")
		return strings.TrimSpace(p)
	}
	return ""
}

// structOf finds the struct that a field's type is, in the same file.
func (f *goFile) structOf(e ast.Expr) *ast.StructType {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if id, ok := e.(*ast.Ident); ok && objectOf(id) != nil {
		if spec, ok := objectOf(id).Decl.(*ast.TypeSpec); ok {
			e = spec.Type
		}
	}
	s, _ := e.(*ast.StructType)
	return s
}

// prefixed reports whether another struct of the file takes a struct in with a prefix.
func (f *goFile) prefixed(s *ast.StructType) bool {
	if !f.source.mentions("refix") {
		return false
	}
	found := false
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok && field.Tag != nil && !found {
			if raw, err := strconv.Unquote(field.Tag.Value); err == nil && prefixIn(reflect.StructTag(raw)) != "" {
				found = f.structOf(field.Type) == s
			}
		}
		return !found
	})
	return found
}
