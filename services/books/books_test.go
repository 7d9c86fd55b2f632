package books_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"readme/services/books"
)

func TestParseIDTakesBothCasesAndGivesOne(t *testing.T) {
	id, err := books.ParseID("0190F5FE-7C00-7A00-8000-00000000AbCd")
	if err != nil || id != "0190f5fe-7c00-7a00-8000-00000000abcd" {
		t.Fatalf("got %q, %v", id, err)
	}
}

func TestParseIDRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":      "",
		"too short":    "00000000-0000-4000-8000-00000000000",
		"no dashes":    "000000000000400080000000000000000000",
		"braces":       "{0000000-0000-4000-8000-00000000000}",
		"no hex":       "g0000000-0000-4000-8000-000000000000",
		"a path":       "../../../../../../../../etc/passwd..",
		"a line feed":  "00000000-0000-4000-8000-00000000000\n",
		"a wide digit": "00000000-0000-4000-8000-000000000\uff10",
	} {
		t.Run(name, func(t *testing.T) {
			if id, err := books.ParseID(text); err == nil || id != "" {
				t.Fatalf("got %q, %v, want an error", id, err)
			}
		})
	}
}

func TestPathOfHoldsOnlyIDs(t *testing.T) {
	got := books.PathOf("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")
	if want := "00000000-0000-4000-8000-000000000001/books/00000000-0000-4000-8000-000000000002.pdf"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

// FuzzParseID holds ParseID against a well-kept parser, for texts of the one form that ParseID takes.
func FuzzParseID(f *testing.F) {
	f.Add("00000000-0000-4000-8000-000000000000")
	f.Add("00000000-0000-4000-8000-00000000000G")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := books.ParseID(text)
		judge, judgeErr := uuid.Parse(text)
		if len(text) != 36 {
			judgeErr = err // it takes other forms too
		}
		switch {
		case (err == nil) != (judgeErr == nil):
			t.Fatalf("%q: got %v, the judge says %v", text, err, judgeErr)
		case err == nil && (string(id) != judge.String() || string(id) != strings.ToLower(text)):
			t.Fatalf("%q: got %s, the judge says %s", text, id, judge)
		}
	})
}
