package env_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
)

// reading writes down all that Scan makes of a text: its entries, then its findings.
func reading(text string) string {
	file, findings := env.Scan(".env", []byte(text))
	var out []string
	for _, e := range file.Entries {
		s := fmt.Sprintf("%d:%d %s=%q", e.At.Line, e.At.Column, e.Key, e.Value.Reveal())
		if e.Export {
			s = "export " + s
		}
		if e.Inline != "" {
			s += " # " + e.Inline
		}
		if e.Again() {
			s += fmt.Sprintf(" again from %d:%d", e.First.Line, e.First.Column)
		}
		out = append(out, s)
	}
	for _, f := range findings {
		out = append(out, fmt.Sprintf("! %d:%d %s %s", f.Where.Line, f.Where.Column, strings.TrimPrefix(f.Rule, "env/"), f.Title))
	}
	return strings.Join(out, "\n")
}

// The cases of the reference, and more. Parse holds each against godotenv, so what stands here without a finding is what that reads.
func TestScan_readsAsGodotenvDoesOrSaysWhereItDoesNot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "",
		"\n \t\n# A=1\n":          "",
		"A=1":                     `1:1 A="1"`,
		"A=1\nA=2\n":              "1:1 A=\"1\"\n2:1 A=\"2\" again from 1:1\n! 2:1 duplicate A stands here twice, in the lines 1 and 2",
		"export A=1":              `export 1:8 A="1"`,
		"export  B = 3":           `export 1:9 B="3"`,
		"export\tA=1":             `export 1:8 A="1"`,
		"export=2":                `1:1 export="2"`,
		"exported=2":              `1:1 exported="2"`,
		"KEY":                     "! 1:1 syntax this line is not KEY=value",
		"export KEY":              "! 1:8 syntax this line is not KEY=value",
		"SOMETHING http://x\nA=1": "2:1 A=\"1\"\n! 1:1 syntax this line is not KEY=value",
		"A: 1":                    "1:1 A=\"1\"\n! 1:1 syntax this line is written KEY: value",
		"A:1":                     "! 1:1 syntax this line is not KEY=value",
		"A=":                      `1:1 A=""`,
		"A=   ":                   `1:1 A=""`,
		"A= # note":               "1:1 A=\"# note\"\n! 1:1 syntax A has no value but a comment, which godotenv takes for the value",
		"A=# note":                "1:1 A=\"# note\"\n! 1:1 syntax A has no value but a comment, which godotenv takes for the value",
		"A=foo#bar":               `1:1 A="foo#bar"`,
		"A=foo #bar":              `1:1 A="foo" # bar`,
		"A=foo # b # c":           `1:1 A="foo # b" # c`,
		"A=foo #":                 `1:1 A="foo"`,
		"A='x # y' # z":           `1:1 A="x # y" # z`,
		`A="x # y" # z`:           `1:1 A="x # y" # z`,
		`A="x"#y`:                 `1:1 A="x" # y`,
		`A='a\nb'`:                `1:1 A="a\\nb"`,
		`A='it\'s'`:               `1:1 A="it\\'s"`,
		"A=''":                    `1:1 A=""`,
		"A=''b'":                  "1:1 A=\"\"\n! 1:1 syntax text follows the closing quote of A",
		`A="a\nb\tc\"d\\e"`:       `1:1 A="a\nbtc\"d\\e"`,
		`A="say \"hi\""`:          "1:1 A=\"say \\\"hi\\\\\"\n! 1:1 syntax the value of A ends in a quote, which godotenv takes away",
		"A=\"a\nb\" # c\nB=1":     "1:1 A=\"a\\nb\" # c\n3:1 B=\"1\"",
		"A=\"a\r\nb\"\r\nB=1\r\n": "1:1 A=\"a\\nb\"\n3:1 B=\"1\"",
		`A="C:\\dir\\"`:           "! 1:1 syntax the quote of A is not closed",
		"A=\"x\nB=1\nabc=\nc=1":   "2:1 B=\"1\"\n3:1 abc=\"\"\n4:1 c=\"1\"\n! 1:1 syntax the quote of A is not closed",
		"A='x\nabc=\nB=1":         "3:1 B=\"1\"\n! 1:1 syntax the quote of A is not closed",
		"X=v\nA=$X ${X}":          "1:1 X=\"v\"\n2:1 A=\"v v\"\n! 2:1 expansion A has a $ in its value, which godotenv replaces",
		"A=p4ss$Word":             "1:1 A=\"p4ssord\"\n! 1:1 expansion A has a $ in its value, which godotenv replaces",
		"A=$5abc":                 "1:1 A=\"abc\"\n! 1:1 expansion A has a $ in its value, which godotenv replaces",
		"A=${Y:-def}":             "1:1 A=\":-def}\"\n! 1:1 expansion A has a $ in its value, which godotenv replaces",
		`A=\$X`:                   `1:1 A="$X"`,
		`A="\$X"`:                 `1:1 A="$X"`,
		"A='$X'":                  `1:1 A="$X"`,
		"A=$(cmd)":                `1:1 A="$(cmd)"`,
		"A=$(CMD)":                "1:1 A=\")\"\n! 1:1 expansion A has a $ in its value, which godotenv replaces",
		"A=$x":                    `1:1 A="$x"`,
		"A=a$$ b":                 `1:1 A="a$$ b"`,
		`A="x" y=3`:               "1:1 A=\"x\"\n! 1:1 syntax text follows the closing quote of A",
		`A="x"y`:                  "1:1 A=\"x\"\n! 1:1 syntax text follows the closing quote of A",
		`A="""x"""`:               "1:1 A=\"\"\n! 1:1 syntax text follows the closing quote of A",
		"\ufeffA=1\nB=2":          "1:1 A=\"1\"\n2:1 B=\"2\"\n! 1:1 syntax the file begins with a byte order mark",
		"\xff\xfeA\x00=\x00":      "! 1:1 syntax this is UTF-16",
		"MY-VAR=1":                "! 1:1 syntax this line is not KEY=value",
		"É=1":                     "! 1:1 syntax this line is not KEY=value",
		"MY.VAR=1":                "1:1 MY.VAR=\"1\"\n! 1:1 syntax there is a dot in the name MY.VAR",
		"1A=1":                    "! 1:1 syntax this line is not KEY=value",
		"A B=1":                   "! 1:1 syntax this line is not KEY=value",
		"=1":                      "! 1:1 syntax this line is not KEY=value",
		"A=1\rB=2":                "1:1 A=\"1\"\n1:5 B=\"2\"\n! 1:1 syntax a carriage return stands alone in this line",
		"A=1\r\n\r\nB=2\r\n":      "1:1 A=\"1\"\n3:1 B=\"2\"",
		"A=1\u00a0\nB=2":          "1:1 A=\"1\"\n2:1 B=\"2\"\n! 1:1 syntax there is an invisible character beside the value of A",
		"A=\u00a01":               "1:1 A=\"1\"\n! 1:1 syntax there is an invisible character beside the value of A",
		"é=1\n# é\nA=é":           "3:1 A=\"é\"\n! 1:1 syntax this line is not KEY=value",
		"A=1\x00\nB=2":            "1:1 A=\"1\\x00\"\n2:1 B=\"2\"\n! 1:1 syntax there is a NUL character in this line",
		"A=1\nB=\xff":             "1:1 A=\"1\"\n2:1 B=\"\\xff\"\n! 2:1 syntax this is not UTF-8",
		"A=007\nB=+5":             "1:1 A=\"007\"\n2:1 B=\"+5\"",
		"  A = 1  ":               `1:3 A="1"`,
		"K=-----BEGIN KEY-----\nMIIabc=\n-----END KEY-----\nB=1": "1:1 K=\"-----BEGIN KEY-----\"\n4:1 B=\"1\"\n! 1:1 syntax K has a value of several lines without quotes",
	} {
		if diff := cmp.Diff(want, reading(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
		if _, findings := env.Parse(".env", []byte(text)); strings.Contains(fmt.Sprint(findings), env.RuleOracle) {
			t.Errorf("%q: godotenv reads it differently: %v", text, findings)
		}
	}
}

func TestScan_keepsCommentsAndAnnotationsForTheirVariable(t *testing.T) {
	t.Parallel()
	text := "# the head\n\n# what A is\n# @required=forEnv(dev, prod) @sensitive=false @type=string(startsWith=sb_) @example=\"a b\" # more\n  export A=1 # behind\n#B=1\n\nC='\n'\n#D\nD=\n"
	file, findings := env.Scan(".env", []byte(text))
	if len(findings) > 0 || len(file.Entries) != 3 || string(file.Bytes()) != text {
		t.Fatalf("got %+v, %+v", file, findings)
	}
	a, c, d := file.Entries[0], file.Entries[1], file.Entries[2]
	if diff := cmp.Diff([]string{"what A is", "@required=forEnv(dev, prod) @sensitive=false @type=string(startsWith=sb_) @example=\"a b\" # more"}, a.Doc); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var notes []string
	for _, n := range a.Annotations {
		notes = append(notes, fmt.Sprintf("%s %s=%s", n.At, n.Name, n.Text))
	}
	want := []string{".env:4:3 required=forEnv(dev, prod)", ".env:4:31 sensitive=false", ".env:4:48 type=string(startsWith=sb_)", ".env:4:77 example=a b"}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n, ok := a.Annotation("type"); !ok || n.Text != "string(startsWith=sb_)" {
		t.Errorf("got %+v", n)
	}
	if _, ok := a.Annotation("secret"); ok || a.Top() != 3 || a.End != 5 || a.Quote != 0 || !a.Export || a.Inline != "behind" || a.Raw.Reveal() != "1" {
		t.Errorf("got %+v", a)
	}
	if len(c.Doc) != 0 || c.Top() != 8 || c.End != 9 || c.Quote != '\'' || c.Raw.Reveal() != "'\n'" {
		t.Errorf("got %+v", c)
	}
	if d.At.Line != 11 || len(d.Doc) != 1 || d.Annotations != nil {
		t.Errorf("got %+v", d)
	}
}

func TestScan_showsNoValueWhereItIsPrinted(t *testing.T) {
	t.Parallel()
	file, findings := env.Scan(".env", []byte("A=hunter2\nB='hunter2' x\nC=\"hunter2$A\"\nhunter2 D\nE=\"hunter2\nhunter2=\n"))
	if all := fmt.Sprintf("%+v %#v %v %s", file, file, findings, findings); strings.Contains(all, "hunter2") || len(findings) < 4 {
		t.Errorf("got %s", all)
	}
}

func TestScan_endsWhereValuesGrowWithoutEnd(t *testing.T) {
	t.Parallel()
	text := "A=0123456789\n"
	for range 40 {
		text += "A=$A$A$A$A\n"
	}
	_, findings := env.Parse(".env", []byte(text))
	if all := fmt.Sprint(findings); !strings.Contains(all, "A grows without end") || strings.Contains(all, "env/oracle") {
		t.Errorf("got %.300s", all)
	}
}

// Parse asks godotenv about all that Scan finds no fault with: what it would still find is a mistake of Scan.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		"A=1\nB=2\n", "export A=1 # x", "A='x # y' # z", "A=\"a\r\nb\"\r\nB=1", "A= # x", "A: 1", "A=$B", "B=1\nA=\"\\$B${B}\\\\\"", "A=1\rB=2", "A=\"x\" y=3", "A=\u00a01\u00a0",
		"A=''b'", "A=\\\nB=1", "A=1\x00\nB=2", "\u2028A=1", "A=\v1\f", "#\r\nA.B=$(x)\n", "\ufeffA=1", "A=\"\\\"\"\nA='\\'\n", "A=-----BEGIN\nB=-----END\nC=1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, findings := env.Scan(".env", []byte(text))
		if string(file.Bytes()) != text {
			t.Fatal("some bytes are lost")
		}
		lines := strings.Count(text, "\n") + 1
		for i, e := range file.Entries {
			if e.At.Line < 1 || e.End < e.At.Line || e.End > lines || e.Top() < 1 || i > 0 && e.At.Line < file.Entries[i-1].End || !strings.Contains(text, e.Raw.Reveal()) {
				t.Errorf("%q: a wrong place: %+v", text, e)
			}
		}
		for _, x := range findings {
			if x.Where.Line < 1 || x.Where.Line > lines || x.Where.Column < 1 || x.Fix == "" {
				t.Errorf("%q: no place: %+v", text, x)
			}
		}
		if _, all := env.Parse(".env", []byte(text)); len(all) != len(findings) {
			t.Errorf("%q: godotenv reads this differently: %+v", text, all[len(all)-1])
		}
	})
}

