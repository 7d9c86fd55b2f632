package env

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"unicode/utf8"

	"github.com/joho/godotenv"

	"readme/cli/release"
)

const maxFile = 1 << 20 // bytes

// File is a .env file as godotenv, and so the services' own tools, read it.
type File struct {
	Path    string
	Entries []Entry // in file order; a key that stands there twice is listed once, where it stands first
}

// Entry is one variable.
type Entry struct {
	Key   string
	At    release.Place
	Value release.Secret
}

// Get finds an entry.
func (f File) Get(key string) (Entry, bool) {
	for _, e := range f.Entries {
		if e.Key == key {
			return e, true
		}
	}
	return Entry{}, false
}

// ReadFile reads a .env file. What is wrong with its lines are findings; the error is only that the file cannot be
// read, and fs.ErrNotExist if it is not there.
func ReadFile(path string) (File, []Finding, error) {
	info, err := os.Stat(path)
	if err != nil {
		return File{}, nil, fmt.Errorf("read %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return File{}, nil, fmt.Errorf("read %s: it is not a file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return File{}, nil, fmt.Errorf("read %s: %w", path, err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return File{}, nil, fmt.Errorf("read %s: %w", path, err)
	case len(data) > maxFile:
		return File{}, nil, fmt.Errorf("read %s: it has more than %d bytes", path, maxFile)
	}
	f, findings := Parse(path, data)
	return f, findings, nil
}

// Parse reads the content of a .env file; path is for messages.
func Parse(path string, data []byte) (File, []Finding) {
	f := File{Path: path}
	at := func(line, column int) release.Place { return release.Place{File: path, Line: line, Column: column} }
	switch {
	case bytes.HasPrefix(data, []byte("\ufeff")):
		return f, []Finding{{RuleSyntax, at(1, 1), "the file begins with a byte order mark", "save it as UTF-8 without one", ""}}
	case !utf8.Valid(data):
		line := bytes.Count(data[:invalid(data)], []byte("\n")) + 1
		return f, []Finding{{RuleSyntax, at(line, 1), "this is not UTF-8", "save the file as UTF-8", ""}}
	}
	text := string(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
	statements, findings := scan(path, text)
	values, err := oracle(text)
	if err != nil || !sameKeys(values, statements) {
		if len(findings) == 0 {
			findings = append(findings, Finding{
				RuleSyntax, at(firstDifference(text, statements), 1), "godotenv reads this differently from how it looks",
				"write KEY=value, or KEY='value' for a value with spaces, # or quotes in it", "",
			})
		}
		if values == nil {
			return f, findings
		}
	}
	first := map[string]int{}
	for _, s := range statements {
		if line, twice := first[s.key]; twice {
			findings = append(findings, Finding{
				RuleDuplicate, at(s.line, s.column), fmt.Sprintf("%s stands here twice, in the lines %d and %d", s.key, line, s.line),
				"only the last one counts: remove one", "",
			})
			continue
		}
		first[s.key] = s.line
		if value, ok := values[s.key]; ok {
			f.Entries = append(f.Entries, Entry{s.key, at(s.line, s.column), release.NewSecret(value)})
		}
	}
	return f, findings
}

// oracle asks godotenv. Its error quotes the rest of the file, values included, so it goes no further.
func oracle(text string) (map[string]string, error) {
	values, err := godotenv.Unmarshal(text)
	if err != nil {
		return nil, errors.New("godotenv cannot read it")
	}
	return values, nil
}

func sameKeys(values map[string]string, statements []statement) bool {
	keys := map[string]bool{}
	for _, s := range statements {
		if _, ok := values[s.key]; !ok {
			return false
		}
		keys[s.key] = true
	}
	return len(keys) == len(values)
}

// firstDifference finds the line from which on godotenv reads something else than we do.
func firstDifference(text string, statements []statement) int {
	i := sort.Search(len(statements), func(i int) bool {
		values, err := oracle(text[:statements[i].end])
		return err != nil || !sameKeys(values, statements[:i+1])
	})
	switch {
	case len(statements) == 0:
		return 1
	case i == len(statements):
		return statements[i-1].line
	}
	return statements[i].line
}

func invalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return 0
}
