package code

import (
	"bytes"
	"path"
	"strings"
)

// imported finds the environment, and variables of it, among what a file imports.
func (t *text) imported() {
	for i := range t.tokens {
		switch {
		case t.is(i, "import") && t.is(i+1, "{"):
			end := t.close(i + 1)
			if t.is(end+1, "from") && t.isKind(end+2, quoted) {
				t.importedFrom(i+1, t.string(end+2))
			}
		case t.is(i, "{") && t.oneOf(i-1, "const", "let", "var"):
			end := t.close(i)
			if t.are(end+1, "=", "process") && !t.oneOf(end+3, ".", "?.") || t.are(end+1, "=", "require", "(") && strings.TrimPrefix(t.string(end+4), "node:") == "process" {
				t.importedFrom(i, "process")
			}
		case t.are(i, ":", "NodeJS", ".", "ProcessEnv"):
			name := t.optional(i - 1)
			t.aliases[strings.TrimSuffix(t.string(name), "?")], t.handed[name] = true, true
		}
	}
}

// optional steps over the question mark of a parameter.
func (t *text) optional(i int) int {
	if t.is(i, "?") {
		return i - 1
	}
	return i
}

// importedFrom is what stands in the braces of an import.
func (t *text) importedFrom(brace int, from string) {
	static := strings.HasPrefix(from, "$env/static/") // SvelteKit
	if !static && from != "process" && from != "node:process" && !strings.HasPrefix(from, "$env/dynamic/") {
		return
	}
	t.parts(brace, func(_, from, to int) {
		switch {
		case static:
			t.name(from)
		case t.are(from, "env", ":", "{"):
			t.taken(from+2, t.name)
		case t.is(from, "env"):
			t.aliases[t.string(to-1)] = true
		}
	})
}

// scriptImports lists what a file imports by a path: import "./x", from "../y", require("@/z"), import("./x").
func scriptImports(data []byte) []string {
	var out []string
	for at := 0; ; {
		n := bytes.IndexByte(data[at:], '/')
		if n < 0 {
			return out
		}
		at += n
		begin := at
		for begin > 0 && (data[begin-1] == '.' || data[begin-1] == '@' || data[begin-1] == '~') {
			begin--
		}
		if begin == at || begin == 0 || data[begin-1] != '"' && data[begin-1] != '\'' {
			at++
			continue
		}
		end := bytes.IndexAny(data[at:min(len(data), at+300)], "\"'\n")
		before := bytes.TrimRight(data[max(0, begin-20):begin-1], " \t\r\n(")
		at++
		if end < 0 {
			continue
		}
		for _, by := range []string{"from", "import", "require"} {
			if bytes.HasSuffix(before, []byte(by)) {
				out = append(out, string(data[begin:at-1+end]))
				break
			}
		}
	}
}

// scriptFiles finds the files that a file imports by their paths. "@/" and "~/" stand for the folder of the application,
// or for its src, wherever they are set up.
func (p *project) scriptFiles(s *source) []string {
	var out []string
	for _, what := range s.imports {
		if strings.HasPrefix(what, ".") {
			if file := p.script(path.Join(path.Dir(s.path), what)); file != "" {
				out = append(out, file)
			}
			continue
		}
		for dir := path.Dir(s.path); ; dir = path.Dir(dir) {
			file := p.script(path.Join(dir, what[2:]))
			if file == "" {
				file = p.script(path.Join(dir, "src", what[2:]))
			}
			if file != "" {
				out = append(out, file)
			}
			if file != "" || dir == "." {
				break
			}
		}
	}
	return out
}

// script finds the file of an import, which may leave out its ending, or "".
func (p *project) script(file string) string {
	if p.has(file) {
		return file
	}
	bare := strings.TrimSuffix(file, ".js")
	for _, name := range []string{bare, file + "/index"} {
		for _, ext := range []string{".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts"} {
			if p.has(name + ext) {
				return name + ext
			}
		}
	}
	return ""
}

// generated reports a file that a program wrote.
func generated(data []byte) bool {
	if n := len(data); n > 16<<10 && bytes.Count(data, []byte("\n")) < n/longLines {
		return true
	}
	head := data[:min(len(data), 512)]
	return bytes.Contains(head, []byte("@generated")) || bytes.Contains(head, []byte("DO NOT EDIT"))
}
