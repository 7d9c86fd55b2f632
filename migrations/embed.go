// Package migrations embeds the SQL files beside it for the tests of the services; the release reads them from the folder.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.sql
var files embed.FS

// SQL returns all migrations in their order, as one script.
func SQL() (string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", fmt.Errorf("list migrations: %w", err)
	}
	slices.Sort(names)
	var script strings.Builder
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("read migration: %w", err)
		}
		script.Write(text)
		script.WriteString("\n;\n")
	}
	return script.String(), nil
}
