package env_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
	"readme/cli/release"
)

func TestParseReference(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"op://vault/item/field":                  {"op", "read", "--no-newline", "op://vault/item/field"},
		"op://My vault/an item/login/field":      {"op", "read", "--no-newline", "op://My vault/an item/login/field"},
		`cmd: ["pass", "show", "a b"]`:           {"pass", "show", "a b"},
		`cmd:["x"]`:                              {"x"},
		`cmd: ["x", "", "$HOME", "` + "`" + `"]`: {"x", "", "$HOME", "`"},
		"postgres://h/d":                         nil,
		"opaque":                                 nil,
		"cmd":                                    nil,
		"":                                       nil,
	} {
		r, is, err := env.ParseReference(text)
		if diff := cmp.Diff(want, r.Argv); diff != "" || err != nil || is != (want != nil) {
			t.Errorf("%s: got %v %v (-want +got):\n%s", text, is, err, diff)
		}
	}
	for _, text := range []string{
		"op://", "op://hunter2", "op://vault/hunter2", "op://vault//hunter2", "op://a/b/c/hunter2/e", "op://a/ /hunter2", "op://a/b/hunter2\nx",
		"cmd:", "cmd: hunter2 show", `cmd: []`, `cmd: [""]`, `cmd: ["", "hunter2"]`, `cmd: {"hunter2": 1}`, `cmd: ["a", 1]`, `cmd: ["hunter2"`, `cmd: "hunter2"`, `cmd: null`,
		`cmd: ["a", "hunter2\u0000"]`, `cmd: ["a"] ["hunter2"]`,
	} {
		r, is, err := env.ParseReference(text)
		if err == nil || !is || r.Argv != nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v, %v, %v", text, r, is, err)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	for _, text := range []string{"op://vault/item/field", `cmd: ["pass", "show", "x"]`, "cmd: [", "op:///", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, is, err := env.ParseReference(text)
		if (err == nil && is) != (len(r.Argv) > 0) || (!is && err != nil) {
			t.Errorf("%q: got %v, %v, %v", text, r, is, err)
		}
		if len(r.Argv) > 0 && (r.Argv[0] == "" || strings.Contains(strings.Join(r.Argv, ""), "\x00")) {
			t.Errorf("%q: %q cannot be run", text, r.Argv)
		}
	})
}

// store is a secret store that holds hunter2 at op://vault/item/field, and gives what its program is told to print.
func store(_ context.Context, r env.Reference) (release.Secret, error) {
	switch last := r.Argv[len(r.Argv)-1]; {
	case r.Argv[0] == "op" && last == "op://vault/item/field":
		return release.NewSecret("hunter2"), nil
	case r.Argv[0] == "echo":
		return release.NewSecret(last), nil
	case r.Argv[0] == "gone":
		return release.Secret{}, &release.Fault{Title: "gone is not installed", Try: "command -v gone", Cause: env.ErrUnusable}
	}
	return release.Secret{}, &release.Fault{
		Title: r.Program() + " ended with exit code 1", Try: "op whoami", Exit: release.ExitStepFailed,
		Evidence: []release.Evidence{{Label: "its last lines", Lines: []string{"no such item"}}},
	}
}

func TestValues_areReadFromSecretStores(t *testing.T) {
	t.Parallel()
	rest := strings.Replace(complete, "TOKEN=hunter2\n", "", 1)
	for name, c := range map[string]struct {
		text    string
		process map[string]string
		want    string
	}{
		"of 1Password":                        {"TOKEN=op://vault/item/field\n", nil, "hunter2"},
		"of a program":                        {"TOKEN='cmd: [\"echo\", \"hunter2\"]'\n", nil, "hunter2"},
		"in the process":                      {"", map[string]string{"TOKEN": "op://vault/item/field"}, "hunter2"},
		"the same value twice":                {"TOKEN=op://vault/item/field\n", map[string]string{"TOKEN": "hunter2"}, "hunter2"},
		"a program in the process is a value": {"", map[string]string{"TOKEN": `cmd: ["echo", "x"]`}, `cmd: ["echo", "x"]`},
		"several lines":                       {"TOKEN='cmd: [\"echo\", \"a\\nb\"]'\n", nil, "a\nb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := values(t, c.text+rest, c.process)
			if got["TOKEN"] != c.want || err != nil {
				t.Errorf("got %q, %v", got["TOKEN"], err)
			}
		})
	}
}

