package env

import (
	"slices"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// skew is how far a vendor's clock and the database's may be apart: what a vendor says was written that shortly after our own
// write is our own write.
const skew = time.Minute

// Compare holds what vendors keep against the matrix, the values of here and what was pushed last: a row for each variable of each service that is
// there or should be, in the order of the services and the matrix, what is extra last. No row for an optional variable that is neither here nor there.
func Compare(c Comparison) []Row {
	last := map[[2]string]Pushed{}
	for _, p := range c.Pushed {
		last[[2]string{p.Service, p.Variable}] = p
	}
	var all []compared
	for _, k := range c.Services {
		has := map[string]provider.Variable{}
		for _, v := range k.Has {
			has[v.Name] = v
		}
		for _, v := range k.Wanted {
			found, there := has[v.Name]
			pushed, known := last[[2]string{k.Service, v.Name}]
			if one, ok := c.compare(k, v, sides{found, there, pushed, known}); ok {
				all = append(all, one)
			}
		}
		if len(k.Wanted) > 0 {
			all = append(all, c.extra(k)...)
		}
	}
	agree(all)
	rows := make([]Row, len(all))
	for i, one := range all {
		rows[i] = one.Row
	}
	return rows
}

// compared is a row with what must not leave this package.
type compared struct {
	Row
	same  bool           // every service has to have the same value
	value release.Secret // the vendor's, where it is readable and not empty
}

// sides are what the vendor and the record have of one variable.
type sides struct {
	has    provider.Variable
	there  bool
	pushed Pushed
	known  bool
}

func (c Comparison) compare(k Kept, v spec.Variable, s sides) (compared, bool) {
	here := c.Values[v.Name]
	one := compared{same: v.SameEverywhere, Row: Row{
		Service: k.Service, To: k.To, Variable: v.Name, Given: !here.Empty(), Secret: v.Secret, Required: v.RequiredIn(c.Environment), Absent: k.Absent, At: v.At,
	}}
	if one.Given {
		one.Here = c.Key.Of(v.Name, here)
	}
	one.take(k, v.Name, s.has)
	if one.Pushed = s.pushed.At; s.known && s.there && s.has.Updated.After(s.pushed.At.Add(skew)) {
		one.Since = true
	}
	switch {
	case !s.there:
		one.State, one.Since = StateMissing, false
		if k.Absent {
			one.Why = "the first release of " + k.Service + " makes it"
		}
		return one, one.Given || one.Required
	case one.Readable:
		one.value, one.There = s.has.Value, c.Key.Of(v.Name, s.has.Value)
		one.readable(v, here, s.pushed)
	default:
		one.hidden(c, s.pushed)
	}
	if ours := s.pushed.Fingerprint != "" && s.pushed.Fingerprint == one.There; !ours {
		one.Unsure = s.has.Unsure
	}
	if one.Unsure != "" && one.Why == "" && one.State == StateDifferent {
		one.Why = one.Unsure
	}
	if one.Owner != "" && one.Why == "" && one.State == StateDifferent {
		one.Why = "it is written by " + one.Owner
	}
	return one, true
}

// take notes what the vendor says of a variable beside its value. What stands for a value that somebody hid is none.
func (r *Row) take(k Kept, name string, has provider.Variable) {
	r.Stale = slices.Contains(k.Stale, name)
	r.Readable = has.Readable && !provider.Masked(has.Value)
	r.Owner, r.Updated = has.Owner, has.Updated
}

// readable decides where the vendor gives the value back: the values themselves are compared, so that it needs no key.
func (one *compared) readable(v spec.Variable, here release.Secret, pushed Pushed) {
	one.Since = false // what it is counts, not who wrote it
	switch {
	case one.Given && here.Reveal() == one.value.Reveal():
		one.State = StateOK
	case one.Given && v.Default != "" && here.Reveal() == v.Default && !one.value.Empty():
		one.State, one.Why = StateNotGiven, "here is only the default of envmatrix.yaml"
	case one.Given:
		one.State = StateDifferent
		if one.value.Empty() {
			one.Why = "it is empty there"
		}
	case one.value.Empty() && one.Required:
		one.State, one.Why = StateMissing, "it is empty there"
	case pushed.Fingerprint == "" || one.There == "":
		one.State = StateNotGiven
	case pushed.Fingerprint == one.There:
		one.State = StateAsPushed
	default:
		one.State, one.Why = StateDifferent, by(pushed)+" another value, "+Short(pushed.Fingerprint)
	}
}

// hidden decides where the vendor shows the value to nobody.
func (one *compared) hidden(c Comparison, pushed Pushed) {
	const nobody = "the vendor shows it to nobody"
	switch {
	case one.Since:
		one.State, one.Why = StateUnknown, "it was written at "+one.Updated.UTC().Format("2006-01-02 15:04 UTC")+", after "+by(pushed)
		if !one.Given {
			one.State = StateNotGiven
		}
		return
	case !one.Given && pushed.Fingerprint == "":
		one.State = StateNotGiven
	case pushed.Fingerprint == "" || one.Given && one.Here == "":
		one.State, one.Why = StateUnknown, nobody+", and readme-ops has not pushed it"
		if c.Unrecorded != "" {
			one.Why = nobody + ", and the record could not be read"
		}
	case !one.Given || one.Here == pushed.Fingerprint:
		one.State = StateAsPushed
	default:
		one.State, one.Why = StateDifferent, by(pushed)+" what is there, which the vendor shows to nobody"
	}
	one.There = pushed.Fingerprint
}

func by(p Pushed) string {
	if p.Run == "" {
		return "readme-ops pushed"
	}
	return "run " + p.Run + " pushed"
}

// extra are the variables that the matrix does not give to the service.
func (c Comparison) extra(k Kept) (out []compared) {
	for _, has := range k.Has {
		wanted := slices.ContainsFunc(k.Wanted, func(v spec.Variable) bool { return v.Name == has.Name })
		if wanted || k.Own != nil && k.Own(has.Name) {
			continue
		}
		one := compared{Row: Row{Service: k.Service, To: k.To, Variable: has.Name, State: StateExtra}}
		one.take(k, has.Name, has)
		if one.Why = "envmatrix.yaml does not give it to " + k.Service; has.Owner != "" {
			one.Why += "; it belongs to " + has.Owner
		}
		if one.Readable {
			one.There = c.Key.Of(has.Name, has.Value)
		}
		out = append(out, one)
	}
	return out
}

// agree finds the services that have to have the same value of a variable and do not: where nobody gave one here, nothing
// else would say so.
func agree(all []compared) {
	same := map[string][]*compared{}
	for i := range all {
		if one := &all[i]; one.same && one.State != StateMissing {
			same[one.Variable] = append(same[one.Variable], one)
		}
	}
	for _, group := range same {
		for _, one := range group {
			if one.State == StateOK || one.State == StateDifferent && one.Given {
				continue // the value of here says it better
			}
			if others := apartFrom(*one, group); len(others) > 0 {
				one.State = StateDifferent
				one.Why = "every service has to have the same value, and " + strings.Join(others, " and ") + pick(len(others) == 1, " has", " have") + " another one"
			}
		}
	}
}

// apartFrom names the services that are known to have another value than one.
func apartFrom(one compared, group []*compared) (others []string) {
	for _, o := range group {
		if apart(one, *o) {
			others = append(others, o.Service)
		}
	}
	return others
}

// apart reports whether two services are known to have two values of one variable.
func apart(a, b compared) bool {
	if a.Readable && b.Readable {
		return !a.value.Empty() && !b.value.Empty() && a.value.Reveal() != b.value.Reveal()
	}
	return a.There != "" && b.There != "" && a.There != b.There
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
