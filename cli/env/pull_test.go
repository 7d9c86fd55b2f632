package env_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"

	"readme/cli/env"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// sharedText adds a service, with which api shares some variables.
const sharedText = `version: 1
services:
  ops: {example: env.example}
  api: {example: api/env.example, deploy: api}
  bot: {example: bot/env.example, deploy: bot}
variables:
  TOKEN:   {about: the token of the host, secret: true, required: [dev], services: [ops]}
  DB_URL:  {about: the database, type: postgres-url, secret: true, services: [ops, api, bot]}
  SITE:    {about: where it is, type: url, services: [api]}
  BOT_URL: {about: where a bot starts, type: url, services: [api], value: "${bot.start_url}"}
  KEY:     {about: what opens it, secret: true, services: [api, bot]}
  HINT:    {about: nobody needs it, required: false, services: [api]}
`

func shared(t *testing.T) *spec.Matrix {
	t.Helper()
	_, m, err := spec.Parse("release.yaml", []byte(releaseText), "envmatrix.yaml", []byte(sharedText))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// vendors says what api and bot have: KEY=value, and KEY for one that is shown to nobody.
func vendors(api, bot string) []env.Kept {
	read := func(text string) (out []provider.Variable) {
		for line := range strings.FieldsSeq(text) {
			name, value, readable := strings.Cut(line, "=")
			out = append(out, provider.Variable{Name: name, Value: release.NewSecret(strings.ReplaceAll(value, "_", " ")), Readable: readable})
		}
		return out
	}
	return []env.Kept{{Service: "api", To: "railway", Has: read(api)}, {Service: "bot", To: "pipecat", Has: read(bot)}}
}

func pull(t *testing.T, file string, kept []env.Kept, values map[string]release.Secret) (string, []string, []env.Finding) {
	t.Helper()
	f, _ := env.Scan(".env.dev", []byte(file))
	p := env.Pull{Matrix: shared(t), Environment: "dev", File: f, Services: kept, Values: values, Key: env.NewKey([]byte("key"))}
	out, rows, findings := p.Apply()
	var said []string
	for _, r := range rows {
		said = append(said, strings.TrimRight(fmt.Sprintf("%s %s %s %s", r.Deed, r.Variable, strings.Join(r.From, "+"), r.Why), " "))
		if (r.Here != "" && len(r.Here) != 32) || (r.There != "" && len(r.There) != 32) || strings.Contains(fmt.Sprintf("%+v", r), "hunter2") {
			t.Errorf("a value is shown: %+v", r)
		}
		if r.Deed == env.Unchanged && r.Here != r.There || r.Deed == env.Changed && r.Here == r.There {
			t.Errorf("got the fingerprints %q and %q: %+v", r.Here, r.There, r)
		}
	}
	if text := fmt.Sprintf("%+v", findings); strings.Contains(text, "hunter2") {
		t.Errorf("a value is shown: %s", text)
	}
	return string(out.Bytes()), said, findings
}

func TestPull_writesANewFileWithEveryVariable(t *testing.T) {
	t.Parallel()
	got, said, findings := pull(t, "", vendors("DB_URL=postgres://u:hunter2@h/d SITE=https://x.test KEY PORT=1 BOT_URL=https://b.test", "DB_URL=postgres://u:hunter2@h/d KEY"), nil)
	want := `# The values of dev. Never commit this file.

# the token of the host
TOKEN=

# the database
DB_URL=postgres://u:hunter2@h/d

# where it is
SITE=https://x.test

# what opens it
KEY=

# nobody needs it
HINT=
`
	if diff := cmp.Diff(want, got); diff != "" || len(findings) > 0 {
		t.Errorf("%v (-want +got):\n%s", findings, diff)
	}
	if diff := cmp.Diff([]string{
		"left TOKEN  readme-ops alone reads it, and no vendor keeps it", "added DB_URL api (railway)+bot (pipecat)", "added SITE api (railway)",
		"left KEY api (railway)+bot (pipecat) the vendor shows it to nobody",
	}, said); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestPull_leavesEverythingElseInAFileAsItIs(t *testing.T) {
	t.Parallel()
	file := "\n# ours\nexport SITE = 'https://old.test'   # where\n\nOTHER=\"a b\"\nTOKEN=op://v/i/f\nKEY=\n  # the end"
	kept := vendors("DB_URL=postgres://h/d SITE=https://x.test KEY=hunter2 HINT=two_words", "DB_URL=postgres://h/d KEY=hunter2")
	got, said, findings := pull(t, file, kept, nil)
	want := "\n# ours\nexport SITE = https://x.test   # where\n\nOTHER=\"a b\"\nTOKEN=op://v/i/f\nDB_URL=postgres://h/d\nKEY=hunter2\nHINT='two words'\n  # the end"
	if diff := cmp.Diff(want, got); diff != "" || len(findings) > 0 {
		t.Errorf("%v (-want +got):\n%s", findings, diff)
	}
	if diff := cmp.Diff([]string{"added DB_URL api (railway)+bot (pipecat)", "changed SITE api (railway)", "added KEY api (railway)+bot (pipecat)", "added HINT api (railway)"}, said); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	again, said, _ := pull(t, got, kept, nil)
	if again != got || len(drop(said, "unchanged")) > 0 {
		t.Errorf("a second pull: got %q\n%q", again, said)
	}
	crlf := strings.ReplaceAll(file, "\n", "\r\n")
	if got, _, _ := pull(t, crlf, kept, nil); got != strings.ReplaceAll(want, "\n", "\r\n") {
		t.Errorf("of Windows: got %q", got)
	}
}

func TestPull_neverTakesWhatIsNoValue(t *testing.T) {
	t.Parallel()
	file := "DB_URL=postgres://here/d\nSITE=\nKEY='cmd: [\"pass\", \"x\"]'\n"
	values := map[string]release.Secret{"KEY": release.NewSecret("hunter2")}
	for name, c := range map[string]struct {
		api, bot string
		want     []string
	}{
		"sealed":      {"DB_URL SITE KEY", "", []string{"left DB_URL api (railway) the vendor shows it to nobody", "left SITE api (railway) the vendor shows it to nobody", "left KEY api (railway) the vendor shows it to nobody"}},
		"masked":      {"DB_URL=[SENSITIVE] SITE=***** KEY=", "", []string{"left DB_URL api (railway) the vendor has it without a value, or hides that behind a placeholder", "left SITE api (railway) the vendor has it without a value, or hides that behind a placeholder", "left KEY api (railway) the vendor has it without a value, or hides that behind a placeholder"}},
		"nothing":     {"", "", []string{"left SITE  no vendor has it yet"}},
		"a reference": {"KEY=hunter2", "", []string{"left SITE  no vendor has it yet", "unchanged KEY api (railway) a reference"}},
		"another one": {"KEY=hunter3", "", []string{"left SITE  no vendor has it yet", "left KEY api (railway) a reference, and what it leads to is another value than at the vendor"}},
		"one of two":  {"", "DB_URL=postgres://here/d", []string{"unchanged DB_URL bot (pipecat)", "left SITE  no vendor has it yet"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, said, findings := pull(t, file, vendors(c.api, c.bot), values)
			said = drop(said, "left TOKEN")
			if diff := cmp.Diff(c.want, said); diff != "" || got != file || len(findings) > 0 {
				t.Errorf("%v, %q (-want +got):\n%s", findings, got, diff)
			}
		})
	}
}

func drop(lines []string, prefix string) (out []string) {
	for _, l := range lines {
		if !strings.HasPrefix(l, prefix) {
			out = append(out, l)
		}
	}
	return out
}

func TestPull_refusesToGuess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ api, bot, want string }{
		"two values":         {"KEY=hunter2", "KEY=hunter22", "env/differs KEY has different values at the vendors of dev"},
		"a wrong type":       {"SITE=hunter2", "", "env/type SITE is no url, in api (railway)"},
		"a space behind one": {"KEY=hunter2_", "", "env/space KEY begins or ends with a space or a line break, in api (railway)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, findings := pull(t, "", vendors(c.api, c.bot), nil)
			if len(findings) != 1 || findings[0].Rule+" "+findings[0].Title != c.want || !strings.HasSuffix(findings[0].Fix, "nothing was written") || findings[0].Where.Line == 0 {
				t.Errorf("got %+v", findings)
			}
		})
	}
	_, _, findings := pull(t, "", vendors("KEY=hunter2", "KEY=hunter22"), nil)
	key := env.NewKey([]byte("key"))
	if want := "bot (pipecat) has " + env.Short(key.Of("KEY", release.NewSecret("hunter22"))); !strings.Contains(findings[0].Fix, want) {
		t.Errorf("got %q, want %q in it", findings[0].Fix, want)
	}
	kept := vendors("", "")
	kept[0].Has = []provider.Variable{{Name: "KEY", Readable: true, Value: release.NewSecret("hunter2\x00")}}
	if _, _, findings := pull(t, "KEY=a\n", kept, nil); len(findings) != 1 || findings[0].Rule != env.RuleDialect {
		t.Errorf("what no file can hold: got %+v", findings)
	}
}

