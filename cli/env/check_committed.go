package env

import (
	"context"
	"path/filepath"
	"slices"

	"readme/cli/release"
	"readme/cli/spec"
)

// committed finds secrets in .env files that git has and no environment names: somebody's .env, or what a framework reads beside its
// service. Such a file may be committed, and its harmless values are nobody's business.
func (c *checker) committed(ctx context.Context) {
	if c.Committed == nil {
		return
	}
	files, err := c.Committed(ctx)
	if err != nil {
		c.note("whether git has files with values in them is not known: " + err.Error())
		return
	}
	var out []Finding
	for _, name := range files {
		path := filepath.Join(c.Dir, filepath.FromSlash(name))
		if c.looked(name, path) {
			continue
		}
		file, _, err := ReadFile(path)
		if err != nil { // deleted in the work tree: what is left of it is in the past of the repository alone
			continue
		}
		for _, e := range file.Entries {
			v, known := c.known[e.Key]
			if e.Value.Empty() || (!known || !v.Secret) && !spec.Credential(e.Value.Reveal()) {
				continue
			}
			out = append(out, Finding{
				RuleSecretValue, e.At, e.Key + " is a secret, and git has this file",
				"let git forget the file, let .gitignore name it, and replace the secret at its vendor: git remembers it", "git rm --cached -- " + release.ShellWord(path),
			})
		}
	}
	c.add("committed", out)
}

// looked reports whether other looks are at the file: it is an example, or the values of an environment.
func (c *checker) looked(name, path string) bool {
	if slices.ContainsFunc(c.Matrix.Services, func(s spec.Service) bool { return filepath.ToSlash(filepath.Clean(s.Example)) == name }) {
		return true
	}
	return c.Release != nil && slices.ContainsFunc(c.Release.Environments, func(e spec.Environment) bool {
		return e.Values != "" && filepath.Clean(c.valuesPath(e)) == filepath.Clean(path)
	})
}
