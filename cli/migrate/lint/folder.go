package lint

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"readme/cli/migrate"
	"readme/cli/release"
)

// Folder looks at the folder of the files, which dir is the name of: for what looks like a migration and is never read, and
// for an order that a listing does not show. Wrong names and numbers that stand there twice are refused by migrate.Load.
func Folder(fsys fs.FS, dir string, files []migrate.Migration) ([]Diagnostic, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var out []Diagnostic
	for _, e := range entries {
		if unread(fsys, e) {
			out = append(out, Diagnostic{
				Rule: "file-name", Level: Warning, Where: release.Place{File: path.Join(dir, e.Name())},
				Title: "this is never run: migrations are the files of " + dir + " whose names end in .sql",
				Help:  "give it a name like 0001_books.sql, or keep it elsewhere",
				try:   "ls " + release.ShellWord(dir),
			})
		}
	}
	names := make([]string, len(files))
	for i, m := range files {
		names[i] = m.Name
	}
	for i, name := range slices.Sorted(slices.Values(names)) {
		if names[i] != name {
			out = append(out, Diagnostic{
				Rule: "file-order", Level: Warning, Where: release.Place{File: files[i].File},
				Title: names[i] + " runs at this place, and a listing of the folder shows " + name + " there",
				Help:  "numbers count, not letters: give new files a number with as many digits as the others",
				try:   "ls " + release.ShellWord(dir),
			})
			break
		}
	}
	return out, nil
}

// unread reports whether an entry looks like a migration, and is none.
func unread(fsys fs.FS, e fs.DirEntry) bool {
	if e.IsDir() {
		inside, err := fs.Glob(fsys, e.Name()+"/*.sql")
		return err == nil && len(inside) > 0
	}
	lower := strings.ToLower(e.Name())
	return !strings.HasSuffix(e.Name(), ".sql") && (strings.HasSuffix(lower, ".sql") || strings.HasSuffix(lower, ".psql") || strings.HasSuffix(lower, ".pgsql"))
}
