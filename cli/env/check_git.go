package env

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"readme/cli/release"
	"readme/cli/spec"
)

// git finds values files that are committed, or would be with the next `git add`. It asks for all environments, whether the
// file is on this machine or not: in CI it never is.
func (c *checker) git(ctx context.Context) {
	if c.Git == nil || c.Release == nil {
		return
	}
	var with []spec.Environment
	var paths []string
	for _, e := range c.Release.Environments {
		if e.Values != "" {
			with, paths = append(with, e), append(paths, c.valuesPath(e))
		}
	}
	if len(paths) == 0 {
		return
	}
	behind := map[string]string{} // links
	asked := slices.Clone(paths)
	for _, path := range paths {
		if to, err := filepath.EvalSymlinks(path); err == nil && to != filepath.Clean(path) {
			behind[path], asked = to, append(asked, to)
		}
	}
	tracked, ignored, err := c.Git(ctx, asked)
	if err != nil {
		c.note("whether git takes the files with values is not known: " + err.Error())
		return
	}
	var out []Finding
	for i, e := range with {
		path := paths[i]
		if to := behind[path]; tracked[to] { // the link may be ignored, and what it leads to is committed all the same
			path = to
		}
		at := release.Place{File: path, Line: 1, Column: 1}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			at = e.At
		}
		switch {
		case tracked[path]:
			out = append(out, Finding{
				RuleTracked, at, "git tracks " + path + ", the values of " + e.Name,
				"let git forget it, let .gitignore name it, and replace what is secret in it at its vendor: git remembers it", "git rm --cached -- " + release.ShellWord(path),
			})
		case !ignored[path]:
			out = append(out, Finding{
				RuleUnignored, at, "git does not ignore " + path + ", the values of " + e.Name,
				"let .gitignore name it: the next `git add` would take its secrets", "echo " + release.ShellWord(e.Values) + " >>.gitignore",
			})
		}
	}
	c.add("git", out)
}
