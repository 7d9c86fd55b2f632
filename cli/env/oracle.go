package env

import (
	"errors"
	"sort"

	"github.com/joho/godotenv"

	"readme/cli/release"
)

// Parse is Scan with godotenv as the oracle: where that reads anything else than we do, and nothing says so yet, that is a
// finding. It is asked up to the first line that nobody can read rightly, because it stops there itself.
func Parse(path string, data []byte) (File, []Finding) {
	s := scan(path, data)
	f := s.file()
	if line := s.difference(); line > 0 {
		s.findings = append(s.findings, Finding{
			RuleOracle,
			release.Place{File: path, Line: line, Column: 1},
			"godotenv reads this differently from how it looks",
			"write KEY=value, or KEY='value' for a value with spaces, # or quotes in it", "",
		})
	}
	return f, s.findings
}

// difference is the first line that godotenv reads in another way than we do, or 0.
func (s *scanner) difference() int {
	if s.agrees(s.sound, len(s.entries)) {
		return 0
	}
	var ends []int // of the statements that are sound
	for _, e := range s.entries {
		if e.rawEnd <= s.sound {
			ends = append(ends, e.rawEnd)
		}
	}
	i := sort.Search(len(ends), func(i int) bool { return !s.agrees(s.lineEnd(ends[i]), i+1) })
	switch {
	case i < len(ends):
		return s.entries[i].At.Line
	case len(ends) > 0:
		return s.entries[len(ends)-1].At.Line
	}
	return 1
}

// agrees reports whether godotenv reads the text up to an offset, and with it at most n entries, as we do.
func (s *scanner) agrees(to, n int) bool {
	theirs, err := oracle(s.text[:to])
	if err != nil {
		return false
	}
	ours := make(map[string]string, len(theirs))
	for _, e := range s.entries[:n] {
		if e.rawEnd <= to {
			ours[e.Key] = e.Value.Reveal()
		}
	}
	if len(ours) != len(theirs) {
		return false
	}
	for key, value := range ours {
		if other, ok := theirs[key]; !ok || other != value {
			return false
		}
	}
	return true
}

// oracle asks godotenv. Its error quotes the rest of the file, values included, so it goes no further.
func oracle(text string) (map[string]string, error) {
	values, err := godotenv.Unmarshal(text)
	if err != nil {
		return nil, errors.New("godotenv cannot read it")
	}
	return values, nil
}
