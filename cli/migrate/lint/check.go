package lint

import (
	"cmp"
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
	all := make([]file, 0, len(files))
	for i := range files {
		all = append(all, read(&files[i], p, seen))
	}
	for i := range all {
		all[i].later = all[i+1:]
	}
	var out []Diagnostic
	for i := range all {
		f := &all[i]
		for _, s := range f.stmts {
			for _, rule := range statementRules() {
				rule(f, s)
			}
			seen.learn(f, s)
		}
		for _, rule := range fileRules() {
			rule(f)
		}
		out = append(out, f.kept()...)
	}
	return out
}

// statementRules look at one statement, in the order in which they stand in a file.
func statementRules() []func(*file, stmt) {
	return []func(*file, stmt){
		indexCreation, indexDeletion, rebuilds, partitions, again, clears,
		constraints, addsConstraints, domains, newColumns, oldColumns,
		drops, truncates, rows, renames, timeouts, types, lengths, definers, schemas,
	}
}

// fileRules look at a file as a whole.
func fileRules() []func(*file) {
	return []func(*file){open}
}

// file is a migration while the rules look at it.
type file struct {
	m     *migrate.Migration
	p     Project
	stmts []stmt
	seen  *schema
	later []file // those that run after it
	found []Diagnostic

	made    map[string]bool // tables, views and indexes that it creates itself: they are empty, and nobody uses them yet
	added   map[string]bool // constraints that it adds, by "schema.table.constraint"
	cleared map[string]bool // indexes that it has dropped if they were there
}

func read(m *migrate.Migration, p Project, seen *schema) file {
	f := file{m: m, p: p, seen: seen, made: map[string]bool{}, added: map[string]bool{}, cleared: map[string]bool{}}
	for _, s := range m.Statements {
		f.stmts = append(f.stmts, cut(m.Source(), s))
	}
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
func (f *file) say(d Diagnostic, about Span) { f.found = append(f.found, d.at(f.m, about)) }

// kept is what no comment silences, in the order of the file.
func (f *file) kept() []Diagnostic {
	ignores := readIgnores(f)
	slices.SortStableFunc(f.found, func(a, b Diagnostic) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return slices.DeleteFunc(f.found, func(d Diagnostic) bool { return ignores.cover(d) })
}
