package code

import (
	"bytes"
	"path"
	"strings"
)

// pythonImports lists what a file imports: "a.b", and for from a.b import c also "a.b.c".
func pythonImports(data []byte) []string {
	var out []string
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) < 8 || line[0] != 'i' && line[0] != 'f' {
			continue
		}
		fields := strings.FieldsFunc(string(line[:min(len(line), 300)]), func(r rune) bool { return strings.ContainsRune(" \t,()\\", r) })
		switch {
		case len(fields) > 1 && fields[0] == "import":
			for i, name := range fields[1:] {
				if name != "as" && fields[i] != "as" {
					out = append(out, name)
				}
			}
		case len(fields) > 3 && fields[0] == "from" && fields[2] == "import":
			out = append(out, fields[1])
			for _, name := range fields[3:] {
				out = append(out, strings.TrimSuffix(fields[1], ".")+"."+name)
			}
		}
	}
	return out
}

// pythonFiles finds the modules of the project that a file imports. What no dot leads to is looked for beside the file
// and in the folders above it, one of which the program is started in.
func (p *project) pythonFiles(s *source) []string {
	var out []string
	for _, name := range s.imports {
		dir := path.Dir(s.path)
		bare := strings.TrimLeft(name, ".")
		rel := strings.ReplaceAll(bare, ".", "/")
		if up := len(name) - len(bare); up > 0 {
			for range up - 1 {
				dir = path.Dir(dir)
			}
			out = append(out, p.module(path.Join(dir, rel))...)
			continue
		}
		for {
			found := p.module(path.Join(dir, rel))
			out = append(out, found...)
			if len(found) > 0 || dir == "." {
				break
			}
			dir = path.Dir(dir)
		}
	}
	return out
}

// module gives the file of a module or package.
func (p *project) module(file string) []string {
	if p.has(file + ".py") {
		return []string{file + ".py"}
	}
	if p.has(file + "/__init__.py") {
		return []string{file + "/__init__.py"}
	}
	return nil
}
