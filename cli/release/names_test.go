package release_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
)

func TestSecret_neverShowsItself(t *testing.T) {
	const value = "hunter2-and-more"
	secret := release.NewSecret(value)
	nested := struct {
		Name   string
		Secret release.Secret
		hidden release.Secret
		list   []release.Secret
	}{"n", secret, secret, []release.Secret{secret}}
	var said []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
		said = append(said, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, nested), fmt.Sprintf(verb, &nested))
	}
	raw, err := json.Marshal(map[string]any{"a": secret, "b": nested})
	if err != nil {
		t.Fatal(err)
	}
	text, err := secret.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret, "nested", nested)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "nested", nested)
	said = append(said, string(raw), string(text), log.String(), fmt.Errorf("failed with %w and %v", errors.New("x"), secret).Error())
	for _, s := range said {
		// %x of the value, of part of it or of the pointer would be the other ways out.
		if strings.Contains(s, "hunter2") || strings.Contains(s, fmt.Sprintf("%x", value)) {
			t.Errorf("the secret got out: %s", s)
		}
	}
	if got := secret.Reveal(); got != value {
		t.Errorf("Reveal: got %q", got)
	}
	if (release.Secret{}).Reveal() != "" || !(release.Secret{}).Empty() || !release.NewSecret("").Empty() || secret.Empty() {
		t.Error("Empty does not say what is empty")
	}
}

func TestFault_saysWhereAndWhat(t *testing.T) {
	place := &release.Place{File: "release.yaml", Line: 3, Column: 5}
	for want, f := range map[string]*release.Fault{
		"no room": {Title: "no room"},
		"release.yaml:3:5: no room: disk is full": {Title: "no room", Detail: "disk is full", Where: place},
		"release.yaml:3: no room":                 {Title: "no room", Where: &release.Place{File: "release.yaml", Line: 3}},
		"release.yaml: no room":                   {Title: "no room", Where: &release.Place{File: "release.yaml", Column: 9}},
	} {
		if got := f.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAsFault_keepsAFaultAndCallsTheRestABug(t *testing.T) {
	fault := &release.Fault{Title: "no room", Exit: release.ExitInvalid, Cause: fs.ErrNotExist}
	if got := release.AsFault(fmt.Errorf("load: %w", fault)); got != fault {
		t.Errorf("got %v, want the fault itself", got)
	}
	if !errors.Is(fault, fs.ErrNotExist) {
		t.Error("the cause is not found behind a fault")
	}
	if got := release.AsFault(fmt.Errorf("all: %w", release.Faults{fault, {Title: "two"}})); got != fault {
		t.Errorf("of several: got %v, want the first", got)
	}
	bug := release.AsFault(errors.New("nobody thought of this"))
	if bug.Exit != release.ExitBug || bug.Detail != "nobody thought of this" || bug.Try == "" {
		t.Errorf("a plain error: got %+v, want a bug that says what to try", bug)
	}
}

func TestFaults_areOneLineEach(t *testing.T) {
	err := release.Faults{{Title: "one"}, {Title: "two"}}
	if got := err.Error(); got != "one\ntwo" {
		t.Errorf("got %q", got)
	}
}

func TestNewRun_sortsByTimeAndIsValid(t *testing.T) {
	at := time.Date(2026, 11, 22, 16, 30, 0, 0, time.FixedZone("CET", 3600))
	digest := "sha256:1a2b3c4d" + strings.Repeat("0", 56)
	if got := release.NewRun(at, digest); !strings.HasPrefix(got, "20261122-153000-000") {
		t.Errorf("got %s", got)
	}
	later, last := "", release.NewRun(at.Add(time.Second), "sha256:000000")
	for passed := time.Duration(0); passed < time.Second; passed += 250 * time.Microsecond {
		next := release.NewRun(at.Add(passed), digest)
		if next <= later || next >= last || !release.ValidRun(next) {
			t.Fatalf("%s after %s: %s does not sort between %s and %s", passed, at, next, later, last)
		}
		later = next
	}
	if a, b := release.NewRun(at.Add(1), digest), release.NewRun(at.Add(2), digest); a == b {
		t.Errorf("two machines have named a run %s", a)
	}
	for id, want := range map[string]bool{
		later: true, release.NewRun(at, ""): true, "": false, "..": false, "../20261122-153000-1a2b3c": false, "20261122-153000-1a2b3c.jsonl": false,
		"20261122-153000-1a2b3c\n": false, "20261122-153000-XYZ": false,
	} {
		if got := release.ValidRun(id); got != want {
			t.Errorf("ValidRun(%q): got %t, want %t", id, got, want)
		}
	}
}

func TestPrintable_leavesNothingThatActsOnATerminal(t *testing.T) {
	for text, want := range map[string]string{
		"plain ✔ 日本語 é":                            "plain ✔ 日本語 é",
		"\x1b[31mred\x1b[0m and\x1b[2K on":         "red and on",
		"\x1b]0;title\x07x":                        "x",
		"\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\": "link",
		"a\tb":                "a    b",
		"a\rb\x00c\x7fd\x9be": "a?b?c?d\uFFFDe",
		"\u009b31m":           "?31m",
		"two\nlines":          "two?lines",
		"bidi \u202e txt":     "bidi ? txt",
		"half \x1b[3":         "half ?[3",
	} {
		if got := release.Printable(text); got != want {
			t.Errorf("Printable(%q): got %q, want %q", text, got, want)
		}
	}
}

func TestCommit_hasOneNameEverywhere(t *testing.T) {
	sha := "0123456789abcdef0123456789abcdef01234567"
	for _, c := range []struct {
		commit      release.Commit
		full, short string
	}{
		{release.Commit{SHA: sha}, sha, "0123456"},
		{release.Commit{SHA: sha, Dirty: "ab12"}, sha + "+dirty.ab12", "0123456+dirty.ab12"},
		{release.Commit{SHA: "abc"}, "abc", "abc"},
	} {
		if diff := cmp.Diff([]string{c.full, c.short}, []string{c.commit.String(), c.commit.Short()}); diff != "" {
			t.Error(diff)
		}
	}
}
