package env_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
)

// fixed runs Fix on a project whose ops example is in order and whose api example is the given text, writes what it
// says, and gives what then stands there, with what was told as "line:column rule".
func fixed(t *testing.T, text string) (after string, told []string) {
	t.Helper()
	r, m := files(t)
	dir := t.TempDir()
	p := env.Project{Dir: dir, Release: r, Matrix: m}
	write(t, dir, map[string]string{"env.example": string(env.Example(m, m.Services[0])), "api/env.example": text, env.DocsFile: string(env.Docs(r, m))})
	changes, findings := env.Fix(p)
	for _, f := range findings {
		told = append(told, strings.TrimPrefix(f.Where.String(), dir+"/api/env.example:")+" "+f.Rule)
	}
	if err := env.Write(dir, changes); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Path != "api/env.example" || string(c.Before) != text {
			t.Errorf("changed %s, before it was %q", c.Path, c.Before)
		}
	}
	if again, left := env.Fix(p); len(again) != 0 || len(left) != len(findings) {
		t.Errorf("a second time it finds %v, changes %d files", left, len(again))
	}
	got, err := os.ReadFile(filepath.Join(dir, "api/env.example"))
	if err != nil {
		t.Fatal(err)
	}
	return string(got), told
}

// whole is api's example as it is written.
func whole(t *testing.T) string {
	t.Helper()
	_, m := files(t)
	return string(env.Example(m, m.Services[1]))
}

func TestFix_insertsWhatIsMissingWhereItBelongs(t *testing.T) {
	t.Parallel()
	site, hint := "\n# where it is\n# @required @sensitive=false @type=url\nSITE=\n", "\n# nobody needs it\n# @optional @sensitive=false\nHINT=\n"
	db := "# the database\n# @required @sensitive @type=url\nDB_URL=\n\n"
	full := whole(t)
	_, later, _ := strings.Cut(full, "never in here.\n\n")
	people := "# Read this first.\n\n" + db + "# My words.\nPORT=8080 # not 80\n\n\n# @docs(https://example.test) @required @sensitive=false @type=url\nBOT_URL=\nMODE='two\nlines'\n# the end, without a line end"
	for name, c := range map[string]struct{ before, after string }{
		"nothing":                      {full, full},
		"one in the middle":            {strings.Replace(full, site, "", 1), full},
		"the first":                    {strings.Replace(full, db, "", 1), full},
		"the last":                     {strings.Replace(full, hint, "", 1), full},
		"two side by side":             {strings.Replace(strings.Replace(full, db, "", 1), site[1:]+"\n", "", 1), full},
		"all but the last":             {"# mine\n\n" + hint[1:], "# mine\n\n" + later},
		"in a file with CRLF":          {crlf(strings.Replace(full, site, "", 1)), crlf(full)},
		"at the end of CRLF":           {crlf(strings.Replace(full, hint, "", 1)), crlf(full)},
		"without a final line end":     {strings.TrimSuffix(strings.Replace(full, site, "", 1), "\n"), strings.TrimSuffix(full, "\n")},
		"the last, without a line end": {strings.TrimSuffix(strings.Replace(full, hint, "", 1), "\n"), strings.TrimSuffix(full, "\n")},
		"without blank lines":          {"DB_URL=\nSITE=\nBOT_URL=\nMODE=\nHINT=\n", "DB_URL=\nSITE=\n# where it listens\n# @required @sensitive=false @type=port\nPORT=8080\nBOT_URL=\nMODE=\nHINT=\n"},
		"an empty default":             {strings.Replace(full, "PORT=8080", "export PORT=''  # where", 1), strings.Replace(full, "PORT=8080", "export PORT=8080  # where", 1)},
		"among the words of people": {people, strings.NewReplacer(
			"# My words.", "# where it is\n# @required @sensitive=false @type=url\nSITE=\n\n# My words.",
			"lines'\n", "lines'\n"+hint,
		).Replace(people)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, told := fixed(t, c.before)
			if diff := cmp.Diff(c.after, got); diff != "" || len(told) > 0 {
				t.Errorf("told %v (-want +got):\n%s", told, diff)
			}
		})
	}
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestFix_makesTheFilesThatAreNotThere(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	dir := t.TempDir()
	changes, findings := env.Fix(env.Project{Dir: dir, Release: r, Matrix: m})
	if err := env.Write(dir, changes); err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	for path, want := range map[string][]byte{"env.example": env.Example(m, m.Services[0]), "api/env.example": env.Example(m, m.Services[1]), env.DocsFile: env.Docs(r, m)} {
		got, err := os.ReadFile(filepath.Join(dir, path))
		if diff := cmp.Diff(string(want), string(got)); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", path, err, diff)
		}
	}
	if got := env.Parity(m, dir); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestFix_tellsWhatAPersonHasToDecide(t *testing.T) {
	t.Parallel()
	full := whole(t)
	torn := strings.Replace(full, "\nSITE=", "\nSITE", 1)
	for name, c := range map[string]struct {
		before string
		told   []string
	}{
		"one too many":  {full + "NEW=\n", []string{"26:1 env/extra"}},
		"another order": {"SITE=\nDB_URL=\nPORT=1\nBOT_URL=\nMODE=\nHINT=\n", []string{"2:1 env/order"}},
		"the same one twice, each with an annotation that is stale": {
			strings.Replace(full, "# @required @sensitive=false @type=url\nSITE=", "# @optional\nSITE=\n# @optional\nSITE=", 1), []string{"11:1 env/duplicate"},
		},
		"a secret":            {strings.Replace(full, "DB_URL=", "DB_URL=postgres://u:hunter2@h/d", 1), []string{"5:1 env/secret-value"}},
		"a line that is torn": {torn, []string{"9:1 env/syntax", "5:1 env/missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after, told := fixed(t, c.before)
			if after != c.before || !slices.Equal(told, c.told) {
				t.Errorf("told %q, want %q\n%s", told, c.told, cmp.Diff(c.before, after))
			}
		})
	}
}

