package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// tree is a generated project: services in three languages, each a folder of its own that imports what all share.
type tree struct {
	dir                        string
	variables, services, files int
	given                      int // how many services each variable is given to
}

func (t tree) String() string {
	return fmt.Sprintf("%d variables x %d services, each given to %d, %d files", t.variables, t.services, t.given, t.files)
}

// write makes the project. Its examples are env fix's to write.
func (t tree) write() error {
	var matrix, release strings.Builder
	release.WriteString("version: 1\nproject: bench\nenvironments:\n  local: {box: true}\ndeploy:\n")
	matrix.WriteString("version: 1\nservices:\n")
	for s := range t.services {
		fmt.Fprintf(&matrix, "  s%02d: {example: s%02d/env.example, deploy: s%02d, code: [s%02d]}\n", s, s, s, s)
		fmt.Fprintf(&release, "  s%02d: {to: railway, service: s%02d, source: upload, build: make, start: ./s, health: /health, watch: [s%02d/**]}\n", s, s, s)
	}
	matrix.WriteString("variables:\n")
	reads := make([][]string, t.services)
	for v := range t.variables {
		name := fmt.Sprintf("VARIABLE_%04d", v)
		var of []string
		for n := range t.given {
			s := (v*7 + n*(t.services/t.given)) % t.services
			of, reads[s] = append(of, fmt.Sprintf("s%02d", s)), append(reads[s], name)
		}
		fmt.Fprintf(&matrix, "  %s: {about: \"what variable %d is for, in some words\", type: %s, required: [local], services: [%s]}\n",
			name, v, []string{"string", "url", "port", "string"}[v%4], strings.Join(of, ", "))
	}
	files := map[string]string{
		"envmatrix.yaml": matrix.String(), "go.mod": "module bench\n\ngo 1.26\n", ".gitignore": ".env*\n!*.example\n",
		"release.yaml":         release.String(),
		"shared/config/env.go": sharedGo, "shared/env.ts": sharedTS, "shared/env.py": sharedPython,
	}
	each := (t.files - 3) / t.services
	for s := range t.services {
		t.service(files, s, each, reads[s])
	}
	for name, text := range files {
		path := filepath.Join(t.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// service writes a service's files; every third reads variables, in the ways that people do.
func (t tree) service(files map[string]string, s, each int, reads []string) {
	readers := max(1, each/3)
	for f := range each {
		var mine []string
		for i := f / 3; f%3 == 0 && i < len(reads); i += readers {
			mine = append(mine, reads[i])
		}
		dir := fmt.Sprintf("s%02d/p%d", s, f/10)
		switch s % 5 {
		case 3:
			files[fmt.Sprintf("%s/f%02d.ts", dir, f)] = typeScript(mine)
		case 4:
			files[fmt.Sprintf("%s/f%02d.py", dir, f)] = python(mine)
		default:
			files[fmt.Sprintf("%s/f%02d.go", dir, f)] = golang(f, mine)
		}
	}
}

const sharedGo = `package config

import "os"

// Must gives the value of a variable that has to be there.
func Must(name string) string {
	value, ok := os.LookupEnv(name)
	if !ok {
		panic(name)
	}
	return value
}
`

const sharedTS = `export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(name);
  return value;
}
`

const sharedPython = `import os


def required(name):
    return os.environ[name]
`

func golang(f int, reads []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"strings\"\n\n\t\"bench/shared/config\"\n)\n\n")
	for i, name := range reads {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "var v%d_%d = os.Getenv(%q)\n", f, i, name)
		case 1:
			fmt.Fprintf(&b, "const k%d_%d = %q\n\nvar v%d_%d = os.Getenv(k%d_%d)\n", f, i, name, f, i, f, i)
		default:
			fmt.Fprintf(&b, "var v%d_%d = config.Must(%q)\n", f, i, name)
		}
	}
	for i := range 8 {
		fmt.Fprintf(&b, "\n// work%[1]d_%[2]d does what such a function does.\nfunc work%[1]d_%[2]d(in []string) (string, error) {\n\tvar out strings.Builder\n"+
			"\tfor i, s := range in {\n\t\tif strings.TrimSpace(s) == \"\" {\n\t\t\treturn \"\", fmt.Errorf(\"line %%d is empty\", i)\n\t\t}\n"+
			"\t\t_, _ = fmt.Fprintf(&out, \"%%d: %%s\\n\", i, s)\n\t}\n\treturn out.String(), nil\n}\n", f, i)
	}
	return b.String()
}

func typeScript(reads []string) string {
	var b strings.Builder
	b.WriteString("import { required } from \"../../shared/env\";\n\n")
	for i, name := range reads {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "export const v%d = process.env.%s ?? \"\";\n", i, name)
		case 1:
			fmt.Fprintf(&b, "const { %s: v%d } = process.env;\n", name, i)
		default:
			fmt.Fprintf(&b, "export const v%d = required(%q);\n", i, name)
		}
	}
	for i := range 8 {
		fmt.Fprintf(&b, "\n// work%[1]d does what such a function does.\nexport async function work%[1]d(input: string[]): Promise<string> {\n  const out: string[] = [];\n"+
			"  for (const [i, s] of input.entries()) {\n    if (s.trim() === \"\") throw new Error(`line ${i} is empty`);\n    out.push(`${i}: ${s}`);\n  }\n  return out.join(\"\\n\");\n}\n", i)
	}
	return b.String()
}

func python(reads []string) string {
	var b strings.Builder
	b.WriteString("import os\n\nfrom shared.env import required\n\n")
	for i, name := range reads {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "V%d = os.environ[%q]\n", i, name)
		case 1:
			fmt.Fprintf(&b, "V%d = os.getenv(%q, \"\")\n", i, name)
		default:
			fmt.Fprintf(&b, "V%d = required(%q)\n", i, name)
		}
	}
	for i := range 8 {
		fmt.Fprintf(&b, "\n\ndef work%d(lines):\n    \"\"\"Does what such a function does.\"\"\"\n    out = []\n    for i, line in enumerate(lines):\n"+
			"        if not line.strip():\n            raise ValueError(f\"line {i} is empty\")\n        out.append(f\"{i}: {line}\")\n    return \"\\n\".join(out)\n", i)
	}
	return b.String()
}
