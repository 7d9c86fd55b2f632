package env_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
)

// testdata/dialects.json is what the programs themselves read behind A= (null: nothing): @next/env 16.4.6, python-dotenv 1.2.4,
// bash 5.2 and compose-go 2.16.2.
func TestReaders_readAsTheProgramsThemselves(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/dialects.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Tail                       string
		Next, Python, Bash, Docker *string
	}
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 400 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		file, faults := env.Scan("", []byte("A="+c.Tail+"\nB=\n"))
		for reader, want := range map[env.Readers]*string{env.Next: c.Next, env.Python: c.Python, env.Bash: c.Bash, env.Docker: c.Docker} {
			got, ok := env.Reading(reader, c.Tail)
			switch {
			case ok && (want == nil || got != *want):
				t.Errorf("%s reads %q otherwise than %q", reader, c.Tail, got)
			case !ok && want != nil && len(faults) == 0 && *want == file.Entries[0].Value.Reveal():
				t.Errorf("%s reads %q as Go does", reader, c.Tail)
			}
		}
	}
}

func TestDialects_nameWhoReadsALineDifferentlyAndWhatToWrite(t *testing.T) {
	t.Parallel()
	const single = "put the value into single quotes"
	for text, want := range map[string]string{
		"A=":                      "",
		"A=x # note":              "",
		"A='two words' # note":    "",
		"A='costs $ 5'":           "",
		"A=postgres://u:p@h:5/d":  "",
		"A='p4ss$Word'":           "", // Next.js replaces it, but no other spelling is better for all
		"A=p4ss$Word":             "", // Scan has found that
		"A=p4ss$word":             "1:1 Next.js, bash and Docker read A differently: it has a $ in its value; " + single + "; Next.js will still read it differently, whatever you write",
		"A=\"p4ss\\$word\"":       "",
		"A=p4ss#word":             "1:1 Next.js reads A differently: it has a # in its value; " + single,
		"A=p4ss # word # x":       "1:1 Next.js, Python, bash and Docker read A differently: it has a # in its value; " + single,
		"A=two words":             "1:1 bash reads A differently: it has a space in its value; " + single,
		"A=https://h/?a=1&b=2":    "1:1 bash reads A differently: its value has a sign that means something to a shell; " + single,
		"A=`x`":                   "1:1 Next.js and bash read A differently: it has a ` in its value; " + single,
		"A=C:\\dir":               "1:1 bash reads A differently: it has a \\ in its value; " + single,
		"A=\"a\\\"b\"":            "1:1 Next.js reads A differently: it has a \\ in its value; " + single,
		"A=\"a\\nb\"":             "1:1 bash reads A differently: it has a \\ in its value; " + single,
		"A = x":                   "1:1 bash reads A differently: there are spaces around the =; write KEY=value without spaces around the =",
		"A= 'x y'":                "1:1 bash reads A differently: there are spaces around the =; write KEY=value without spaces around the =",
		"A= x y":                  "1:1 bash reads A differently: there are spaces around the =; write KEY=value without spaces around the =, the value in single quotes",
		"A=\"x\"#note":            "1:1 bash reads A differently: not all take such a value out of its quotes; write the value without quotes",
		"A=it's":                  "1:1 bash reads A differently: it has a quote in its value; put the value into double quotes",
		"A=x\r\nB=\"a\r\nb\"\r\n": "",
	} {
		file, _ := env.Scan(".env", []byte(text))
		var got []string
		for _, f := range env.Dialects(file, nil) {
			got = append(got, fmt.Sprintf("%d:%d %s; %s", f.Where.Line, f.Where.Column, f.Title, f.Fix))
			if f.Rule != env.RuleDialect {
				t.Errorf("%q: rule %s", text, f.Rule)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestDialects_mindOnlyWhoReadsTheVariable(t *testing.T) {
	t.Parallel()
	file, _ := env.Scan(".env", []byte("CLIENT='p4ss$Word'\nBOT='p4ss$Word'\nBOTH=two words\n"))
	got := env.Dialects(file, func(key string) env.Readers {
		return map[string]env.Readers{"CLIENT": env.Go | env.Next, "BOT": env.Go | env.Python}[key]
	})
	want := []env.Finding{{Rule: env.RuleDialect, Where: file.Entries[0].At, Title: "Next.js reads CLIENT differently: it has a $ in its value", Fix: `put the value into double quotes, with a \ before each $`}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDialects_areQuietAboutWhatQuoteWrites(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "x", "two words", "a#b", "a'b", `a"b`, "l1\nl2", `C:\dir`, "`id`", "https://h/?a=1&b=2#c", "$", " x ", "\t", "~", "é", "{\"a\": [1, 2]}", "p4ss$word", "a'b\"c", "\r\n", `x\`} {
		text, err := env.QuoteHere(value)
		if err != nil {
			t.Errorf("%q: %v", value, err)
			continue
		}
		file, findings := env.Parse(".env", []byte("A="+text+"\nB=\n"))
		if findings = append(findings, env.Dialects(file, nil)...); len(findings) > 0 || file.Entries[0].Value.Reveal() != value {
			t.Errorf("%q as %s: %+v", value, text, findings)
		}
	}
}
