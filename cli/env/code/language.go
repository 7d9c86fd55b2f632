package code

import (
	"path"
	"strings"
)

// The languages.
const (
	golang     = "Go"
	typescript = "TypeScript"
	javascript = "JavaScript"
	python     = "Python"
)

// languageOf tells the language of a file that counts as code, or "".
func languageOf(name string) string {
	ext := path.Ext(name)
	base := strings.TrimSuffix(name, ext)
	switch ext {
	case ".go":
		if strings.HasSuffix(base, "_test") {
			return ""
		}
		return golang
	case ".py":
		if strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test") || base == "conftest" {
			return ""
		}
		return python
	case ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs":
		switch path.Ext(base) {
		case ".test", ".spec", ".d", ".min":
			return ""
		}
		switch base {
		case "playwright.config", "vitest.config", "jest.config", "jest.setup", "vitest.setup", "cypress.config":
			return ""
		}
		if strings.Contains(ext, "t") {
			return typescript
		}
		return javascript
	}
	return ""
}

// skipped are folders that hold no code of this project's own.
func skipped(folder string) bool {
	switch folder {
	case "node_modules", "vendor", "testdata", "dist", "build", "venv", "__pycache__", "__tests__", "__mocks__", "site-packages",
		"tests", "e2e", "cypress":
		return true
	}
	return strings.HasPrefix(folder, ".")
}
