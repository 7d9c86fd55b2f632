// Package envtest is the corpus of env check: a project in which everything agrees, and what people do to it.
package envtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"readme/cli/env"
	"readme/cli/spec"
)

// Mistake is one edit of the clean project.
//
// A file of them is a txtar: its comment says what is wrong, and may hold lines with directives (`docs`: the page about the matrix is
// written anew; `remove FILE`, or `first remove FILE`
// before the files; `force FILE`: it is added to git although ignored). A file "edit NAME" is a diff without line
// numbers (hunks are parted by @@), "quoted NAME" the text of a file as Go writes it in quotes, any other NAME the file itself.
// "want" lists what is to be found, "file:line:column rule" a line, in any order.
type Mistake struct {
	Name string
	Want []string // sorted

	archive *txtar.Archive
}

// Mistakes reads all of them from a folder.
func Mistakes(tb testing.TB, folder string) []Mistake {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no mistakes in %s: %v", folder, err)
	}
	var out []Mistake
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		m := Mistake{Name: strings.TrimSuffix(filepath.Base(file), ".txtar"), archive: a}
		for _, f := range a.Files {
			if f.Name == "want" {
				m.Want = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
			}
		}
		slices.Sort(m.Want)
		out = append(out, m)
	}
	return out
}

// Update writes what is found now into the file of the mistake, for a person to look at.
func (m Mistake) Update(tb testing.TB, folder string, found []string) {
	tb.Helper()
	for i, f := range m.archive.Files {
		if f.Name == "want" {
			m.archive.Files[i].Data = []byte(strings.Join(found, "\n") + "\n")
		}
	}
	check(tb, os.WriteFile(filepath.Join(folder, m.Name+".txtar"), txtar.Format(m.archive), 0o644))
}

// Clean writes the clean project, a txtar, into a folder, as a git repository with all in its index.
func Clean(tb testing.TB, clean, dir string) {
	tb.Helper()
	a, err := txtar.ParseFile(clean)
	check(tb, err)
	for _, f := range a.Files {
		write(tb, filepath.Join(dir, f.Name), f.Data)
	}
	git(tb, dir, "init", "-q")
	git(tb, dir, "add", "-A")
}

// Make does the mistake to the clean project in a folder.
func (m Mistake) Make(tb testing.TB, dir string) {
	tb.Helper()
	m.directives(func(words []string) {
		if len(words) == 3 && words[0] == "first" && words[1] == "remove" {
			check(tb, os.Remove(filepath.Join(dir, words[2])))
		}
	})
	for _, f := range m.archive.Files {
		verb, name, _ := strings.Cut(f.Name, " ")
		switch verb {
		case "want":
		case "edit":
			path := filepath.Join(dir, name)
			before, err := os.ReadFile(path)
			check(tb, err)
			after, err := edit(string(before), string(f.Data))
			check(tb, err)
			write(tb, path, []byte(after))
		case "quoted":
			text, err := strconv.Unquote(strings.TrimSpace(string(f.Data)))
			check(tb, err)
			write(tb, filepath.Join(dir, name), []byte(text))
		default:
			write(tb, filepath.Join(dir, f.Name), f.Data)
		}
	}
	m.directives(func(words []string) {
		switch {
		case len(words) == 1 && words[0] == "docs":
			r, matrix, err := spec.Load(dir)
			check(tb, err)
			write(tb, filepath.Join(dir, env.DocsFile), env.Docs(r, matrix))
		case len(words) == 2 && words[0] == "remove":
			check(tb, os.Remove(filepath.Join(dir, words[1])))
		case len(words) == 2 && words[0] == "force":
			git(tb, dir, "add", "-f", words[1])
		}
	})
}

// directives hands out the lines of the comment, as words.
func (m Mistake) directives(do func(words []string)) {
	for line := range bytes.Lines(m.archive.Comment) {
		do(strings.Fields(string(line)))
	}
}

// edit applies hunks of a diff without line numbers, each of which must fit exactly one place.
func edit(text, hunks string) (string, error) {
	for hunk := range strings.SplitSeq(hunks, "@@\n") {
		var before, after strings.Builder
		for line := range strings.Lines(hunk) {
			switch line[0] {
			case '-':
				before.WriteString(line[1:])
			case '+':
				after.WriteString(line[1:])
			case ' ':
				before.WriteString(line[1:])
				after.WriteString(line[1:])
			default:
				return "", fmt.Errorf("edit: a line begins with +, - or a space: %q", line)
			}
		}
		text = "\n" + text // whole lines only
		if n := strings.Count(text, "\n"+before.String()); n != 1 {
			return "", fmt.Errorf("edit: %q is there %d times", before.String(), n)
		}
		text = strings.Replace(text, "\n"+before.String(), "\n"+after.String(), 1)[1:]
	}
	return text, nil
}

func write(tb testing.TB, path string, data []byte) {
	tb.Helper()
	check(tb, os.MkdirAll(filepath.Dir(path), 0o755))
	check(tb, os.WriteFile(path, data, 0o644))
}

func git(tb testing.TB, dir string, args ...string) {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"} //nolint:forbidigo // a test's helper, which needs git
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
