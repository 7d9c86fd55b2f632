package release_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"readme/cli/release"
)

// awkward is a value that every encoding writes in another way.
const awkward = `p<ss>&"w/rd+ =é%'\x~(1)!`

func TestMask_hidesAValueInEverySpelling(t *testing.T) {
	for _, value := range []string{awkward, "sk_live_0123456789abcdef", "abcd", "lineone-of-a-key\nlinetwo-of-a-key\n"} {
		m := release.NewMask(release.NewSecret(value))
		quoted, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		lower := strings.ToLower(hex.EncodeToString([]byte(value)))
		for name, text := range map[string]string{
			"raw": value, "query": url.QueryEscape(value), "path": url.PathEscape(value), "user": url.UserPassword("u", value).String(),
			"json": string(quoted), "go": fmt.Sprintf("%q", value), "hex": lower, "HEX": strings.ToUpper(lower),
			"base64": base64.StdEncoding.EncodeToString([]byte(value)), "raw base64": base64.RawStdEncoding.EncodeToString([]byte(value)),
			"url base64": base64.URLEncoding.EncodeToString([]byte(value)),
		} {
			got := m.Text("before " + text + " after")
			if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") || !strings.Contains(got, "•••") || strings.Contains(got, text) {
				t.Errorf("%q in %s: %q became %q", value, name, text, got)
			}
		}
	}
}

func TestMask_hidesAValueInsideOfBase64WhateverStandsAroundIt(t *testing.T) {
	const value = "0123456789abcdefghij"
	m := release.NewMask(release.NewSecret(value))
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
		for before := range 7 {
			for after := range 4 {
				whole := strings.Repeat("u", before) + value + strings.Repeat("?", after)
				got := m.Text(e.EncodeToString([]byte(whole)))
				if raw, err := e.DecodeString(strings.ReplaceAll(got, "•••", "")); err == nil && strings.Contains(string(raw), value[3:17]) {
					t.Errorf("%d before, %d after: %q", before, after, got)
				}
				if !strings.Contains(got, "•••") {
					t.Errorf("%d before, %d after: nothing is hidden in %q", before, after, got)
				}
			}
		}
	}
}

func TestMask_hidesAllThatBelongsToSecretsThatOverlap(t *testing.T) {
	m := release.NewMask(release.NewSecret("abcdef"), release.NewSecret("cdefghij"), release.NewSecret("abcdefg"))
	for text, want := range map[string]string{
		"abcdef":               "•••",
		"x abcdefghij y":       "x ••• y",
		"abcdefg, cdefghij":    "•••, •••",
		"abcdefabcdef":         "•••",
		"abcde":                "abcde",
		"nothing of them here": "nothing of them here",
	} {
		if got := m.Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestMask_hidesEachLineOfALongValueAndThePasswordOfAnAddress(t *testing.T) {
	m := release.NewMask(
		release.NewSecret("-----BEGIN KEY-----\r\nMIIEvQIBADANBgkq\r\nend\n"),
		release.NewSecret("postgres://ada:correct-horse@db.example:5432/postgres"),
		release.NewSecret("postgres://postgres:postgres@localhost/postgres"),
	)
	for text, want := range map[string]string{
		"it says MIIEvQIBADANBgkq":    "it says •••",
		"the end":                     "the end",
		"password=correct-horse":      "password=•••",
		"user postgres of db.example": "user postgres of db.example",
	} {
		if got := m.Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestMask_leavesShortValuesAndNothing(t *testing.T) {
	m := release.NewMask(release.NewSecret(""), release.NewSecret("7"), release.NewSecret("abc"))
	if got := m.Text("abc exit 7"); got != "abc exit 7" {
		t.Errorf("got %q", got)
	}
	var none *release.Mask
	if got := none.Text("all of it"); got != "all of it" {
		t.Errorf("got %q", got)
	}
	if none.Fault(&release.Fault{Title: "x"}).Title != "x" || m.Fault(nil) != nil {
		t.Error("a nil mask or a nil fault was changed")
	}
}

func TestMask_hidesInEveryTextOfAFault(t *testing.T) {
	s := "hush-hush"
	m := release.NewMask(release.NewSecret(s))
	f := &release.Fault{
		Title: "t " + s, Detail: "d " + s, Try: "echo " + s, Exit: 3, Where: &release.Place{File: "a.yaml", Line: 2},
		Evidence: []release.Evidence{{Label: "l " + s, Lines: []string{"one", s + " two"}}},
	}
	want := &release.Fault{
		Title: "t •••", Detail: "d •••", Try: "echo •••", Exit: 3, Where: &release.Place{File: "a.yaml", Line: 2},
		Evidence: []release.Evidence{{Label: "l •••", Lines: []string{"one", "••• two"}}},
	}
	if diff := cmp.Diff(want, m.Fault(f)); diff != "" {
		t.Error(diff)
	}
	if f.Title != "t "+s || f.Evidence[0].Lines[1] != s+" two" {
		t.Error("the fault itself was changed")
	}
}

func FuzzMask_leavesNothingOfASecret(f *testing.F) {
	f.Add("secret", "other", "a secret in other words")
	f.Add("aaaa", "aaab", "aaaaaaab")
	f.Fuzz(func(t *testing.T, one, two, text string) {
		m := release.NewMask(release.NewSecret(one), release.NewSecret(two))
		got := m.Text(text + one + text + two)
		for _, s := range []string{one, two} {
			if strings.ContainsAny(s, "•\x00") || !utf8.ValidString(s) {
				continue // it may be found in what stands for a secret
			}
			if len(s) >= 4 && strings.Contains(strings.ReplaceAll(got, "•••", "\x00"), s) {
				t.Errorf("%q is left in %q", s, got)
			}
		}
	})
}

func TestMask_leavesInDataWhatMayBeAPieceOfAnID(t *testing.T) {
	token := "sk-0123456789abcdef"
	m := release.NewMask(release.NewSecret("4711"), release.NewSecret("production"), release.NewSecret(token))
	const id = "dpl_a4711b at https://readme-production.example"
	if got := m.Data(id + " " + token); got != id+" •••" {
		t.Errorf("got %q", got)
	}
	if got := m.Text(id); got != "dpl_a•••b at https://readme-•••.example" {
		t.Errorf("in a text: got %q", got)
	}
	var none *release.Mask
	if got := none.Data(id); got != id {
		t.Errorf("got %q", got)
	}
}
