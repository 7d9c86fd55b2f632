package env_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
	"readme/cli/release"
)

func scanned(text string) env.File {
	f, _ := env.Scan(".env", []byte(text))
	return f
}

func TestFile_withAnotherValueKeepsEveryOtherByte(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"A=1\nB=2":                        "A=new\nB=2",
		"# x\r\nexport A = '1' # y\r\nB=": "# x\r\nexport A = new # y\r\nB=",
		"A=\"1\n2\" # y\nB=2\n":           "A=new # y\nB=2\n",
		"A=\nB=2\n":                       "A=new\nB=2\n",
		"A=":                              "A=new",
		"A= # y\nB=2\n":                   "A=new # y\nB=2\n",
		"A='1'#y\n":                       "A='new'#y\n",
		"A=1\nA=2\n":                      "A=1\nA=new\n",
		"B=1\rA=2":                        "B=1\rA=new",
		"A=new # y":                       "A=new # y",
		"A='new'":                         "A='new'",
		"\ufeffB=1\nA=1":                  "\ufeffB=1\nA=new",
	} {
		got, err := scanned(text).With("A", release.NewSecret("new"))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, string(got.Bytes())); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestFile_withSaysWhyItCannotAndShowsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, value, want string }{
		"no key":           {"B=1\n", "hunter2", "write A: it is not in .env"},
		"no such spelling": {"A=1\n", "hunter2\x00", "write A: no spelling of this value in a .env file is read as it is"},
		"a broken line":    {"A='x' hunter2\n", "hunter3", "write A: its line, .env:1:1, is broken"},
	} {
		_, err := scanned(c.text).With("A", release.NewSecret(c.value))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFile_changesLinesAndKeepsTheirEnds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "T\nX=1\nY=2\nE=\n",
		"A=1\nB=2\nC=3\n":       "T\nA=1\nX=1\nY=2\nC=3\nE=\n",
		"A=1\nB=2\nC=3":         "T\nA=1\nX=1\nY=2\nC=3\nE=",
		"A=1\r\nB=2\r\nC=3\r\n": "T\r\nA=1\r\nX=1\r\nY=2\r\nC=3\r\nE=\r\n",
		"A=1\r\nB=2\r\nC=3":     "T\r\nA=1\r\nX=1\r\nY=2\r\nC=3\r\nE=",
		"\n\n":                  "T\n\nX=1\nY=2\nE=\n",
	} {
		n := strings.Count(text, "\n")
		if text != "" && !strings.HasSuffix(text, "\n") {
			n++
		}
		changes := []env.Lines{{First: n + 1, Last: n, Text: []string{"E="}}, {First: 1, Last: 0, Text: []string{"T"}}}
		middle := env.Lines{First: 2, Last: 2, Text: []string{"X=1", "Y=2"}}
		if n == 0 {
			middle.First, middle.Last = 1, 0
			slices.Reverse(changes)
			changes = slices.Insert(changes, 1, middle)
		} else {
			changes = append(changes, middle)
		}
		got, err := scanned(text).Change(changes...)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, string(got.Bytes())); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	for name, changes := range map[string][]env.Lines{
		"behind the end": {{First: 5, Last: 4, Text: []string{"X="}}}, "before the begin": {{First: 0, Last: 0}}, "backwards": {{First: 3, Last: 1}},
		"twice the same": {{First: 1, Last: 2}, {First: 2, Last: 2}},
	} {
		if _, err := scanned("A=1\nB=2\nC=3\n").Change(changes...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestFile_addsAVariableBehindAnotherOne(t *testing.T) {
	t.Parallel()
	f := scanned("A='1\n2' # x\n\nC=3")
	a, _ := f.Get("A")
	f, err := f.Add(a.End, "B", release.NewSecret("two words"), "what B is", "", "@sensitive")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("A='1\n2' # x\n# what B is\n#\n# @sensitive\nB='two words'\n\nC=3", string(f.Bytes())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := f.Add(99, "D", release.NewSecret("")); err == nil {
		t.Error("a line that is not there was taken")
	}
	if _, err := f.Add(0, "D", release.NewSecret("\x00")); !errors.Is(err, env.ErrQuote) {
		t.Errorf("got %v", err)
	}
}

// Whatever a file and a value look like: the value is read back, every other entry is what it was, and so is every byte before
// and behind.
func FuzzWith(f *testing.F) {
	for _, text := range []string{"A=1\nB=2\n", "# x\r\nexport A= '1' # y\r\n", "A=\"1\n2\"#z\nB='$x'", "A= # c\nB=${A}", "B=1\rA=2\rC=3", "A=1\nA=2\nC=\"A=\"\n"} {
		for _, value := range []string{"", "x", "two words", "p4ss$Word", "a'b\"c`d", "l1\nl2\r\n", " # ", `C:\dir\`, "é\u00a0"} {
			f.Add(text, value)
		}
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		before := scanned(text)
		was, ok := before.Get("A")
		after, err := before.With("A", release.NewSecret(value))
		if err != nil {
			if ok && !errors.Is(err, env.ErrQuote) && !strings.HasSuffix(err.Error(), "is broken") {
				t.Errorf("%q, %q: %v", text, value, err)
			}
			return
		}
		if got, _ := after.Get("A"); got.Value.Reveal() != value || got.At != was.At {
			t.Errorf("%q, %q: read back as %q at %s", text, value, got.Value.Reveal(), got.At)
		}
		for i, e := range before.Entries {
			if now := after.Entries[i]; now.Key != e.Key || e.At != was.At && now.Raw.Reveal() != e.Raw.Reveal() || now.Inline != e.Inline && e.At != was.At {
				t.Errorf("%q, %q: %s has changed", text, value, e.Key)
			}
		}
		now := string(after.Bytes())
		if head, _, _ := strings.Cut(text, was.Key); !strings.HasPrefix(now, head) {
			t.Errorf("%q, %q: the begin has changed: %q", text, value, now)
		}
		if i := strings.LastIndex(text, was.Raw.Reveal()); was.Raw.Reveal() != "" && !strings.HasSuffix(now, text[i+len(was.Raw.Reveal()):]) {
			t.Errorf("%q, %q: the end has changed: %q", text, value, now)
		}
	})
}