func TestFix_leavesAFileAloneWhereANewValueWouldChangeAnother(t *testing.T) {
	t.Parallel()
	full := strings.Replace(whole(t), "MODE=", `MODE="at ${PORT}"`, 1)
	_, port, _ := strings.Cut(full, "\nSITE=\n")
	port, _, _ = strings.Cut(port, "\n# where a bot")
	without := strings.Replace(full, port, "", 1)
	after, told := fixed(t, without)
	if after != without || !slices.Contains(told, "9:1 env/missing") {
		t.Errorf("told %q\n%s", told, cmp.Diff(without, after))
	}
	empty := strings.Replace(full, "PORT=8080", "PORT=", 1)
	if after, told := fixed(t, empty); after != empty || len(told) > 1 {
		t.Errorf("told %q\n%s", told, cmp.Diff(empty, after))
	}
}

func TestFix_leavesAPageAloneThatAPersonWrote(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	dir := t.TempDir()
	write(t, dir, map[string]string{env.DocsFile: "# Our variables\n"})
	changes, findings := env.Fix(env.Project{Dir: dir, Release: r, Matrix: m})
	if len(changes) != 2 || len(findings) != 1 || findings[0].Rule != env.RuleDocs {
		t.Errorf("got %d changes, %v", len(changes), findings)
	}
}

func TestFix_writesTheStalePageWithTheLineEndsThatItHas(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	dir := t.TempDir()
	page := string(env.Docs(r, m))
	stale := strings.Replace(page, "where it is", "where it was", 1)
	write(t, dir, map[string]string{"env.example": string(env.Example(m, m.Services[0])), "api/env.example": whole(t), env.DocsFile: crlf(stale)})
	changes, findings := env.Fix(env.Project{Dir: dir, Release: r, Matrix: m})
	if len(changes) != 1 || len(findings) > 0 {
		t.Fatalf("got %v, %v", changes, findings)
	}
	if diff := cmp.Diff(env.Change{Path: env.DocsFile, Before: []byte(crlf(stale)), After: []byte(crlf(page))}, changes[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
