package release

import (
	"cmp"
	"slices"
	"strings"
)

// Mask hides the values of secrets in texts, in whatever spelling they come: as they are, encoded for a URL, for JSON or a
// shell, in base64 or hex, and of several lines each line by itself. The zero and the nil Mask hide nothing. It may be used
// from several goroutines.
type Mask struct{ spellings []string }

// shortest is how long a value must be to be hidden. A shorter one is in every second line by chance, and the gaps would
// tell what it is.
const shortest = 4

// plainly is how long a value must be so that nobody takes it for a piece of an id, a name or an address. Those who call a stage or a
// name of a product a secret ("production"), or do not say that it is none, must not lose a deployment's id by that; what opens a door is
// longer.
const plainly = 16

// NewMask hides the values of secrets. Empty ones, and those of less than 4 characters, are left out.
func NewMask(secrets ...Secret) *Mask {
	seen := map[string]bool{}
	m := &Mask{}
	for _, s := range secrets {
		for _, spelling := range spellings(s.Reveal()) {
			if len(spelling) >= shortest && !seen[spelling] {
				seen[spelling] = true
				m.spellings = append(m.spellings, spelling)
			}
		}
	}
	slices.SortFunc(m.spellings, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	return m
}

// span is a piece of a text that is hidden.
type span struct{ from, to int }

// Text gives text with every secret in it replaced by "•••". Where secrets overlap, all that belongs to one of them is
// hidden: to replace one after the other would leave the rest of the second.
func (m *Mask) Text(text string) string { return m.hide(text, shortest) }

// Data is Text for ids and addresses, from which a run is resumed and put back: values of less than 16 characters stay.
func (m *Mask) Data(text string) string { return m.hide(text, plainly) }

func (m *Mask) hide(text string, from int) string {
	if m == nil || len(text) < from {
		return text
	}
	var spans []span
	for _, s := range m.spellings { // the longest first
		if len(s) < from {
			break
		}
		for at := 0; ; {
			i := strings.Index(text[at:], s)
			if i < 0 {
				break
			}
			spans = append(spans, span{at + i, at + i + len(s)})
			at += i + 1
		}
	}
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	end := 0 // of what is written or hidden
	for _, s := range spans {
		if s.from > end || end == 0 {
			b.WriteString(text[end:s.from] + masked)
		}
		end = max(end, s.to)
	}
	return b.String() + text[end:]
}

// Fault gives a fault with every secret in its texts hidden. What it wraps stays: its text is not shown.
func (m *Mask) Fault(f *Fault) *Fault {
	if m == nil {
		return f
	}
	return f.Masked(m.Text)
}

// Masked gives a fault with every text of it as mask gives it.
func (f *Fault) Masked(mask func(string) string) *Fault {
	if f == nil {
		return nil
	}
	hidden := *f
	hidden.Title, hidden.Detail, hidden.Try = mask(f.Title), mask(f.Detail), mask(f.Try)
	hidden.Evidence = nil
	for _, e := range f.Evidence {
		lines := make([]string, len(e.Lines))
		for i, line := range e.Lines {
			lines[i] = mask(line)
		}
		hidden.Evidence = append(hidden.Evidence, Evidence{Label: mask(e.Label), Lines: lines})
	}
	return &hidden
}