func TestValues_saysWhyASecretStoreGaveNone(t *testing.T) {
	t.Parallel()
	rest := strings.Replace(complete, "TOKEN=hunter2\n", "", 1)
	for name, c := range map[string]struct {
		text    string
		process map[string]string
		exit    int
		want    string
	}{
		"the program fails":        {"TOKEN=op://vault/item/none\n" + rest, nil, release.ExitDrift, ":1:1: TOKEN could not be read: op ended with exit code 1"},
		"it is not there":          {rest + "TOKEN='cmd: [\"gone\"]'\n", nil, release.ExitDrift, ":3:1: TOKEN could not be read: gone is not installed"},
		"it prints nothing":        {"TOKEN='cmd: [\"echo\", \"\"]'\n" + rest, nil, release.ExitDrift, ":1:1: TOKEN could not be read: echo printed nothing"},
		"it prints a placeholder":  {"TOKEN='cmd: [\"echo\", \"[SENSITIVE]\"]'\n" + rest, nil, release.ExitDrift, ":1:1: TOKEN has a placeholder for its value"},
		"it prints another type":   {"SITE='cmd: [\"echo\", \"hunter2\"]'\n" + strings.Replace(complete, "SITE", "OTHER", 1), nil, release.ExitDrift, ":1:1: SITE is no url"},
		"in the process":           {rest, map[string]string{"TOKEN": "op://vault/item/none"}, release.ExitDrift, "envmatrix.yaml:6:3: TOKEN could not be read"},
		"two sources differ":       {"TOKEN=op://vault/item/field\n" + rest, map[string]string{"TOKEN": "hunter22"}, release.ExitInvalid, ":1:1: TOKEN has two different values: one comes from "},
		"half of one":              {"TOKEN=op://vault\n" + rest, nil, release.ExitDrift, ":1:1: TOKEN is no reference to a secret store"},
		"half of one, of the ops'": {"TOKEN='cmd: pass show hunter2'\n" + rest, nil, release.ExitDrift, ":1:1: TOKEN is no reference to a secret store"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := values(t, c.text, c.process)
			faults, _ := errors.AsType[release.Faults](err)
			if len(faults) == 0 || !strings.Contains(faults[0].Error(), c.want) || faults[0].Exit != c.exit || faults[0].Try == "" {
				t.Fatalf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestGiven_tellsOneReasonOnceAndTwoSourcesByName(t *testing.T) {
	t.Parallel()
	got, err := values(t, "TOKEN='cmd: [\"gone\", \"a\"]'\nDB_URL='cmd: [\"gone\", \"b\"]'\nSITE='cmd: [\"gone\", \"c\"]'\nPORT='cmd: [\"gone\", \"d\"]'\n", nil)
	faults, _ := errors.AsType[release.Faults](err)
	if len(faults) == 0 || faults[0].Title != "TOKEN, DB_URL, SITE and 1 more could not be read: gone is not installed" || got["PORT"] != "8080" {
		t.Fatalf("got %v", err)
	}
	u, ok := errors.AsType[*env.Unsettled](faults[0])
	if !ok || cmp.Diff([]string{"TOKEN", "DB_URL", "SITE", "PORT"}, u.Variables) != "" || !errors.Is(faults[0], env.ErrUnusable) {
		t.Errorf("got the cause %+v", faults[0].Cause)
	}
	_, err = values(t, strings.Replace(complete, "TOKEN=hunter2", "TOKEN=op://vault/item/field", 1), map[string]string{"TOKEN": "other"})
	if err == nil || !strings.Contains(err.Error(), ".env.dev:1:1 (a reference), and another one from the environment of readme-ops: remove one") {
		t.Errorf("got %v", err)
	}
}

// A store is unlocked once: the first reference to it goes ahead, the others follow a few at a time, and none is opened twice.
func TestGiven_opensEachReferenceOnceAndAFewAtATime(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	dev, _ := r.Environment("dev")
	for i := range m.Variables {
		m.Variables[i].Value, m.Variables[i].Type = "", ""
	}
	m.Variables = append(m.Variables, m.Variables[1], m.Variables[2]) // the same references again
	path := filepath.Join(t.TempDir(), ".env.dev")
	text := "TOKEN=op://v/i/a\nDB_URL=op://v/i/a\nSITE=op://v/i/c\nPORT=op://v/i/d\nBOT_URL=op://v/i/e\nMODE=op://v/i/f\nHINT=op://v/i/g\nUNKNOWN=op://v/i/h\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var runs, now, most atomic.Int64
		open := func(context.Context, env.Reference) (release.Secret, error) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer now.Add(-1)
			runs.Add(1)
			time.Sleep(time.Second)
			return release.NewSecret("hunter2"), nil
		}
		began := time.Now()
		got, faults := env.Given(t.Context(), dev, env.Sources{Path: path, Process: lookup(nil), Open: open}, m)
		if len(faults) > 0 || got["HINT"].Reveal() != "hunter2" || runs.Load() != 6 || most.Load() != 4 || time.Since(began) != 3*time.Second {
			t.Errorf("got %v, %d runs, %d at once, in %s", faults, runs.Load(), most.Load(), time.Since(began))
		}
	})
}

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "[SENSITIVE]", "[sensitive]", "*****", "***", "•••", "changeme", "CHANGE_ME", "<change-me>", "replace me", "[REDACTED]", "<redacted>",
		"<concealed by 1Password>", "<hidden-by-infisical>", "su▒▒▒▒▒", "xxxx", "...", "…", "[use 'op item get abc --reveal' to reveal]",
	} {
		if !env.Placeholder(text) {
			t.Errorf("%q passes for a value", text)
		}
	}
	for _, text := range []string{
		"hunter2", "0", "x", "*", "**", "secret", "redacted", "sensitive", "production", "true", "changeme2", "sk_live_xxxx", "https://x.test/*", "[1]", "-", "[a, b]", "todo",
	} {
		if env.Placeholder(text) {
			t.Errorf("%q passes for no value", text)
		}
	}
}

// A program that waits for somebody to unlock it would make us wait for each of its references.
func TestGiven_doesNotAskAProgramAgainThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	dev, _ := r.Environment("dev")
	process := map[string]string{"TOKEN": "op://v/i/a", "DB_URL": "op://v/i/b", "SITE": "op://v/i/c"}
	var runs atomic.Int64
	open := func(context.Context, env.Reference) (release.Secret, error) {
		runs.Add(1)
		return release.Secret{}, &release.Fault{Title: "op did not end", Cause: env.ErrUnusable}
	}
	_, faults := env.Given(t.Context(), dev, env.Sources{Process: lookup(process), Open: open}, m)
	if runs.Load() != 1 || len(faults) != 1 || faults[0].Title != "TOKEN, DB_URL and SITE could not be read: op did not end" {
		t.Errorf("%d runs, and %v", runs.Load(), faults)
	}
}