// Whatever a vendor has and whatever stands in the file: the new file gives that very value, and all other variables what they had.
func FuzzPull(f *testing.F) {
	f.Add("A=1\n# KEY\nKEY=x # y\nB='2'", "p4$$word # \"x\" 'y' \\n")
	f.Add("\r\nKEY=\"a\r\nb\"\r\nZ=1", "one\ntwo")
	f.Add("", "é`$(x)`")
	f.Fuzz(func(t *testing.T, text, value string) {
		old, wrong := env.Parse(".env.dev", []byte(text))
		if len(wrong) > 0 {
			return
		}
		kept := []env.Kept{{Service: "api", To: "railway", Has: []provider.Variable{{Name: "KEY", Value: release.NewSecret(value), Readable: true}}}}
		out, _, findings := env.Pull{Matrix: shared(t), Environment: "dev", File: old, Services: kept}.Apply()
		entry, _ := old.Get("KEY")
		_, reference, _ := env.ParseReference(entry.Value.Reveal())
		if len(findings) > 0 || env.Placeholder(value) || reference {
			return
		}
		got, err := godotenv.Unmarshal(string(out.Bytes()))
		if err != nil || got["KEY"] != value {
			t.Fatalf("%q into %q: got %q, %v", value, text, out.Bytes(), err)
		}
		for _, e := range old.Entries {
			if e.Key != "KEY" && got[e.Key] != e.Value.Reveal() && !strings.Contains(e.Raw.Reveal(), "$") {
				t.Errorf("%s was %q and is %q", e.Key, e.Value.Reveal(), got[e.Key])
			}
		}
	})
}
