package env

import (
	"slices"
	"strings"

	"readme/cli/release"
	"readme/cli/spec"
)

// Deed is what a pull does to a variable in a values file.
type Deed string

// The deeds.
const (
	Added     Deed = "added"     // it had no value there
	Changed   Deed = "changed"   // it had another one
	Unchanged Deed = "unchanged" // it has that value
	Left      Deed = "left"      // it stays as it is, and Why says why
)

// Pulled is one variable of a pull. It holds no value.
type Pulled struct {
	Variable string
	Deed     Deed
	From     []string // the services whose vendors gave the value, or kept it to themselves
	Had      bool     // there was a value in the file
	Here     string   // fingerprint of the value that was in the file
	There    string   // and of the one that comes from the vendors
	Why      string
}

// Pull is what the vendors have of the values of an environment, and the file they go to.
type Pull struct {
	Matrix      *spec.Matrix
	Environment string
	File        File // as it is; one without Entries and text is a new one
	Services    []Kept
	Values      map[string]release.Secret // what this process was given: what a reference in the file leads to
	Key         Key
}

// Apply gives the file with what the vendors have. Comments, order, references and everything else in it stay as they are. What a
// vendor shows to nobody, or hides behind a placeholder, is left as it is, and so is what the matrix itself gives a value to. With
// findings nothing is to be written: of values that differ between services none is chosen, and one that this project would refuse
// is none.
func (p Pull) Apply() (File, []Pulled, []Finding) {
	file, fresh := p.File, len(p.File.Bytes()) == 0
	if fresh {
		file, _ = Scan(file.Path, []byte("# The values of "+p.Environment+". Never commit this file.\n"))
	}
	var rows []Pulled
	var findings []Finding
	for i, v := range p.Matrix.Variables {
		if v.Value != "" {
			continue
		}
		row, value, finding := p.look(v)
		if finding == nil && row.writes() {
			file, finding = p.write(file, i, value, fresh)
		} else if fresh && finding == nil {
			file, finding = p.write(file, i, release.Secret{}, fresh)
		}
		if finding != nil {
			findings = append(findings, *finding)
			continue
		}
		if row.Deed != "" {
			rows = append(rows, row)
		}
	}
	return file, rows, findings
}

func (r Pulled) writes() bool { return r.Deed == Added || r.Deed == Changed }

// look decides what happens to a variable. The row has no Deed where there is nothing to say.
func (p Pull) look(v spec.Variable) (Pulled, release.Secret, *Finding) {
	row := Pulled{Variable: v.Name, Deed: Left}
	shown, hidden, masked := p.held(v)
	entry, _ := p.File.Get(v.Name)
	here, referred := entry.Value, false
	if _, is, _ := ParseReference(here.Reveal()); is {
		here, referred = p.Values[v.Name], true
	}
	if row.Had = !entry.Value.Empty(); !here.Empty() {
		row.Here = p.Key.Of(v.Name, here)
	}
	if len(shown) == 0 {
		row.Why, row.From = p.without(v, hidden, masked), slices.Concat(hidden, masked)
		if row.Why == "" || !entry.Value.Empty() && len(row.From) == 0 {
			row.Deed = ""
		}
		return row, release.Secret{}, nil
	}
	value := shown[0].value
	row.There = p.Key.Of(v.Name, value)
	for _, s := range shown {
		if s.value.Reveal() != value.Reveal() {
			return row, value, p.differ(v, shown)
		}
		row.From = append(row.From, s.at)
	}
	if f := wrong(v, given{value: value, from: strings.Join(row.From, ", ")}); len(f) > 0 {
		f[0].Fix += "; it is so at the vendor, and nothing was written"
		return row, value, &f[0]
	}
	same := here.Reveal() == value.Reveal()
	switch {
	case referred && same:
		row.Deed, row.Why = Unchanged, "a reference"
	case referred:
		row.Why = "a reference, and what it leads to is another value than at the vendor"
	case same:
		row.Deed = Unchanged
	case here.Empty():
		row.Deed = Added
	default:
		row.Deed = Changed
	}
	return row, value, nil
}

// shown is a value that a vendor gives back.
type shown struct {
	at    string // the service
	value release.Secret
}

// held sorts the services of a variable by what their vendors say of it: its value, that they show it to nobody, or something that
// stands in the place of a value.
func (p Pull) held(v spec.Variable) (gives []shown, hidden, masked []string) {
	for _, s := range p.Matrix.Services {
		i := slices.IndexFunc(p.Services, func(k Kept) bool { return k.Service == s.Deploy })
		if s.Deploy == "" || i < 0 || !slices.Contains(v.Services, s.Name) {
			continue
		}
		at := p.Services[i].Service + " (" + p.Services[i].To + ")"
		for _, has := range p.Services[i].Has {
			switch {
			case has.Name != v.Name:
			case !has.Readable:
				hidden = append(hidden, at)
			case Placeholder(has.Value.Reveal()):
				masked = append(masked, at)
			default:
				gives = append(gives, shown{at, has.Value})
			}
		}
	}
	return gives, hidden, masked
}

// without says why there is no value of a variable; "" where nobody would expect one.
func (p Pull) without(v spec.Variable, hidden, masked []string) string {
	switch {
	case len(hidden) > 0:
		return "the vendor shows it to nobody"
	case len(masked) > 0:
		return "the vendor has it without a value, or hides that behind a placeholder"
	case !v.RequiredIn(p.Environment):
		return ""
	case slices.ContainsFunc(p.Matrix.Services, func(s spec.Service) bool { return s.Deploy != "" && slices.Contains(v.Services, s.Name) }):
		return "no vendor has it yet"
	}
	return "readme-ops alone reads it, and no vendor keeps it"
}

// differ tells of services that have different values of one variable, by their fingerprints.
func (p Pull) differ(v spec.Variable, shown []shown) *Finding {
	var each []string
	for _, s := range shown {
		each = append(each, s.at+" has "+Short(p.Key.Of(v.Name, s.value)))
	}
	return &Finding{
		Rule: RuleDiffers, Where: v.At, Title: v.Name + " has different values at the vendors of " + p.Environment,
		Fix: strings.Join(each, ", ") + ": which of them is right cannot be known here, and nothing was written",
		Try: "readme-ops env diff --env " + release.ShellWord(p.Environment),
	}
}
