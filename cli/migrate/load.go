package migrate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"readme/cli/release"
)

// Migration is one file, checked.
type Migration struct {
	Version       int64  // the number that its name begins with
	Name          string // the file's name: 0001_books.sql
	File          string // with its folder, for messages
	SHA256        string // of the file, in hex
	NoTransaction bool   // its statements run one by one, each on its own
	AfterDeploy   bool   // it takes away what old code needs, and runs when the new code is live
	Statements    []Statement

	source []byte
}

// maxFile is how large a migration may be. Data in bulk does not belong into one.
const maxFile = 16 << 20

var fileName = regexp.MustCompile(`^([0-9]{4,18})_[A-Za-z0-9_-]+\.sql$`)

// Load reads and checks the .sql files of a folder, sorted by their numbers. Gaps between numbers are fine. dir is the
// folder's name, for messages. What is wrong in the files is returned as release.Faults, all at once.
func Load(fsys fs.FS, dir string) ([]Migration, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, &release.Fault{
			Title: "the migrations cannot be read", Detail: reason(err), Where: &release.Place{File: dir},
			Try: "ls " + dir, Exit: release.ExitInvalid, Cause: err,
		}
	}
	var loaded []Migration
	var faults release.Faults
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".sql") {
			continue
		}
		m, fs := load(fsys, dir, e.Name())
		faults = append(faults, fs...)
		loaded = append(loaded, m)
	}
	slices.SortStableFunc(loaded, func(a, b Migration) int { return cmpVersion(a.Version, b.Version) })
	faults = append(faults, duplicates(loaded)...)
	if len(faults) > 0 {
		return nil, faults
	}
	return loaded, nil
}

func cmpVersion(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func load(fsys fs.FS, dir, name string) (Migration, release.Faults) {
	m := Migration{Version: -1, Name: name, File: path.Join(dir, name)}
	parts := fileName.FindStringSubmatch(name)
	if parts == nil {
		return m, release.Faults{{
			Title:  "a migration's name must look like 0001_books.sql",
			Detail: "four digits or more, an underscore, a name of letters, digits, _ and -; there are no down files: a mistake is mended by the next migration",
			Where:  &release.Place{File: m.File}, Try: "ls " + dir, Exit: release.ExitInvalid,
		}}
	}
	m.Version, _ = strconv.ParseInt(parts[1], 10, 64) // 18 digits fit
	src, err := readFile(fsys, name)
	if err != nil {
		return m, release.Faults{{
			Title: "a migration cannot be read", Detail: reason(err), Where: &release.Place{File: m.File},
			Try: "ls -l " + m.File, Exit: release.ExitInvalid, Cause: err,
		}}
	}
	sum := sha256.Sum256(src)
	m.source, m.SHA256 = src, hex.EncodeToString(sum[:])
	if f := m.checkText(); f != nil {
		return m, release.Faults{f}
	}
	m.Statements, err = Split(src)
	if bad, ok := errors.AsType[*scanError](err); ok {
		return m, release.Faults{m.fault(bad.at, bad.what, "", m.edit(bad.at))}
	}
	faults := m.marks()
	if len(m.Statements) == 0 {
		faults = append(faults, m.fault(0, "this migration is empty", "a file without a statement changes nothing, and would be recorded as if it had", "rm "+m.File))
	}
	return m, append(faults, m.checkStatements()...)
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	return fs.ReadFile(fsys, name)
}

// checkText refuses bytes that Postgres would refuse, or that would make the checksum differ between machines.
func (m *Migration) checkText() *release.Fault {
	switch at := bytes.Index(m.source, []byte("\r\n")); {
	case bytes.HasPrefix(m.source, []byte("\xef\xbb\xbf")):
		return m.fault(0, "this migration begins with a byte order mark", "some editors put one in front; Postgres reads it as part of the first word",
			`perl -pi -e 's/^\xEF\xBB\xBF//' `+m.File)
	case at >= 0:
		return m.fault(at, "this migration has Windows line endings", "its checksum would differ between machines",
			`perl -pi -e 's/\r\n/\n/' `+m.File)
	}
	for at := 0; at < len(m.source); {
		r, size := utf8.DecodeRune(m.source[at:])
		if (r == utf8.RuneError && size == 1) || r == 0 {
			return m.fault(at, "this migration is not UTF-8 text", fmt.Sprintf("byte 0x%02x is no part of a character", m.source[at]), m.edit(at))
		}
		at += size
	}
	return nil
}

func (m *Migration) checkStatements() release.Faults {
	var faults release.Faults
	for _, s := range m.Statements {
		if w := s.controlsTransaction(); w != "" {
			faults = append(faults, m.fault(s.Offset, "a migration may not say "+strings.ToUpper(w),
				"each file is one transaction, which readme-ops begins, records and commits", m.edit(s.Offset)))
		}
		if s.copies() {
			faults = append(faults, m.fault(s.Offset, "a migration cannot COPY from or to the client", "write the rows as INSERT", m.edit(s.Offset)))
		}
		if w := s.refusesTransaction(); w != "" && !m.NoTransaction {
			faults = append(faults, m.fault(s.Offset, strings.ToUpper(w)+" cannot run in a transaction",
				"put the statement into a file of its own whose first line is `-- "+markPrefix+" "+markNoTransaction+"`", m.edit(s.Offset)))
		}
	}
	return faults
}

func duplicates(sorted []Migration) release.Faults {
	var faults release.Faults
	for i := 1; i < len(sorted); i++ {
		a, b := sorted[i-1], sorted[i]
		if a.Version == b.Version && a.Version >= 0 {
			faults = append(faults, &release.Fault{
				Title: fmt.Sprintf("two migrations have the number %d", b.Version), Detail: a.Name + " and " + b.Name,
				Where: &release.Place{File: b.File}, Exit: release.ExitInvalid,
				Try: fmt.Sprintf("git mv %s %s", b.File, path.Join(path.Dir(b.File), renumbered(b.Name, sorted[len(sorted)-1].Version+1))),
			})
		}
	}
	return faults
}

// renumbered is a file's name with another number.
func renumbered(name string, version int64) string {
	_, rest, _ := strings.Cut(name, "_")
	return fmt.Sprintf("%04d_%s", version, rest)
}

// fault is about the byte at of the file, with its line and a caret.
func (m *Migration) fault(at int, title, detail, try string) *release.Fault {
	line, column := place(m.source, at)
	f := &release.Fault{
		Title: title, Detail: detail, Where: &release.Place{File: m.File, Line: line, Column: column},
		Try: try, Exit: release.ExitInvalid,
	}
	if len(m.source) > 0 {
		f.Evidence = []release.Evidence{{Label: m.File, Lines: caret(m.source, at)}}
	}
	return f
}

// edit is the command that opens the file at a place.
func (m *Migration) edit(at int) string {
	line, _ := place(m.source, at)
	return fmt.Sprintf("${EDITOR:-vi} +%d %s", line, m.File)
}

// reason is an error of the file system without the path, which Where says.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}
