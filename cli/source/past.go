package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// object is what git calls a commit.
var object = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// TreeAt is Tree for the files as they were in a commit, given by its full id. It is "" without an error where this
// clone does not have the commit, or the commit has no such files: nothing is known then.
func (s *Source) TreeAt(ctx context.Context, commit string, patterns []string) (string, error) {
	if !object.MatchString(commit) {
		return "", nil
	}
	_, chosen, err := Pick{Patterns: patterns}.compile()
	if err != nil {
		return "", reading("select files", err)
	}
	list, err := s.git.run(ctx, "ls-tree", "-r", "-z", commit, "--", ".")
	if _, none := errors.AsType[*gitError](err); none {
		return "", nil
	}
	if err != nil {
		return "", explain(s.Dir, err)
	}
	files := past(list, chosen)
	if len(files) == 0 {
		return "", nil
	}
	if err := s.git.contents(ctx, files); err != nil {
		return "", explain(s.Dir, err)
	}
	h := sha256.New()
	for _, f := range files {
		if f.Mode&fs.ModeSymlink != 0 && !leadsInside(f.Path, string(f.text)) {
			continue
		}
		h.Write(fmt.Appendf(nil, "%s\x00%o\x00%x\x00", f.Path, f.Mode, sha256.Sum256(f.text)))
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil)), nil
}

// pastFile is a file of a commit.
type pastFile struct {
	File
	id   string // of its content
	text []byte
}

// past reads the lines of ls-tree, which are sorted by path: "100644 blob <id>\t<path>".
func past(list string, chosen func(string) bool) []*pastFile {
	var files []*pastFile
	for record := range strings.SplitSeq(list, "\x00") {
		head, name, ok := strings.Cut(record, "\t")
		if !ok || own(name) || private(name) || !chosen(name) {
			continue
		}
		part := strings.Fields(head)
		if len(part) != 3 || part[1] != "blob" { // a submodule's files are not in this commit
			continue
		}
		f := &pastFile{File: File{Path: name, Mode: 0o644}, id: part[2]}
		switch part[0] {
		case "100755":
			f.Mode = 0o755
		case "120000":
			f.Mode = fs.ModeSymlink
		}
		files = append(files, f)
	}
	return files
}

func leadsInside(file, target string) bool {
	return !path.IsAbs(target) && fs.ValidPath(path.Join(path.Dir(file), target))
}

// contents fills the texts of the files, from one git that is asked for all of them.
func (g git) contents(ctx context.Context, files []*pastFile) error {
	var ask strings.Builder
	for _, f := range files {
		ask.WriteString(f.id + "\n")
	}
	out, err := g.feed(ctx, ask.String(), "cat-file", "--batch")
	if err != nil {
		return err
	}
	rest := []byte(out)
	for _, f := range files {
		head, after, ok := bytes.Cut(rest, []byte("\n"))
		part := strings.Fields(string(head))
		if !ok || len(part) != 3 {
			return fmt.Errorf("git cat-file: it does not know %s", f.Path)
		}
		size, err := strconv.Atoi(part[2])
		if err != nil || size < 0 || size+1 > len(after) {
			return fmt.Errorf("git cat-file: the content of %s is cut off", f.Path)
		}
		f.text, rest = after[:size], after[size+1:]
	}
	return nil
}
