package env_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"readme/cli/env"
)

// FuzzFix makes Fix meet files that nobody thought of. Whatever it does to one: what is told is told again, a second time nothing
// changes, every value stays what it was, and every line that is no annotation is there in its order.
func FuzzFix(f *testing.F) {
	_, m, err := parse()
	if err != nil {
		f.Fatal(err)
	}
	api := m.Services[1]
	full := string(env.Example(m, api))
	f.Add(full)
	f.Add(crlf(full))
	f.Add(strings.Replace(full, "@required", "@optional", 2))
	f.Add(strings.Replace(full, "# @required @sensitive @type=url", "#@type=port @docs(\"x y\") @required=false # why", 1))
	f.Add("# @type=url @type=url\nSITE='a\n# @optional\nb'\n# @public\nHINT=1")
	f.Add("#\n#@type \nDB_URL=\n")
	f.Add("SITE=a\rDB_URL=\r\nMODE=${SITE}\n\n\n")
	f.Add("# @required\n# @sensitive\n# mine\nMODE=\n#\nBOT_URL=\\\nDB_URL=a\nDB_URL=b")
	f.Fuzz(func(t *testing.T, text string) {
		after, told := env.MendText(m, api, "env.example", []byte(text))
		sameValues(t, text, after)
		kept(t, text, string(after))
		again, still := env.MendText(m, api, "env.example", after)
		if !bytes.Equal(again, after) || len(still) != len(told) {
			t.Errorf("a second time it gives %q, tells %v, and first it gave %q, told %v", again, still, after, told)
		}
	})
}

func sameValues(t *testing.T, before string, after []byte) {
	t.Helper()
	old, _ := env.Parse("", []byte(before))
	now, _ := env.Parse("", after)
	for _, e := range old.Entries {
		want, _ := old.Get(e.Key)
		if e.Key == "PORT" && want.Value.Empty() {
			continue // it has a default
		}
		if got, ok := now.Get(e.Key); !ok || got.Value.Reveal() != want.Value.Reveal() {
			t.Errorf("%s was %q and is %q", e.Key, want.Value.Reveal(), got.Value.Reveal())
		}
	}
}

// kept finds a line that was lost: every one that is no annotation has to be there, in the same order, with its end.
func kept(t *testing.T, before, after string) {
	t.Helper()
	lines := slices.Collect(strings.Lines(after))
	i := 0
	for line := range strings.Lines(before) {
		if strings.Contains(line, "@") || strings.Contains(line, "PORT") {
			continue
		}
		end := strings.HasSuffix(line, "\n")
		for i < len(lines) && lines[i] != line && (end || strings.TrimRight(lines[i], "\r\n") != line) {
			i++
		}
		if i == len(lines) {
			t.Fatalf("%q is lost\nbefore:\n%s\nafter:\n%s", line, before, after)
		}
		i++
	}
}