func TestColumnsOfALineWithManyStatements(t *testing.T) {
	t.Parallel()
	text := "é=1\nK0=é\rK1=ä\rK2='ö'\r\nK3=1\rK4=\"a\nb\"\nK5=x\r\r K6=y"
	f, _ := env.Scan("x", []byte(text))
	if len(f.Entries) < 6 {
		t.Fatalf("%d entries are read", len(f.Entries))
	}
	lines := strings.Split(text, "\n")
	for _, e := range f.Entries {
		line := []rune(lines[e.At.Line-1])
		if got := string(line[e.At.Column-1:]); !strings.HasPrefix(got, e.Key+"=") {
			t.Errorf("%s stands at %s, where %q is", e.Key, e.At, got)
		}
	}
}

func TestKeysWithoutAnEnd(t *testing.T) {
	t.Parallel()
	f, _ := env.Scan("x", []byte("A=-----BEGIN KEY\nB=1\nC=-----BEGIN KEY\nhidden=1\n-----END KEY\nD=-----BEGIN KEY\nE=1\nF=-----BEGIN KEY\nG=1\n"))
	var keys []string
	for _, e := range f.Entries {
		keys = append(keys, e.Key)
	}
	if got := strings.Join(keys, " "); got != "A D E F G" {
		t.Error("the keys are", got)
	}
}

func TestEndOfAKeyIsNoName(t *testing.T) {
	t.Parallel()
	text := "A=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nhunterTwoIsThePasswordOfAll\nhunter2IsTheEndd==\nHunter2=\nhunter2IsTheOtherEnd123=\nB2=\nB3==\n"
	f, findings := env.Parse("x", []byte(text))
	var keys []string
	for _, e := range f.Entries {
		keys = append(keys, e.Key)
	}
	if got := strings.Join(keys, " "); got != "A Hunter2 B2 B3" {
		t.Error("the keys are", got)
	}
	for _, x := range findings {
		if strings.Contains(x.Title+x.Fix, "hunter") {
			t.Error("a finding shows", x.Title)
		}
	}
	if len(findings) != 3 {
		t.Errorf("%d findings", len(findings))
	}
}

func TestCarriageReturnAtTheEndIsFound(t *testing.T) {
	t.Parallel()
	if _, findings := env.Scan("x", []byte("A=1\r")); len(findings) != 1 || !strings.Contains(findings[0].Title, "carriage return") {
		t.Errorf("found %v", findings)
	}
}
