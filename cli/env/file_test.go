package env_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"

	"readme/cli/env"
)

func TestParse_readsValuesAsGodotenvDoesAndKnowsTheirLines(t *testing.T) {
	t.Parallel()
	file, findings := env.Parse(".env", []byte("# comment\r\nA=1\n\nexport B = two words # note\n  C='x # y'\nD=\"first\nsecond\" # note\nE=\nF=\"a\\\"b\"\nG=http://x/?a=b&c=d\n"))
	if len(findings) != 0 {
		t.Errorf("findings: %+v", findings)
	}
	var got []string
	for _, e := range file.Entries {
		got = append(got, fmt.Sprintf("%s %s=%q", e.At, e.Key, e.Value.Reveal()))
	}
	want := []string{
		`.env:2:1 A="1"`, `.env:4:8 B="two words"`, `.env:5:3 C="x # y"`, `.env:6:1 D="first\nsecond"`,
		`.env:8:1 E=""`, `.env:9:1 F="a\"b"`, `.env:10:1 G="http://x/?a=b&c=d"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParse_findsWhatIsReadDifferentlyFromHowItLooks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"twice":                  {"A=hunter2\nB=\nA=2\n", ".env:3:1 env/duplicate: A stands here twice, in the lines 1 and 3"},
		"no equals sign":         {"A=1\nSOMETHING http://hunter2\n", ".env:2:1 env/syntax: this line is not KEY=value"},
		"yaml":                   {"A: hunter2\n", ".env:1:1 env/syntax: this line is written KEY: value"},
		"a name with a dash":     {"A=1\n  MY-VAR=hunter2\n", ".env:2:3 env/syntax: this line is not KEY=value"},
		"no name":                {"=hunter2\n", ".env:1:1 env/syntax: this line is not KEY=value"},
		"an open quote":          {"A=1\nB=\"hunter2\nC=3\n", ".env:2:1 env/syntax: the quote of B is not closed"},
		"an open single quote":   {"B='it\\'s hunter2\n", ".env:1:1 env/syntax: the quote of B is not closed"},
		"a comment for a value":  {"A= # hunter2\n", ".env:1:1 env/syntax: A has no value but a comment, which godotenv takes for the value"},
		"text behind a quote":    {"A=\"x\" y=hunter2\n", ".env:1:1 env/syntax: text follows the closing quote of A"},
		"a dollar":               {"A=p4ss$Word\n", ".env:1:1 env/expansion: A has a $ in its value, which godotenv replaces"},
		"a dollar in quotes":     {"A=\"${HOME}\"\n", ".env:1:1 env/expansion: A has a $ in its value, which godotenv replaces"},
		"a byte order mark":      {"\ufeffA=1\n", ".env:1:1 env/syntax: the file begins with a byte order mark"},
		"no UTF-8":               {"A=1\nB=\xff\n", ".env:2:1 env/syntax: this is not UTF-8"},
		"a lone carriage return": {"A=1\rB=2\n", ".env:1:1 env/syntax: a carriage return stands alone in this line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, findings := env.Parse(".env", []byte(c.text))
			if len(findings) == 0 {
				t.Fatal("no finding")
			}
			f := findings[0]
			if got := fmt.Sprintf("%s %s: %s", f.Where, f.Rule, f.Title); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			for _, f := range findings {
				if fault := f.Fault(); strings.Contains(fmt.Sprintf("%+v %v", f, *fault), "hunter2") || fault.Exit != 4 || fault.Try == "" || f.Fix == "" {
					t.Errorf("incomplete, or shows a value: %+v", f)
				}
			}
		})
	}
}

func TestParse_takesDollarsThatNobodyReplaces(t *testing.T) {
	t.Parallel()
	file, findings := env.Parse(".env", []byte("A='p4ss$Word'\nB=\"p4ss\\$Word\"\nC=costs $ 5\nD=a$b\n"))
	var got []string
	for _, e := range file.Entries {
		got = append(got, e.Value.Reveal())
	}
	if diff := cmp.Diff([]string{"p4ss$Word", "p4ss$Word", "costs $ 5", "a$b"}, got); diff != "" || len(findings) > 0 {
		t.Errorf("findings %+v (-want +got):\n%s", findings, diff)
	}
}

func TestReadFile_saysWhyItCannot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, _, err := env.ReadFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, _, err := env.ReadFile(dir); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("got %v", err)
	}
	huge := filepath.Join(dir, "huge")
	if err := os.WriteFile(huge, make([]byte, 1<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := env.ReadFile(huge); err == nil || !strings.Contains(err.Error(), "more than 1048576 bytes") {
		t.Errorf("got %v", err)
	}
}

// Where nothing is found fault with, our keys are exactly godotenv's, and so are the values.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"A=1\nB=2\n", "export A=1", "A='x # y' # z", "A=\"a\nb\"\n", "A= # x", "A: 1", "A=$B", "A=\"\\$B\"", "A=1\rB=2", "A=\"x\" y=3", "A=\u00a01\u00a0", "A=''b'", "#\nA=#",
		"A=\"x\"#y\nB=1", "A=\\\nB=1", "A=1\x00\nB=2", "export\tA=1", "export  export=1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, findings := env.Parse(".env", []byte(text))
		for _, x := range findings {
			if x.Where.Line < 1 || x.Where.Line > strings.Count(text, "\n")+1 {
				t.Errorf("%q: no line: %+v", text, x)
			}
		}
		if len(findings) > 0 {
			return
		}
		want, err := godotenv.Unmarshal(text)
		if err != nil {
			t.Fatalf("%q: godotenv cannot read it: %v", text, err)
		}
		got := map[string]string{}
		for _, e := range file.Entries {
			got[e.Key] = e.Value.Reveal()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	})
}
