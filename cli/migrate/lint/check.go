package lint

import (
	"cmp"
	"fmt"
	"slices"

	"readme/cli/migrate"
)

// Project is what the rules have to know beside the files.
type Project struct {
	Supabase bool // the database is one of Supabase, where schema public is open to whoever has the project's public key
	// New reports whether a file runs together with the others that are new: what one of them makes is empty, and used by
	// nobody, while the next one runs. nil: each file is looked at by itself.
	New func(migration string) bool
}

// Check reads files in the order in which they run, as migrate.Load gives them, and returns what the rules have to say that no
// comment has silenced, file by file. Earlier files count for what is known about a table: give all of them, and pick
// with Of.
func Check(files []migrate.Migration, p Project) []Diagnostic {
	seen := &schema{types: map[string]string{}, proven: map[string]bool{}, checks: map[string]string{}, pathSet: map[string]bool{}, fresh: map[string]bool{}}
	all := make([]*file, 0, len(files))
	for i := range files {
		all = append(all, read(&files[i], p, seen))
	}
	var out []Diagnostic
	for i, f := range all {
		f.later = all[i+1:]
		for n, s := range f.stmts {
			for _, rule := range checks() {
				rule(f, n, s)
			}
			seen.learn(f, s)
		}
		out = append(out, f.kept()...)
	}
	return out
}

// checks look at one statement, the i-th of its file, after those above it.
func checks() []func(f *file, i int, s stmt) {
	return []func(*file, int, stmt){
		indexCreation, indexDeletion, rebuilds, partitions, again, clears,
		constraints, addsConstraints, domains, newColumns, oldColumns,
		drops, truncates, rows, renames, timeouts, types, lengths, definers, paths, open, schemas,
	}
}

// file is a migration while the rules look at it.
type file struct {
	m     *migrate.Migration
	p     Project
	stmts []stmt
	seen  *schema
	ahead ahead
	later []*file // those that run after it
	found []Diagnostic
	path  string // the first schema of the search_path that it has set, "" for none

	made    map[string]bool // tables, views and indexes that it creates itself: they are empty, and nobody uses them yet
	added   map[string]bool // constraints that it adds, by "schema.table.constraint"
	cleared map[string]bool // indexes that it has dropped if they were there
}

func read(m *migrate.Migration, p Project, seen *schema) *file {
	f := &file{m: m, p: p, seen: seen, made: map[string]bool{}, added: map[string]bool{}, cleared: map[string]bool{}}
	for _, s := range m.Statements {
		if one, ok := cut(m.Source(), s); ok {
			f.stmts = append(f.stmts, one)
		}
	}
	f.ahead = look(f.stmts)
	return f
}

// has reports whether a table is one that nobody uses yet.
func (f *file) has(key string) bool { return f.made[key] || f.seen.fresh[key] }

// make notes what the file creates.
func (f *file) make(key string) {
	f.made[key] = true
	if f.p.New != nil && f.p.New(f.m.Name) {
		f.seen.fresh[key] = true
	}
}

// say adds a diagnostic about a part of the file.
func (f *file) say(d Diagnostic, about Span) {
	d.Span = about
	f.found = append(f.found, d)
}

// mostOfAFile is how many diagnostics of one file are told apart.
const mostOfAFile = 200

// kept is what no comment silences, in the order of the file.
func (f *file) kept() []Diagnostic {
	ignores := readIgnores(f)
	slices.SortStableFunc(f.found, func(a, b Diagnostic) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	kept := ignores.without(f.found)
	if more := len(kept) - mostOfAFile; more > 0 {
		level := Warning
		if slices.ContainsFunc(kept[mostOfAFile:], func(d Diagnostic) bool { return d.Level == Error }) {
			level = Error
		}
		kept = append(kept[:mostOfAFile], Diagnostic{
			Rule: "too-many", Level: level, Span: kept[mostOfAFile].Span,
			Title: fmt.Sprintf("and %d more in this file", more), Help: "mend those above first",
		})
	}
	for i, d := range kept {
		kept[i] = d.at(f.m)
	}
	return kept
}
